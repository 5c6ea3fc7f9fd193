package io.banyan.server;

import io.banyan.replica.Connection;
import io.banyan.replica.ConnectionStats;
import io.banyan.replica.Gateway;
import io.banyan.replica.Membership;
import io.banyan.server.config.ServerConfig;
import io.banyan.server.host.ReplicaHost;
import io.banyan.server.metrics.ServerStats;
import io.banyan.server.net.NettyFront;
import io.banyan.server.operate.ConnectionFacts;
import io.banyan.server.operate.MemberFacts;
import io.banyan.server.operate.ServerFacts;
import io.banyan.server.operate.SessionFacts;
import io.banyan.server.operate.WatchFacts;
import io.banyan.server.peer.PeerPorts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What operators ask of a running server, gathered from its gateways and its replica. Thread-safe.
final class RunningFacts implements ServerFacts {
    private static final Logger LOG = LoggerFactory.getLogger(RunningFacts.class);
    private static final long GATHER_MILLIS_MAX = 1_000;
    private static final int DIGEST_VERSION = 2;

    private final NettyFront front;
    private final ReplicaHost host;
    private final ServerStats stats;

    /// Null of a server that stands alone.
    private final @Nullable PeerPorts ports;

    private final long startNanos = System.nanoTime();
    private final int tickMillis;

    /// What ZooKeeper's listing of connections rounds to.
    private final int connectionBucketMillis;

    /// Null where they never change.
    private volatile ServerConfig.@Nullable Ensemble members;

    private volatile int clientPort = -1;
    private volatile int securePort = -1;
    private volatile String notReady = "starting";
    private volatile LastSnapshot lastSnapshot;

    RunningFacts(
            NettyFront front,
            ReplicaHost host,
            ServerStats stats,
            @Nullable PeerPorts ports,
            ServerConfig config,
            LastSnapshot lastSnapshot) {
        tickMillis = config.timing().tickMillis();
        connectionBucketMillis = Math.max(1, config.connectionLimits().sessionlessMillisMax());
        this.front = front;
        this.host = host;
        this.stats = stats;
        this.ports = ports;
        this.lastSnapshot = lastSnapshot;
    }

    @Override
    public ServerConfig.Ensemble members(ServerConfig.Ensemble configured) {
        ServerConfig.Ensemble newest = members;
        return newest == null ? configured : newest;
    }

    /// These are the members from now on.
    void activated(ServerConfig.Ensemble newest) {
        members = newest;
    }

    /// The client port for TLS is open.
    void listeningForTls(int newSecurePort) {
        securePort = newSecurePort;
    }

    /// The client port is open.
    void listening(int newClientPort) {
        clientPort = newClientPort;
    }

    /// Clients are served from now on.
    void ready() {
        notReady = "";
    }

    void notReady(String because) {
        notReady = because;
    }

    void snapshotTaken(long zxid) {
        lastSnapshot = new LastSnapshot(zxid, System.currentTimeMillis() / 1000);
    }

    @Override
    public Serving serving() {
        if (!notReady.isEmpty()) {
            return Serving.NOTHING;
        }
        Membership now = host.membership();
        return now != null && now.readOnly() ? Serving.READ_ONLY : Serving.EVERYTHING;
    }

    @Override
    public String notReadyBecause() {
        return notReady;
    }

    @Override
    public String serverState() {
        MemberFacts member = member();
        if (serving() == Serving.READ_ONLY) {
            return "read-only";
        }
        return member == null ? "standalone" : member.role().mode();
    }

    @Override
    public @Nullable MemberFacts member() {
        Membership now = host.membership();
        if (now == null) {
            return null;
        }
        MemberFacts.Role role =
                switch (now.state()) {
                    case LOOKING -> MemberFacts.Role.LOOKING;
                    case FOLLOWING -> MemberFacts.Role.FOLLOWING;
                    case LEADING -> MemberFacts.Role.LEADING;
                    case OBSERVING -> MemberFacts.Role.OBSERVING;
                };
        return new MemberFacts(
                role,
                now.serving(),
                now.leaderId(),
                now.epoch(),
                now.loggedZxid(),
                now.learners().stream()
                        .map(each ->
                                new MemberFacts.Learner(
                                        each.serverId(),
                                        each.observer(),
                                        each.synced(),
                                        each.ackedZxid(),
                                        ports == null ? null : ports.traffic(each.serverId())))
                        .toList(),
                now.observerMasterId(),
                now.pendingSyncs(),
                host.proposalSizes());
    }

    @Override
    public long lastZxid() {
        return host.committed().zxid();
    }

    @Override
    public long znodeCount() {
        return host.committed().nodeCount();
    }

    @Override
    public long ephemeralCount() {
        return host.committed().ephemeralCount();
    }

    @Override
    public long approximateDataBytes() {
        return host.committed().approximateDataSize();
    }

    @Override
    public long sessionCount() {
        return host.committed().sessionCount();
    }

    @Override
    public long localSessionCount() {
        return host.localSessions();
    }

    @Override
    public long watchCount() {
        return gather(Gateway::watchCount).stream().mapToLong(Integer::longValue).sum();
    }

