package io.banyan.client;

import io.banyan.wire.Acl;
import io.banyan.wire.ReconfigRequest;
import io.banyan.wire.Stat;
import io.banyan.wire.WhoAmIReply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A client of Banyan or Apache ZooKeeper servers.
///
/// ```java
/// try (Banyan banyan = Banyan.connect("a:2181,b:2181,c:2181/app")) {
///     banyan.create("/greeting", "hello".getBytes(UTF_8));
///     System.out.println(banyan.get("/greeting", change -> System.out.println(change)).text());
/// }
/// ```
///
/// Every method that talks to a server waits for the answer, at most the request timeout (which
/// includes waiting for a connection), and throws a {@link BanyanException}, whose {@code
/// mayHaveHappened} says whether a write may have been done nevertheless. Blocking calls fit
/// virtual threads, and may be made from callbacks too; {@link #async} has the same methods as
/// futures.
///
/// Connections come and go, and the session goes on: servers are tried in random order, with names
/// resolved anew each time; watches are in place again after a reconnect, and one-shot watches tell
/// what happened meanwhile. When a server says that the session is over, the client goes on with a
/// new one (see {@link Builder#renewSessions}), to which the watches move; ephemerals are gone, and
/// listeners hear of {@link SessionState#EXPIRED}.
///
/// Thread-safe. Holds two threads and a socket until it is closed.
public final class Banyan implements AutoCloseable {
    /// In place of a version: whatever it is.
    public static final int ANY_VERSION = -1;

    static final String CONFIG_PATH = "/zookeeper/config";

    private static final Logger LOG = LoggerFactory.getLogger(Banyan.class);
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final Engine engine;
    private final Requests requests;
    private final AsyncBanyan async;
    private final long sessionWanted;
    private final long timeoutNanos;

    private Banyan(Engine engine, Requests requests, long sessionWanted, long timeoutNanos) {
        this.engine = engine;
        this.requests = requests;
        this.sessionWanted = sessionWanted;
        this.timeoutNanos = timeoutNanos;
        this.async = new AsyncBanyan(engine, requests, sessionWanted, timeoutNanos, false);
    }

    /// Begins to connect, and does not wait for it: requests do.
    ///
    /// @param connectString `host:port,host:port/chroot`; the port may be left out for 2181, IPv6
    ///   addresses stand in brackets, and the chroot may be left out
    /// @throws IllegalArgumentException that says what is wrong with it
    public static Banyan connect(String connectString) {
        return builder(connectString).build();
    }

    /// @param connectString as for {@link #connect}
    public static Builder builder(String connectString) {
        return new Builder(connectString);
    }

    /// The same client by futures.
    public AsyncBanyan async() {
        return async;
    }

    /// The same client whose requests are sent only in this session, and fail with {@link
    /// BanyanException.SessionExpired} if it is over: for what makes no sense in a later one, as an
    /// ephemeral of a lock. Closing it closes the client.
    public Banyan inSession(long sessionId) {
        return new Banyan(engine, requests, sessionId, timeoutNanos);
    }

    /// The same client with another request timeout. Closing it closes the client.
    public Banyan withTimeout(Duration timeout) {
        return new Banyan(engine, requests, sessionWanted, nanos(timeout));
    }

    // ---- session

    public SessionState state() {
        return engine.state();
    }

    /// The session, while there is one.
    public Optional<Session> session() {
        return Optional.ofNullable(engine.session());
    }

    /// By our clock no server can have ended the session before this `System.nanoTime()`: answers
    /// came to what was sent one session timeout before it. In the past while nobody answers.
    ///
    /// It takes for granted that our clock and the servers' run equally fast.
    public long sessionSafeUntilNanos() {
        return engine.safeUntilNanos();
    }

    /// Runs tasks on the event thread, behind what was delivered before: for what has to be in
    /// order with watch events. They must be short, and are lost when the client has ended.
    public Executor eventExecutor() {
        return engine.eventExecutor();
    }

    /// Hears of every change of the session from now on. Late by nothing but slow callbacks. The
    /// first connection may have been made by now: {@link Builder#listener} hears of it.
    public Registration addListener(SessionListener listener) {
        return engine.listen(listener);
    }

