package io.banyan.client.recipes;

import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.Children;
import io.banyan.client.Node;
import io.banyan.client.Paths;
import io.banyan.client.Registration;
import io.banyan.client.WatchEvent;
import io.banyan.client.WatchMode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A copy of a subtree in memory that follows the servers', on one persistent recursive watch.
///
/// Holds: the copy of each znode is a state that it once had, and never an older one than before.
/// When the servers' subtree rests, the copy becomes equal to it. At {@link Listener#settled} the
/// copy is the subtree as it was at one moment, so a multi is seen as a whole there.
///
/// While there is no connection it stays what it was; after a reconnect, or with a new session, all
/// is compared and listeners hear of the differences. A subtree that is not there is an empty one.
/// `numChildren`, `cversion` and `pzxid` of a copied stat are those of the last change of data.
///
/// Reads are thread-safe and never wait. Memory: the whole subtree.
public final class SubtreeCache implements AutoCloseable {
    /// Hears of changes, on the event thread, in an order in which they may have happened.
    public interface Listener {
        /// @param before null if it is new
        /// @param after null if it is gone
        void changed(String path, @Nullable Node before, @Nullable Node after);

        /// The copy was the servers' subtree just now, as a whole.
        default void settled() {}
    }

    private static final Logger LOG = LoggerFactory.getLogger(SubtreeCache.class);

    /// Reads on their way at a time: enough to keep a connection busy, and not to fill it.
    private static final int READS_MAX = 200;

    private final Banyan banyan;
    private final String root;
    private final NavigableMap<String, Node> nodes = new ConcurrentSkipListMap<>();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final CompletableFuture<@Nullable Void> ready = new CompletableFuture<>();

    // ---- confined to the event thread

    /// What is to be read, and whether with all below it.
    private final Map<String, Boolean> wanted = new LinkedHashMap<>();

    private int reading;
    private @Nullable Registration watch;
    private volatile boolean closed;

    private SubtreeCache(Banyan banyan, String root) {
        this.banyan = banyan;
        this.root = Paths.require(root);
    }

    /// Begins to copy.
    public static SubtreeCache open(Banyan banyan, String root) {
        return open(banyan, root, List.of());
    }

    /// Begins to copy, and tells these listeners of everything from the first znode on.
    public static SubtreeCache open(Banyan banyan, String root, List<Listener> listeners) {
        var cache = new SubtreeCache(banyan, root);
        cache.listeners.addAll(listeners);
        cache.arm();
        return cache;
    }

    /// Completes when the copy is whole for the first time; with the client's exception if it never
    /// will be.
    public CompletableFuture<@Nullable Void> ready() {
        return ready.copy();
    }

    /// Waits for {@link #ready}.
    ///
    /// @throws TimeoutException if it is not within the time
    public void awaitReady(Duration wait) throws InterruptedException, TimeoutException {
        Places.await(ready, Deadline.after(wait));
    }

    public String root() {
        return root;
    }

    public Optional<Node> get(String path) {
        return Optional.ofNullable(nodes.get(path));
    }

    /// All of it by path, sorted. A view that changes.
    public Map<String, Node> nodes() {
        return java.util.Collections.unmodifiableMap(nodes);
    }

    /// The children of a znode, sorted by name.
    public List<Node> children(String path) {
        int depth = prefix(path).length();
        return below(path).values().stream()
                .filter(node -> node.path().indexOf('/', depth) < 0)
                .toList();
    }

