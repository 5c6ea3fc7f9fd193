package io.banyan.nacos.tree;

import io.banyan.server.door.DoorClients;
import io.banyan.server.door.DoorSession;
import io.banyan.server.door.DoorSession.Reply;
import io.banyan.server.door.DoorSite;
import io.banyan.tree.State;
import io.banyan.tree.ZnodeTree;
import io.banyan.wire.Acl;
import io.banyan.wire.AddWatchRequest;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MultiOp;
import io.banyan.wire.MultiReply;
import io.banyan.wire.MultiRequest;
import io.banyan.wire.MultiResult;
import io.banyan.wire.OpCode;
import io.banyan.wire.WatcherEvent;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The front door of this package: the door's own session, its view of the tree, its writes.
///
/// The session holds the watches and writes everything that no other session has to own. When its
/// connection breaks, as it does when a server loses its leader, another one is made until it
/// succeeds; the view stays as it was until then. Operations asked for meanwhile wait a moment and
/// then fail as unavailable.
///
/// {@link #view} and {@link #transact} are for any thread; the rest happens on the door's thread.
public final class NacosTree {
    private static final Logger LOG = LoggerFactory.getLogger(NacosTree.class);

    private static final int SESSION_MILLIS = 20_000;
    private static final int TOUCH_MILLIS = 4_000;
    private static final int RETRY_MILLIS = 100;

    /// How long an operation waits for a connection: an election in good order takes less, and
    /// Nacos clients give up after 3 s.
    private static final int WAIT_MILLIS_MAX = 1_500;

    /// Operations that wait for a connection; more fail at once.
    private static final int WAITING_MAX = 10_000;

    /// Whoever loses so many races in a row is told so.
    private static final int TRIES_MAX = 100;

    private static final int RECURSIVE = 1;

    private final ZnodeTree tree;
    private final DoorClients clients;
    private final EventExecutor thread;
    private final List<Acl> acl;
    private final List<TreeListener> listeners = new ArrayList<>();
    private final LinkedHashSet<String> changed = new LinkedHashSet<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private final CompletableFuture<Void> firstReady = new CompletableFuture<>();
    private volatile View view;
    private @Nullable DoorSession session;
    private int connections;
    private boolean ready;
    private boolean stopped;

    /// @param acl for everything the door creates
    public NacosTree(DoorSite site, EventExecutor thread, List<Acl> acl) {
        tree = site.tree();
        this.thread = thread;
        this.acl = acl;
        view = new View(tree, tree.fresh());
        clients = site.clients(thread, this::onRound);
    }

    /// Listeners are told in this order; to be called before {@link #start}.
    public void listen(TreeListener listener) {
        listeners.add(listener);
    }

    /// Connects.
    ///
    /// @return completes when the listeners have been told of the tree for the first time
    public CompletableFuture<Void> start() {
        thread.execute(this::connect);
        thread.scheduleAtFixedRate(this::touch, TOUCH_MILLIS, TOUCH_MILLIS, TimeUnit.MILLISECONDS);
        return firstReady;
    }

    /// Lets the session end. On the door's thread.
    public void stop() {
        stopped = true;
        if (session != null) {
            session.request(OpCode.CLOSE_SESSION, new byte[0]);
        }
        failWaiting();
    }

    /// The newest state that the listeners know of.
    public View view() {
        return view;
    }

    public EventExecutor thread() {
        return thread;
    }

    /// Whether the listeners and {@link #view} know the tree, as of this moment or, without a
    /// leader, of an earlier one. A server that has just been started knows nothing: what it cannot
    /// find need not be absent.
    public boolean isLoaded() {
        return firstReady.isDone();
    }

    /// Whether writes have a chance.
    public boolean isConnected() {
        return ready;
    }

    public DoorClients clients() {
        return clients;
    }

    // ---- the session

    private void connect() {
        if (stopped) {
            return;
        }
        DoorSession made = clients.open("/local:nacos", SESSION_MILLIS);
        session = made;
        int number = ++connections;
        made.closed().thenAccept(reason -> onClosed(number, reason));
        CompletableFuture<?> last = made.opened();
        for (String each : Layout.WATCHED) {
            last =
                    made.request(
                            OpCode.ADD_WATCH, record(new AddWatchRequest(each, RECURSIVE)::encode));
        }
        last.whenComplete((reply, failure) -> {
            if (failure == null && connections == number) {
                onReady();
            }
        });
    }

    private void onReady() {
        ready = true;
        changed.clear();
        View now = view;
        listeners.forEach(each -> each.onReset(now));
        firstReady.complete(null);
        List<Runnable> due = List.copyOf(waiting);
        waiting.clear();
        due.forEach(Runnable::run);
    }