    /// Waits until a server serves the session.
    ///
    /// @return the session
    /// @throws BanyanException.Timeout if none does within the time
    /// @throws BanyanException.Closed if the client has ended
    public Session awaitConnected(Duration timeout) {
        var changed = new CountDownLatch(1);
        Registration listening =
                engine.listen(event -> {
                    if (event.state().isConnected() || isEnd(event.state())) {
                        changed.countDown();
                    }
                });
        try {
            if (!engine.state().isConnected() && !isEnd(engine.state())) {
                changed.await(nanos(timeout), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw BanyanException.interrupted("a connection", false);
        } finally {
            listening.close();
        }
        Session session = engine.session();
        if (session != null && engine.state().isConnected()) {
            return session;
        }
        if (engine.state() == SessionState.AUTH_FAILED) {
            throw BanyanException.authFailed(engine.lastFailure(), false);
        }
        if (isEnd(engine.state())) {
            throw BanyanException.closed("state " + engine.state(), false);
        }
        throw BanyanException.timeout(
                "not connected within " + timeout + "; " + engine.lastFailure(), false);
    }

    private boolean isEnd(SessionState state) {
        return switch (state) {
            case AUTH_FAILED, CLOSED -> true;
            case EXPIRED -> engine.hasEnded();
            case CONNECTING, CONNECTED, READ_ONLY, DISCONNECTED, LAPSED -> false;
        };
    }

    /// Proves who we are, on this connection and on every later one.
    ///
    /// @param scheme as `digest`
    /// @param auth what the scheme asks for, as `user:password`
    /// @throws BanyanException.AuthFailed if the server refuses it, which ends the client
    public void addAuth(String scheme, byte[] auth) {
        engine.authenticate(scheme, auth.clone(), requests.auth());
    }

    // ---- znodes

    /// Makes a persistent znode that anyone may change.
    ///
    /// @param data null and empty are not the same to a server
    /// @throws BanyanException.NodeExists if it is there
    /// @throws BanyanException.NoNode if its parent is not
    public Created create(String path, byte @Nullable [] data) {
        return create(path, data, CreateMode.PERSISTENT);
    }

    /// Makes a znode that anyone may change.
    public Created create(String path, byte @Nullable [] data, CreateMode mode) {
        return create(path, data, mode, Acl.OPEN);
    }

    /// Makes a znode.
    public Created create(String path, byte @Nullable [] data, CreateMode mode, List<Acl> acl) {
        return call(requests.create(path, data, mode, acl));
    }

    /// Makes a znode although connections break meanwhile: when the answer is lost it finds out
    /// whether the znode was made, and makes it if not. Only for sequential ones, whose names get a
    /// random marker before the number, and for ephemerals, which are known by their owner.
    ///
    /// @throws BanyanException.SessionExpired if the session ended meanwhile: an ephemeral is gone
    ///   then, and a persistent one may have been made
    /// @throws IllegalArgumentException for other modes
    public Created createOnce(String path, byte @Nullable [] data, CreateMode mode, List<Acl> acl) {
        return Engine.await(async.onNetworkThread().createOnce(path, data, mode, acl));
    }

    public Created createOnce(String path, byte @Nullable [] data, CreateMode mode) {
        return createOnce(path, data, mode, Acl.OPEN);
    }

    /// Makes a persistent znode and all that are missing above it; does nothing if it is there.
    ///
    /// @return whether it was made by this call, as far as anyone can say
    public boolean createAll(String path) {
        if (path.length() == 1) {
            return false;
        }
        while (true) {
            try {
                create(path, null);
                return true;
            } catch (BanyanException.NodeExists e) {
                return false;
            } catch (BanyanException.NoNode e) {
                createAll(Paths.parent(path));
            } catch (BanyanException.ConnectionLost e) {
                // It is to be there, by whomever: so it does no harm to try again.
                LOG.debug("createAll {}: {}", path, e.getMessage());
            }
        }
    }

    /// Deletes a znode, whatever its version.
    ///
    /// @throws BanyanException.NoNode if it is not there
    /// @throws BanyanException.NotEmpty if it has children
    public void delete(String path) {
        delete(path, ANY_VERSION);
    }

    /// @throws BanyanException.BadVersion if it has another version
    public void delete(String path, int version) {
        call(requests.delete(path, version));
    }

    /// Deletes a znode and everything below it, the lowest first; not in one step. Does nothing if
    /// it is not there.
    public void deleteAll(String path) {
        boolean isGone = false;
        while (!isGone) {
            // Again, if somebody made a child meanwhile, which is meant as well, or an answer was
            // lost: what is gone then is not missed.
            isGone = tryDeleteAll(path);
        }
    }

    private boolean tryDeleteAll(String path) {
        try {
            for (String name : children(path).names()) {
                deleteAll(Paths.child(path, name));
            }
            delete(path);
            return true;
        } catch (BanyanException.NoNode e) {
            return true;
        } catch (BanyanException.NotEmpty | BanyanException.ConnectionLost e) {
            return false;
        }
    }

    public Optional<Stat> exists(String path) {
        return call(requests.exists(path, null));
    }

    /// With a one-shot watch, for a change of its data, or for its making or end.
    public Optional<Stat> exists(String path, Watcher watcher) {
        return call(requests.exists(path, watcher));
    }

    /// @throws BanyanException.NoNode if it is not there; {@link #find} asks instead
    public Node get(String path) {
        return call(requests.get(path, null));
    }

    /// With a one-shot watch, for a change of its data or its end.
    public Node get(String path, Watcher watcher) {
        return call(requests.get(path, watcher));
    }

    /// What {@link #get} says of what may be missing.
    public Optional<Node> find(String path) {
        return call(requests.find(path));
    }

    /// Whatever its version.
    public Stat set(String path, byte @Nullable [] data) {
        return set(path, data, ANY_VERSION);
    }

    /// @param version that it must have; it will have the next one
    /// @throws BanyanException.BadVersion if it has another one
    public Stat set(String path, byte @Nullable [] data, int version) {
        return call(requests.set(path, data, version));
    }

    public Children children(String path) {
        return call(requests.children(path, null));
    }

    /// With a one-shot watch, for children that come and go, or for its end.
    public Children children(String path, Watcher watcher) {
        return call(requests.children(path, watcher));
    }

    public AccessList getAcl(String path) {
        return call(requests.getAcl(path));
    }

    /// @param version the `aversion` that it must have, or {@link #ANY_VERSION}
    public Stat setAcl(String path, List<Acl> acl, int version) {
        return call(requests.setAcl(path, acl, version));
    }

    /// After it, reads of this client see everything that was written, by anyone, before it.
    public void sync(String path) {
        call(requests.sync(path));
    }

    /// All of it or nothing.
    ///
    /// @throws BanyanException.MultiFailed that says which operation was refused, and why
    public Multi.Results multi(Multi multi) {
        return call(requests.multi(multi));
    }

    /// Many reads in one round trip.
    public MultiRead.Results multiRead(MultiRead reads) {
        return call(requests.multiRead(reads));
    }

    // ---- watches

    /// Tells of every change until it is closed, over reconnects and sessions; {@link
    /// WatchEvent.Type#RESYNC} says when some may have been missed.
    public Registration addWatch(String path, WatchMode mode, Watcher watcher) {
        call(requests.addWatch(path, mode, watcher));
        return async.lasting(path, mode, watcher);
    }

    /// Takes watches of this client away; their watchers hear {@link WatchEvent.Type#REMOVED}.
    ///
    /// @throws BanyanException.Refused with `NO_WATCHER` if there is none
    public void removeWatches(String path, WatchKind kind) {
        call(requests.removeWatches(path, kind));
    }

    // ---- about sessions and servers

    /// Paths of this session's ephemerals that begin with this, sorted.
    ///
    /// @param prefix a path, `/` for all
    public List<String> ephemerals(String prefix) {
        return call(requests.ephemerals(prefix));
    }

    /// How many znodes are below it, at any depth.
    public int countDescendants(String path) {
        return call(requests.countDescendants(path));
    }

    /// Who the server takes us for.
    public List<WhoAmIReply.ClientInfo> whoAmI() {
        return call(requests.whoAmI());
    }

    /// The ensemble's configuration as text.
    public Node config() {
        return get(CONFIG_PATH);
    }

    /// With a one-shot watch.
    public Node config(Watcher watcher) {
        return get(CONFIG_PATH, watcher);
    }

    /// Changes the ensemble's members.
    ///
    /// @return the new configuration
    public Node reconfig(ReconfigRequest change) {
        return call(requests.reconfig(change));
    }

    private <T extends @Nullable Object> T call(Request<T> request) {
        request.sessionWanted = sessionWanted;
        return engine.call(request, timeoutNanos);
    }

    /// How many watchers it keeps; for tests of what must not leak.
    int watchCount() {
        return engine.watchCount();
    }

    /// Ends the session, after all requests that were made before, and with it its ephemerals; ends
    /// the threads. Without a connection the session is left to its timeout. Requests without an
    /// answer fail with {@link BanyanException.Closed}. Safe to call twice, and from callbacks.
    @Override
    public void close() {
        engine.close(requests.closeSession());
    }

    /// Ends the client and not its session, which somebody may go on with by {@link Builder#resume}
    /// before it times out.
    ///
    /// @return the session, empty if there was none
    public Optional<Session> detach() {
        Optional<Session> session = session();
        engine.close(null);
        return session;
    }

    static long nanos(Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException("not a time to wait: " + duration);
        }
        // A century in nanoseconds fits a long; more is as good as for ever.
        return duration.compareTo(Duration.ofDays(36_500)) > 0
                ? Duration.ofDays(36_500).toNanos()
                : duration.toNanos();
    }

    /// How a client is made. Everything has a default.
    public static final class Builder {
        private static final int FRAME_BYTES_MAX = 0xfffff;

        private final ConnectString servers;
        private String name = "banyan-client-" + NUMBER.incrementAndGet();
        private Duration sessionTimeout = Duration.ofSeconds(30);
        private Duration requestTimeout = Duration.ofSeconds(15);
        private Duration backoffMin = Duration.ofMillis(20);
        private Duration backoffMax = Duration.ofSeconds(2);
        private Duration closeTimeout = Duration.ofSeconds(3);
        private boolean acceptReadOnly;
        private boolean renewSessions = true;
        private int outstandingMax = 1000;
        private int requestBytesMax = FRAME_BYTES_MAX;
        private int replyBytesMax = 16 * 1024 * 1024;
        private @Nullable Session resumed;
        private @Nullable ClientTls tls;
        private @Nullable ClientSasl sasl;
        private boolean verifyHostNames = true;
        private ClientMetrics metrics = ClientMetrics.NONE;
        private final List<SessionListener> listeners = new ArrayList<>();

        private Builder(String connectString) {
            servers = ConnectString.parse(connectString);
        }

        /// In the names of its threads and in log lines.
        public Builder name(String clientName) {
            name = clientName;
            return this;
        }

        /// What is asked for; servers grant what lies within their bounds. 30 s by default.
        public Builder sessionTimeout(Duration timeout) {
            requireMillis(timeout);
            sessionTimeout = timeout;
            return this;
        }

        /// How long a request may take, waiting for a connection included. 15 s by default.
        public Builder requestTimeout(Duration timeout) {
            nanos(timeout);
            requestTimeout = timeout;
            return this;
        }

        /// Pauses between rounds of attempts to connect: the first, and what they grow to; a random
        /// part of up to a half is taken off. 20 ms and 2 s by default.
        public Builder backoff(Duration first, Duration longest) {
            if (nanos(first) > nanos(longest)) {
                throw new IllegalArgumentException("first=" + first + " longest=" + longest);
            }
            backoffMin = first;
            backoffMax = longest;
            return this;
        }

        /// How long `close` waits for a server. 3 s by default.
        public Builder closeTimeout(Duration timeout) {
            nanos(timeout);
            closeTimeout = timeout;
            return this;
        }

        /// Whether a server that lost its quorum will do; then writes are refused with
        /// `NOT_READ_ONLY` until one with a quorum is found, which is searched for. Not by default.
        public Builder acceptReadOnly(boolean accept) {
            acceptReadOnly = accept;
            return this;
        }

        /// Whether a session that expired is followed by a new one, as it is by default; else the
        /// client ends with it, and its watchers hear {@link WatchEvent.Type#LOST}.
        public Builder renewSessions(boolean renew) {
            renewSessions = renew;
            return this;
        }

        /// How many requests may be without an answer; callers beyond it wait. 1000 by default.
        public Builder outstandingMax(int requests) {
            if (requests < 1) {
                throw new IllegalArgumentException("outstandingMax=" + requests);
            }
            outstandingMax = requests;
            return this;
        }

        /// The servers' `jute.maxbuffer`: larger requests are refused here, since a server would
        /// close the connection. 1048575 by default, as theirs.
        public Builder requestBytesMax(int bytes) {
            requestBytesMax = bytes;
            return this;
        }

        /// Larger answers are skipped, and their requests fail with {@link
        /// BanyanException.TooLarge}. 16 MiB by default.
        public Builder replyBytesMax(int bytes) {
            replyBytesMax = bytes;
            return this;
        }

        /// Goes on with a session that another client left by {@link Banyan#detach}.
        public Builder resume(Session session) {
            resumed = session;
            return this;
        }

        /// TLS to all servers, to a secure client port. Host names are verified.
        public Builder tls(SSLContext context) {
            tls = new ClientTls(context, verifyHostNames);
            return this;
        }

        /// Settings of ZooKeeper's client under its names, as far as they secure connections. Other
        /// keys are left alone, so that `System.getProperties()` will do.
        ///
        /// TLS: `zookeeper.client.secure` and `zookeeper.ssl.*` (stores in JKS, PKCS12 or PEM,
        /// protocols, cipher suites, verification of host names).
        ///
        /// SASL: `java.security.auth.login.config`, a JAAS file with a section `Client`, or what
        /// `zookeeper.sasl.clientconfig` says; off with `zookeeper.sasl.client=false`. ZooKeeper's
        /// `DigestLoginModule` in it (`username`, `password`) means DIGEST-MD5, any other one
        /// Kerberos, where `zookeeper.server.principal`, `zookeeper.sasl.client.username` and
        /// `zookeeper.sasl.client.canonicalize.hostname` say who the server is. Then no request is
        /// sent, and no {@link SessionState#CONNECTED} told, before the server knows who we are; a
        /// server that does not ends the client, {@link SessionState#AUTH_FAILED}.
        ///
        /// @throws IllegalArgumentException naming the key that makes no sense, or whose file does
        ///   not
        public Builder properties(Properties properties) {
            ClientTls wanted = ClientTls.of(properties);
            if (wanted != null) {
                tls = wanted;
                verifyHostNames = wanted.verifiesHostNames();
            }
            sasl = ClientSasl.of(properties);
            return this;
        }

        /// Whether a server's certificate must name the host that was dialled. True by default.
        public Builder verifyHostNames(boolean verify) {
            verifyHostNames = verify;
            return this;
        }

        public Builder metrics(ClientMetrics hooks) {
            metrics = hooks;
            return this;
        }

        /// Hears of every change of the session from the first connection on, which {@link
        /// Banyan#addListener} may come too late for. Another one each time.
        public Builder listener(SessionListener listener) {
            listeners.add(listener);
            return this;
        }

        /// Begins to connect, and does not wait for it.
        public Banyan build() {
            var chroot = new Chroot(servers.chroot());
            var core =
                    new CoreConfig(
                            servers,
                            (int) sessionTimeout.toMillis(),
                            acceptReadOnly,
                            renewSessions,
                            nanos(backoffMin),
                            nanos(backoffMax),
                            sasl == null ? null : sasl.toString(),
                            resumed);
            var config =
                    new EngineConfig(
                            name,
                            nanos(requestTimeout),
                            outstandingMax,
                            requestBytesMax,
                            replyBytesMax,
                            nanos(closeTimeout),
                            tls == null ? null : tls.verifying(verifyHostNames),
                            sasl,
                            metrics);
            var engine = new Engine(config, core, chroot);
            listeners.forEach(engine::listen);
            engine.start();
            return new Banyan(engine, new Requests(chroot, requestBytesMax), 0, 0);
        }

        private static void requireMillis(Duration timeout) {
            nanos(timeout);
            if (timeout.toMillis() < 1 || timeout.toMillis() > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("not a session timeout: " + timeout);
            }
        }
    }
}
