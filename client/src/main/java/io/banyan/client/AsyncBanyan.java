package io.banyan.client;

import io.banyan.wire.Acl;
import io.banyan.wire.ReconfigRequest;
import io.banyan.wire.Stat;
import io.banyan.wire.WhoAmIReply;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The operations of {@link Banyan} as futures.
///
/// A future completes on the event thread, in the order of the server's answers, with a value or
/// with a {@link BanyanException}; so whatever hangs on it runs in order with watch events. Waiting
/// there for another future (`join`) would wait for ever and is refused; `thenCompose` is the way,
/// or the blocking calls, which may be made anywhere.
///
/// `cancel` withdraws a request that was not sent yet. Illegal arguments are thrown at once. A
/// caller beyond the bound of outstanding requests waits for one to be answered. Thread-safe.
public final class AsyncBanyan {
    private final Engine engine;
    private final Requests requests;
    private final long sessionWanted;
    private final long timeoutNanos;

    /// Futures complete on the network thread.
    private final boolean direct;

    AsyncBanyan(
            Engine engine,
            Requests requests,
            long sessionWanted,
            long timeoutNanos,
            boolean direct) {
        this.engine = engine;
        this.requests = requests;
        this.sessionWanted = sessionWanted;
        this.timeoutNanos = timeoutNanos;
        this.direct = direct;
    }

    /// The same, with futures that complete, and one-shot watchers that are called, on the network
    /// thread: for chains of requests that are to lose no time, as the recipes' are.
    ///
    /// What hangs on them must be short and must never wait, since no answer and no ping is handled
    /// meanwhile; and it may run before what the event thread was given earlier.
    public AsyncBanyan onNetworkThread() {
        return new AsyncBanyan(engine, requests, sessionWanted, timeoutNanos, true);
    }

    /// See {@link Banyan#inSession}.
    public AsyncBanyan inSession(long sessionId) {
        return new AsyncBanyan(engine, requests, sessionId, timeoutNanos, direct);
    }

    /// See {@link Banyan#withTimeout}.
    public AsyncBanyan withTimeout(Duration timeout) {
        return new AsyncBanyan(engine, requests, sessionWanted, Banyan.nanos(timeout), direct);
    }

    /// See {@link Banyan#create(String, byte[])}.
    public CompletableFuture<Created> create(String path, byte @Nullable [] data) {
        return create(path, data, CreateMode.PERSISTENT);
    }

    public CompletableFuture<Created> create(String path, byte @Nullable [] data, CreateMode mode) {
        return create(path, data, mode, Acl.OPEN);
    }

    public CompletableFuture<Created> create(
            String path, byte @Nullable [] data, CreateMode mode, List<Acl> acl) {
        return send(() -> requests.create(path, data, mode, acl));
    }

    /// See {@link Banyan#createOnce}.
    public CompletableFuture<Created> createOnce(
            String path, byte @Nullable [] data, CreateMode mode, List<Acl> acl) {
        long session = sessionWanted == 0 ? sessionId() : sessionWanted;
        // Without a session yet there is none to be pinned to, and no earlier one to mix it up
        // with.
        return new CreateOnce(inSession(session), path, data, mode, acl).start();
    }

    /// The session that requests are made in: the wanted one, or the current one; 0 if none is.
    long sessionId() {
        if (sessionWanted != 0) {
            return sessionWanted;
        }
        Session session = engine.session();
        return session == null ? 0 : session.id();
    }

    public CompletableFuture<@Nullable Void> delete(String path) {
        return delete(path, Banyan.ANY_VERSION);
    }

    public CompletableFuture<@Nullable Void> delete(String path, int version) {
        return send(() -> requests.delete(path, version));
    }

    public CompletableFuture<Optional<Stat>> exists(String path) {
        return send(() -> requests.exists(path, null));
    }

    public CompletableFuture<Optional<Stat>> exists(String path, Watcher watcher) {
        return send(() -> requests.exists(path, oneShot(watcher)));
    }

    public CompletableFuture<Node> get(String path) {
        return send(() -> requests.get(path, null));
    }

    public CompletableFuture<Node> get(String path, Watcher watcher) {
        return send(() -> requests.get(path, oneShot(watcher)));
    }

    public CompletableFuture<Optional<Node>> find(String path) {
        return send(() -> requests.find(path));
    }

    public CompletableFuture<Stat> set(String path, byte @Nullable [] data) {
        return set(path, data, Banyan.ANY_VERSION);
    }

    public CompletableFuture<Stat> set(String path, byte @Nullable [] data, int version) {
        return send(() -> requests.set(path, data, version));
    }

    public CompletableFuture<Children> children(String path) {
        return send(() -> requests.children(path, null));
    }

    public CompletableFuture<Children> children(String path, Watcher watcher) {
        return send(() -> requests.children(path, oneShot(watcher)));
    }

    public CompletableFuture<AccessList> getAcl(String path) {
        return send(() -> requests.getAcl(path));
    }

    public CompletableFuture<Stat> setAcl(String path, List<Acl> acl, int version) {
        return send(() -> requests.setAcl(path, acl, version));
    }

    public CompletableFuture<@Nullable Void> sync(String path) {
        return send(() -> requests.sync(path));
    }

    public CompletableFuture<Multi.Results> multi(Multi multi) {
        return send(() -> requests.multi(multi));
    }

    public CompletableFuture<MultiRead.Results> multiRead(MultiRead reads) {
        return send(() -> requests.multiRead(reads));
    }

    /// The future completes when the watch is in place.
    public CompletableFuture<Registration> addWatch(String path, WatchMode mode, Watcher watcher) {
        return send(() -> requests.addWatch(path, mode, watcher))
                .thenApply(done -> lasting(path, mode, watcher));
    }

    Registration lasting(String path, WatchMode mode, Watcher watcher) {
        String server = requests.toServer(path);
        return () -> {
            Request<?> removal = requests.dropWatch(server, mode);
            engine.dropWatch(server, mode, watcher, removal);
        };
    }

    public CompletableFuture<@Nullable Void> removeWatches(String path, WatchKind kind) {
        return send(() -> requests.removeWatches(path, kind));
    }

    public CompletableFuture<List<String>> ephemerals(String prefix) {
        return send(() -> requests.ephemerals(prefix));
    }

    public CompletableFuture<Integer> countDescendants(String path) {
        return send(() -> requests.countDescendants(path));
    }

    public CompletableFuture<List<WhoAmIReply.ClientInfo>> whoAmI() {
        return send(requests::whoAmI);
    }

    public CompletableFuture<Node> config() {
        return get(Banyan.CONFIG_PATH);
    }

    public CompletableFuture<Node> reconfig(ReconfigRequest change) {
        return send(() -> requests.reconfig(change));
    }

    /// The future completes when a server has accepted it.
    public CompletableFuture<@Nullable Void> addAuth(String scheme, byte[] auth) {
        Request<@Nullable Void> request = requests.auth();
        engine.addAuth(scheme, auth.clone(), request);
        return request;
    }

    private Watcher oneShot(Watcher watcher) {
        return direct ? new NetworkThreadWatcher(watcher) : watcher;
    }

    private <T extends @Nullable Object> CompletableFuture<T> send(Supplier<Request<T>> maker) {
        try {
            Request<T> request = maker.get();
            request.sessionWanted = sessionWanted;
            request.direct = direct;
            return engine.submit(request, timeoutNanos);
        } catch (BanyanException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