    private void onClosed(int number, String reason) {
        if (connections != number || stopped) {
            return;
        }
        if (ready) {
            LOG.info("the door lost its connection reason=\"{}\"", reason);
        }
        ready = false;
        session = null;
        thread.schedule(this::connect, RETRY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void touch() {
        if (session != null) {
            session.touch();
        }
    }

    private void onRound(State state, List<WatcherEvent> events) {
        // After a reconnection the gateway cannot be behind what it showed before; should another
        // gateway ever be, what was shown stays.
        if (state.zxid() >= view.zxid()) {
            view = new View(tree, state);
        }
        if (events.isEmpty()) {
            return;
        }
        for (WatcherEvent each : events) {
            changed.add(each.path());
        }
        if (ready) {
            List<String> paths = List.copyOf(changed);
            changed.clear();
            View now = view;
            listeners.forEach(each -> each.onChanged(now, paths));
        }
    }

    // ---- operations

    /// A multi to be made against a view.
    public Ops ops(View against) {
        return new Ops(against, acl);
    }

    /// Carries out an operation by the door's own session.
    ///
    /// @param planner asked on the door's thread, and asked again when somebody else was faster; it
    ///   must be quick
    /// @return fails with {@link TreeFailure}; completes on the door's thread
    public <T> CompletableFuture<T> transact(Function<View, Plan<T>> planner) {
        var attempt = new Attempt<T>(null, planner);
        thread.execute(attempt::begin);
        return attempt.result;
    }

    /// As {@link #transact}, by a session that is to own the ephemerals.
    public <T> CompletableFuture<T> transact(DoorSession owner, Function<View, Plan<T>> planner) {
        var attempt = new Attempt<T>(owner, planner);
        thread.execute(attempt::begin);
        return attempt.result;
    }

    private final class Attempt<T> {
        private final @Nullable DoorSession owner;
        private final Function<View, Plan<T>> planner;
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private int tries;
        private boolean waited;
        private boolean synced;

        Attempt(@Nullable DoorSession owner, Function<View, Plan<T>> planner) {
            this.owner = owner;
            this.planner = planner;
        }

        void begin() {
            DoorSession by = owner != null ? owner : session;
            if (!ready || by == null) {
                await();
                return;
            }
            Plan<T> plan;
            try {
                plan = planner.apply(view);
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
                return;
            }
            switch (plan) {
                case Plan.Nothing<T>(T answer) -> result.complete(answer);
                case Plan.Refuse<T>(T answer) -> {
                    if (synced) {
                        result.complete(answer);
                    } else {
                        sync(by);
                    }
                }
                case Plan.Change<T>(List<MultiOp> ops, T answer) -> submit(by, ops, answer);
            }
        }

        private void await() {
            if (waited || waiting.size() >= WAITING_MAX || stopped) {
                fail(TreeFailure.Kind.UNAVAILABLE, "there is no leader now, try again");
                return;
            }
            waited = true;
            waiting.add(this::begin);
            thread.schedule(
                    () -> {
                        if (!result.isDone() && !ready) {
                            fail(TreeFailure.Kind.UNAVAILABLE, "there is no leader now, try again");
                        }
                    },
                    WAIT_MILLIS_MAX,
                    TimeUnit.MILLISECONDS);
        }

        private void sync(DoorSession by) {
            by.request(OpCode.SYNC, record(out -> out.writeString(Layout.ROOT)))
                    .whenComplete((reply, failure) -> {
                        if (failure != null) {
                            lost(failure);
                        } else {
                            synced = true;
                            begin();
                        }
                    });
        }

        private void submit(DoorSession by, List<MultiOp> ops, T answer) {
            by.request(OpCode.MULTI, record(new MultiRequest(ops)::encode))
                    .whenComplete((reply, failure) -> {
                        if (failure != null) {
                            lost(failure);
                        } else {
                            onReply(reply, ops, answer);
                        }
                    });
        }

        private void onReply(Reply reply, List<MultiOp> ops, T answer) {
            int error = reply.error();
            int at = -1;
            if (error == ErrorCode.OK) {
                List<MultiResult> results =
                        MultiReply.decode(new JuteReader(reply.body())).results();
                for (int i = 0; i < results.size() && error == ErrorCode.OK; i++) {
                    if (results.get(i) instanceof MultiResult.Failed(int err) && err != 0) {
                        error = err;
                        at = i;
                    }
                }
            }
            switch (error) {
                case ErrorCode.OK -> result.complete(answer);
                // The view that comes with this reply knows what was in the way.
                case ErrorCode.NO_NODE,
                        ErrorCode.NODE_EXISTS,
                        ErrorCode.BAD_VERSION,
                        ErrorCode.NOT_EMPTY -> {
                    if (++tries < TRIES_MAX) {
                        begin();
                    } else {
                        fail(TreeFailure.Kind.CONTENDED, "others were faster " + tries + " times");
                    }
                }
                case ErrorCode.SESSION_EXPIRED, ErrorCode.SESSION_MOVED ->
                        fail(TreeFailure.Kind.EXPIRED, "the owning session is gone");
                default ->
                        fail(
                                TreeFailure.Kind.REFUSED,
                                "the tree refuses it with error "
                                        + error
                                        + (at >= 0 ? " at " + ops.get(at) : ""));
            }
        }

        private void lost(Throwable failure) {
            boolean expired = failure instanceof DoorSession.Expired;
            fail(
                    expired ? TreeFailure.Kind.EXPIRED : TreeFailure.Kind.UNAVAILABLE,
                    "connection lost: " + failure.getMessage());
        }

        private void fail(TreeFailure.Kind kind, String message) {
            result.completeExceptionally(new TreeFailure(kind, message));
        }
    }

    private void failWaiting() {
        List<Runnable> due = List.copyOf(waiting);
        waiting.clear();
        due.forEach(Runnable::run);
    }

    private static byte[] record(Consumer<JuteWriter> body) {
        var out = new JuteWriter();
        body.accept(out);
        return out.toByteArray();
    }
}