    @Override
    public int connectionCount() {
        return front.connectionCount();
    }

    @Override
    public long outstandingRequests() {
        return front.inFlight();
    }

    @Override
    public long uptimeMillis() {
        return (System.nanoTime() - startNanos) / 1_000_000;
    }

    @Override
    public int clientPort() {
        return clientPort;
    }

    @Override
    public int secureClientPort() {
        return securePort;
    }

    @Override
    public List<DigestEntry> digests() {
        return host.digests().entries().stream()
                .map(e -> new DigestEntry(e.zxid(), DIGEST_VERSION, e.digest()))
                .toList();
    }

    @Override
    public LastSnapshot lastSnapshot() {
        return lastSnapshot;
    }

    @Override
    public ServerStats stats() {
        return stats;
    }

    @Override
    public long elapsedMillis() {
        return System.nanoTime() / 1_000_000;
    }

    @Override
    public List<ConnectionFacts> connections() {
        return gather(
                        gateway -> {
                            var all = new ArrayList<ConnectionFacts>();
                            for (Connection each : gateway.connections()) {
                                if (NettyFront.isRemote(each)) {
                                    all.add(factsOf(each));
                                }
                            }
                            return all;
                        })
                .stream()
                .flatMap(List::stream)
                .toList();
    }

    private ConnectionFacts factsOf(Connection connection) {
        ConnectionStats numbers = connection.stats();
        return new ConnectionFacts(
                NettyFront.remoteOf(connection),
                NettyFront.isSecure(connection),
                !connection.readingSuspended(),
                NettyFront.isWriting(connection),
                connection.outstanding(),
                numbers.packetsReceived(),
                numbers.packetsSent(),
                connection.sessionId(),
                numbers.lastOpcode(),
                numbers.establishedWallMillis(),
                connection.timeoutMillis(),
                numbers.lastXid(),
                numbers.lastZxid(),
                numbers.lastResponseMillis(),
                numbers.lastLatencyMillis(),
                numbers.minLatencyMillis(),
                numbers.avgLatencyMillis(),
                numbers.maxLatencyMillis(),
                bucket(elapsedMillis() + connection.timeoutMillis(), connectionBucketMillis));
    }

    @Override
    public List<SessionFacts> sessions() {
        var expiresAt = new HashMap<Long, Long>();
        long now = elapsedMillis();
        for (var bucket : await(List.of(host.sessionsByMillisLeft()))) {
            bucket.forEach((left, ids) -> {
                long due = bucket(now + left - 1, tickMillis);
                ids.forEach(id -> expiresAt.put(id, due));
            });
        }
        var all = new ArrayList<SessionFacts>();
        host.committed()
                .forEachSession((id, timeoutMillis, ephemerals) -> {
                    var paths = new ArrayList<String>();
                    ephemerals.forEach(path -> paths.add(new String(path, StandardCharsets.UTF_8)));
                    all.add(
                            new SessionFacts(
                                    id, timeoutMillis, expiresAt.getOrDefault(id, now), paths));
                });
        return all;
    }

    @Override
    public SortedMap<Long, List<Long>> localSessions() {
        var byExpiry = new TreeMap<Long, List<Long>>();
        long now = elapsedMillis();
        for (var bucket : await(List.of(host.localSessionsByMillisLeft()))) {
            bucket.forEach((left, ids) -> byExpiry.put(bucket(now + left - 1, tickMillis), ids));
        }
        return byExpiry;
    }

    /// The end of the bucket that a moment falls into, as ZooKeeper's queues know it.
    private static long bucket(long millis, int width) {
        return (millis / width + 1) * width;
    }

    @Override
    public double dropChance() {
        return front.dropChance();
    }

    @Override
    public WatchFacts watches() {
        var bySession = new HashMap<Long, List<String>>();
        for (Map<Long, List<String>> each :
                gather(gateway -> {
                    var paths = new HashMap<Long, List<String>>();
                    gateway.forEachDataWatch((path, watcher) ->
                            paths.computeIfAbsent(watcher.sessionId(), id -> new ArrayList<>())
                                    .add(path));
                    return paths;
                })) {
            each.forEach((id, paths) ->
                    bySession.computeIfAbsent(id, i -> new ArrayList<>()).addAll(paths));
        }
        return new WatchFacts(bySession);
    }

    @Override
    public void resetConnectionStats() {
        gather(gateway -> {
            gateway.connections().forEach(each -> each.stats().reset());
            return true;
        });
    }

    @Override
    public void resetLearnerTraffic() {
        if (ports != null) {
            ports.resetTraffic();
        }
    }

    private <T> List<T> gather(Function<Gateway, T> question) {
        return await(front.ask(question));
    }

    /// Whoever does not answer within a second is left out, and named in the log.
    private static <T> List<T> await(List<CompletableFuture<T>> answers) {
        var all = new ArrayList<T>();
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GATHER_MILLIS_MAX);
        for (CompletableFuture<T> each : answers) {
            try {
                all.add(each.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS));
            } catch (TimeoutException | ExecutionException e) {
                LOG.warn("a thread did not answer an operator's question: {}", e.toString());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return all;
            }
        }
        return all;
    }
}