    /// Tells of every change from now on.
    public Registration listen(Listener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public void close() {
        closed = true;
        ready.cancel(false);
        listeners.clear();
        Registration armed = watch;
        if (armed != null) {
            armed.close();
        }
    }

    // ---- following, on the event thread

    private void arm() {
        banyan.async()
                .addWatch(root, WatchMode.RECURSIVE, this::onChange)
                .whenComplete((armed, failure) -> {
                    if (failure == null) {
                        watch = armed;
                        if (closed) {
                            armed.close();
                            return;
                        }
                        want(root, true);
                        read();
                    } else if (mayTryAgain(failure)) {
                        arm();
                    } else {
                        ready.completeExceptionally(
                                java.util.Objects.requireNonNullElse(
                                        Places.cause(failure), failure));
                    }
                });
    }

    private boolean mayTryAgain(Throwable failure) {
        return !closed
                && (Places.isTransient(failure)
                        || Places.cause(failure) instanceof BanyanException.SessionExpired);
    }

    private void onChange(WatchEvent event) {
        if (closed) {
            return;
        }
        switch (event.type()) {
            case CREATED, DATA_CHANGED -> want(event.path(), false);
            case DELETED -> {
                remove(event.path());
                // A read that is on its way may be of before; it is repeated behind the event.
                want(event.path(), false);
            }
            case RESYNC -> want(root, true);
            case CHILDREN_CHANGED -> {}
            case REMOVED, LOST -> {
                LOG.info("cache root={} follows no more: {}", root, event.type());
                return;
            }
        }
        read();
    }

    private void want(String path, boolean deep) {
        wanted.merge(path, deep, Boolean::logicalOr);
    }

    private void read() {
        while (reading < READS_MAX && !wanted.isEmpty()) {
            var first = wanted.entrySet().iterator().next();
            String path = first.getKey();
            boolean deep = first.getValue();
            wanted.remove(path);
            reading++;
            banyan.async()
                    .find(path)
                    .whenComplete((found, failure) ->
                            onRead(
                                    path,
                                    deep,
                                    failure == null ? found.orElse(null) : null,
                                    failure));
        }
        if (reading == 0 && !closed) {
            settled();
        }
    }

    private void onRead(
            String path, boolean deep, @Nullable Node node, @Nullable Throwable failure) {
        reading--;
        if (closed) {
            return;
        }
        if (failure != null) {
            failed(path, deep, failure);
        } else if (node == null) {
            removeAll(path);
        } else {
            put(node);
            if (deep) {
                list(path);
            }
        }
        read();
    }

    private void list(String path) {
        reading++;
        banyan.async()
                .children(path)
                .whenComplete((children, failure) -> onListed(path, children, failure));
    }

    private void onListed(String path, @Nullable Children children, @Nullable Throwable failure) {
        reading--;
        if (closed) {
            return;
        }
        if (children == null) {
            if (failure != null && !(Places.cause(failure) instanceof BanyanException.NoNode)) {
                failed(path, true, failure);
            } else {
                removeAll(path);
            }
        } else {
            for (Node cached : children(path)) {
                if (!children.names().contains(Paths.name(cached.path()))) {
                    removeAll(cached.path());
                }
            }
            children.names().forEach(name -> want(Paths.child(path, name), true));
        }
        read();
    }

    private void failed(String path, boolean deep, Throwable failure) {
        if (mayTryAgain(failure)) {
            want(path, deep);
        } else if (Places.cause(failure) instanceof BanyanException.Refused refused) {
            LOG.warn("cache root={} cannot read {}: {}", root, path, refused.getMessage());
        } else {
            LOG.info("cache root={} follows no more: {}", root, failure.toString());
            closed = true;
            ready.completeExceptionally(failure);
        }
    }

    private void put(Node node) {
        Node before = nodes.put(node.path(), node);
        boolean isSame =
                before != null
                        && before.stat().mzxid() == node.stat().mzxid()
                        && before.stat().czxid() == node.stat().czxid();
        if (!isSame) {
            tell(node.path(), before, node);
        }
    }

    private void remove(String path) {
        Node before = nodes.remove(path);
        if (before != null) {
            tell(path, before, null);
        }
    }

    /// The lowest first, as they must have gone.
    private void removeAll(String path) {
        Deque<String> gone = new ArrayDeque<>(below(path).keySet());
        while (!gone.isEmpty()) {
            remove(gone.pollLast());
        }
        remove(path);
    }

    private NavigableMap<String, Node> below(String path) {
        String prefix = prefix(path);
        return nodes.subMap(prefix, false, prefix + Character.MAX_VALUE, false);
    }

    private static String prefix(String path) {
        return path.length() == 1 ? path : path + "/";
    }

    private void tell(String path, @Nullable Node before, @Nullable Node after) {
        for (Listener each : listeners) {
            try {
                each.changed(path, before, after);
            } catch (RuntimeException e) {
                LOG.error("cache root={} a listener threw; the others go on", root, e);
            }
        }
    }

    private void settled() {
        ready.complete(null);
        for (Listener each : new ArrayList<>(listeners)) {
            try {
                each.settled();
            } catch (RuntimeException e) {
                LOG.error("cache root={} a listener threw; the others go on", root, e);
            }
        }
    }
}
