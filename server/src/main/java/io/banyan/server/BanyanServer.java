package io.banyan.server;

import io.banyan.replica.Gateway;
import io.banyan.replica.GatewayConfig;
import io.banyan.replica.Input;
import io.banyan.replica.NewSessions;
import io.banyan.replica.Replica;
import io.banyan.replica.ReplicaConfig;
import io.banyan.replica.SaslExchange;
import io.banyan.server.admin.AdminServer;
import io.banyan.server.audit.AuditEvent;
import io.banyan.server.audit.AuditLog;
import io.banyan.server.audit.AuditedWrites;
import io.banyan.server.config.ConfigException;
import io.banyan.server.config.Endpoint;
import io.banyan.server.config.ServerConfig;
import io.banyan.server.config.ZooCfg;
import io.banyan.server.door.Door;
import io.banyan.server.door.DoorClients;
import io.banyan.server.door.DoorMaker;
import io.banyan.server.door.DoorSite;
import io.banyan.server.door.RoundListener;
import io.banyan.server.host.PeerOutlet;
import io.banyan.server.host.ReplicaHost;
import io.banyan.server.metrics.Gauge;
import io.banyan.server.metrics.Metrics;
import io.banyan.server.metrics.ServerStats;
import io.banyan.server.metrics.Summary;
import io.banyan.server.metrics.SummaryCell;
import io.banyan.server.net.NettyFront;
import io.banyan.server.net.TlsDoor;
import io.banyan.server.operate.MemberFacts;
import io.banyan.server.operate.Operator;
import io.banyan.server.operate.ServerFacts;
import io.banyan.server.peer.PeerPorts;
import io.banyan.store.EpochFiles;
import io.banyan.store.FileDisk;
import io.banyan.store.StoreConfig;
import io.banyan.store.TxnLog;
import io.banyan.tree.State;
import io.banyan.tree.ZnodeTree;
import io.banyan.zab.Configuration;
import io.banyan.zab.Quorums;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One running server, in a process of its own or inside another JVM.
///
/// ```java
/// try (BanyanServer server = BanyanServer.builder().start()) {
///     new ZooKeeper(server.connectString(), 10_000, event -> {});
/// }
/// ```
///
/// A server started so listens on a free port of the loopback address and keeps its files in a
/// temporary directory that vanishes with it. Thread-safe.
public final class BanyanServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BanyanServer.class);

    /// Ticks of replica and gateways; a fraction of `tickTime`, so that sessions end on time.
    private static final int STEPS_PER_TICK = 8;

    private static final int FAILED = 1;
    private static final int ADMIN_FAILED = 4;
    private static final int PEER_PORT_FAILED = 14;
    private static final int STEP_MILLIS_MIN = 10;
    private static final int STEP_MILLIS_MAX = 250;

    private final ServerConfig config;
    private final FileDisk disk;
    private final NettyFront front;
    private final ReplicaHost host;
    private final @Nullable PeerPorts ports;

    /// Null where the members never change.
    private final @Nullable MemberChanges members;

    private final @Nullable TemporaryFolder temporary;
    private final Metrics metrics = new Metrics();
    private final ServerStats stats = new ServerStats();
    private final Words words = new Words();
    private final RunningFacts facts;
    private final Operator operator;
    private final Snapshots snapshots;
    private final AuditLog audit;
    private final @Nullable PauseMonitor pauses;
    private volatile @Nullable AdminServer admin;
    private final ZnodeTree tree;
    private final List<Door> doors = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Stopped> stopped = new CompletableFuture<>();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private volatile @Nullable InetSocketAddress client;
    private @Nullable InetSocketAddress secureClient;
    private final @Nullable TlsDoor tls;

    /// How a server ended.
    ///
    /// @param failure why it could not go on, null if it was asked to stop
    /// @param exitCode for a process that is nothing but this server
    public record Stopped(@Nullable String failure, int exitCode) {}

    /// Starts building a server for use inside this JVM.
    public static Builder builder() {
        return new Builder();
    }

    /// Starts a server by a configuration, with its directories locked for it.
    ///
    /// @throws IOException if its files or its port cannot be had; the message says what to do
    public static BanyanServer start(ServerConfig config) throws IOException {
        return start(config, null, null);
    }

    /// As {@link #start(ServerConfig)}, with the file that the configuration was read from: if the
    /// members change, it does.
    public static BanyanServer start(ServerConfig config, @Nullable Path file) throws IOException {
        return start(config, file, null);
    }

    private static BanyanServer start(
            ServerConfig config, @Nullable Path file, @Nullable TemporaryFolder temporary)
            throws IOException {
        try {
            return opened(config, file, temporary);
        } catch (IOException | RuntimeException e) {
            new AuditLog(config.audit())
                    .server(AuditEvent.Operation.SERVER_START, AuditEvent.Result.FAILURE);
            throw e;
        }
    }

    private static BanyanServer opened(
            ServerConfig config, @Nullable Path file, @Nullable TemporaryFolder temporary)
            throws IOException {
        ServerConfig.Storage storage = config.storage();
        FileDisk disk =
                FileDisk.open(storage.dataDir(), storage.dataLogDir(), storage.createDataDir());
        boolean started = false;
        try {
            var server = new BanyanServer(config, file, disk, temporary);
            started = true;
            server.open();
            return server;
        } finally {
            if (!started) {
                disk.close();
            }
        }
    }

    private BanyanServer(
            ServerConfig config,
            @Nullable Path file,
            FileDisk disk,
            @Nullable TemporaryFolder temporary)
            throws IOException {
        this.config = config;
        this.disk = disk;
        this.temporary = temporary;
        tls = Mapping.clientTls(config);
        SaslExchange.Maker sasl = Mapping.clientSasl(config);
        audit = new AuditLog(config.audit());
        pauses = config.pauseMonitor().on() ? pauseMonitor() : null;
        StoreConfig storeConfig = Mapping.store(config);
        tree = new ZnodeTree(Mapping.tree(config));
        Mapping.requireSchemes(config, tree.config(), sasl != null);
        boolean isMember = config.ensemble().isEnsemble();
        Recovered recovered = Recovered.from(config, storeConfig, disk, tree);
        State state = recovered.state();
        EpochFiles epochs = isMember ? EpochFiles.open(disk, state.zxid()) : null;

        int gateways = Mapping.gateways(config);
        int tickMillis = config.timing().tickMillis();
        int stepMillis = Math.clamp(tickMillis / STEPS_PER_TICK, STEP_MILLIS_MIN, STEP_MILLIS_MAX);
        metrics.summary(Summary.STARTUP_TXNS_LOADED).add(recovered.txns());
        metrics.summary(Summary.DBINITTIME).add(recovered.millis());
        metrics.summary(Summary.STARTUP_SNAP_LOAD_TIME).add(recovered.loadMillis());
        metrics.summary(Summary.STARTUP_TXNS_LOAD_TIME).add(recovered.replayMillis());
        long nowMillis = System.nanoTime() / 1_000_000;
        ReplicaConfig replicaConfig = Mapping.replica(config, gateways, stepMillis);
        var replica =
                epochs == null
                        ? new Replica(
                                replicaConfig,
                                tree,
                                state,
                                nowMillis,
                                System.currentTimeMillis(),
                                new SplittableRandom())
                        : Replica.member(
                                replicaConfig,
                                tree,
                                state,
                                Mapping.zab(config, recovered.quorums()),
                                recovered.past(epochs),
                                nowMillis,
                                System.currentTimeMillis(),
                                new SplittableRandom());
        ports =
                isMember
                        ? new PeerPorts(
                                Mapping.peers(config, recovered.quorums()),
                                Mapping.membership(config),
                                tree::loader,
                                new FromPeers(
                                        this::postToReplica,
                                        why -> failed(why, PEER_PORT_FAILED),
                                        new LearnerQueues(metrics)))
                        : null;
        var kind = Mapping.transport(config);
        front =
                new NettyFront(
                        kind,
                        gateways,
                        this::postToReplica,
                        config.requestLimits(),
                        config.connectionLimits(),
                        Mapping.newSessions(config) != NewSessions.GLOBAL,
                        words,
                        () -> new NetMeter(metrics));
        host =
                new ReplicaHost(
                        replica,
                        disk,
                        storeConfig,
                        tree,
                        new TxnLog(disk, storeConfig, state.zxid()),
                        epochs,
                        Mapping.stretchBytesMax(config),
                        Mapping.purge(config),
                        front,
                        ports == null ? PeerOutlet.NOBODY : ports,
                        new HostMeter(
                                metrics,
                                stats,
                                config.storage().slowSyncWarningMillis(),
                                new Owner()),
                        stepMillis);
        facts = new RunningFacts(front, host, stats, ports, config, recovered.snapshot());
        Quorums quorums = recovered.quorums();
        if (ports == null || quorums == null) {
            members = null;
        } else {
            facts.activated(Mapping.ensemble(config.ensemble(), quorums.current()));
            members = new MemberChanges(config, quorums, file, ports, facts, this::moveClientPort);
        }
        operator = new Operator(config, facts, metrics);
        words.answeredBy(operator);
        if (tls != null) {
            metrics.gauge(Gauge.OUTSTANDING_TLS_HANDSHAKE, tls::handshakes);
        }
        snapshots =
                new Snapshots(
                        tree,
                        host,
                        disk,
                        storeConfig,
                        config.storage().dataDir().resolve("version-2"));
        GatewayConfig gatewayConfig = Mapping.gateway(config, gateways, stepMillis);
        front.start(
                (index, port) -> {
                    var meter = new GatewayMeter(metrics, stats, index == 0, auditor(index));
                    long now = System.nanoTime();
                    LongSupplier wall = System::currentTimeMillis;
                    Gateway gateway =
                            isMember
                                    ? Gateway.waiting(
                                            index,
                                            gatewayConfig,
                                            tree,
                                            state,
                                            port,
                                            meter,
                                            now,
                                            wall)
                                    : new Gateway(
                                            index,
                                            gatewayConfig,
                                            tree,
                                            state,
                                            port,
                                            meter,
                                            now,
                                            wall);
                    if (sasl != null) {
                        gateway.useSasl(sasl, config.security().saslFailedClientsMayStay());
                    }
                    return gateway;
                },
                stepMillis);
        host.start();
        if (recovered.wantsSnapshot()) {
            host.post(List.of(new Input.SnapshotWanted()));
        }
    }

    private PauseMonitor pauseMonitor() {
        SummaryCell millis = metrics.summary(Summary.JVM_PAUSE_TIME_MS);
        return new PauseMonitor(
                config.pauseMonitor(),
                millis::add,
                System::nanoTime,
                PauseMonitor::ofCollectorsMillis,
                Thread::sleep);
    }

    private @Nullable AuditedWrites auditor(int gateway) {
        return audit.isEnabled()
                ? new AuditedWrites(audit::log, tree.config().schemes(), gateway == 0)
                : null;
    }

    private void open() throws IOException {
        // Before the port is there: whoever is served must not be told by a word that nobody is.
        if (ports == null) {
            facts.ready();
        }
        try {
            ServerConfig.ClientPorts clientPorts = config.clientPorts();
            int backlog = clientPorts.acceptBacklog();
            if (clientPorts.plain() != null) {
                client = openClientPort(clientPorts.plain());
                facts.listening(client.getPort());
                LOG.info(
                        "serving clients address={} transport={}{}",
                        client,
                        front.kind(),
                        clientPorts.unified() ? " plaintext and TLS" : "");
            }
            if (tls != null && clientPorts.secure() != null) {
                secureClient = front.open(clientPorts.secure(), backlog, tls, false);
                facts.listeningForTls(secureClient.getPort());
                LOG.info("serving clients address={} TLS", secureClient);
            }
        } catch (IOException e) {
            close();
            throw e;
        }
        if (ports != null) {
            ports.start();
        }
        audit.server(AuditEvent.Operation.SERVER_START, AuditEvent.Result.SUCCESS);
        if (pauses != null) {
            pauses.start();
        }
        openAdmin();
        openDoors();
    }

    /// Beside the start, not before it: clients need no admin server.
    private void openAdmin() {
        // The HTTP library is more to load than all the rest.
        if (!config.admin().enabled() && config.metrics().prometheus() == null) {
            return;
        }
        AdminServer.start(config, facts, operator, metrics, snapshots)
                .whenComplete((server, failure) -> {
                    if (failure != null) {
                        LOG.error("the admin server cannot start: {}", reason(failure));
                        stop("the admin server cannot start", ADMIN_FAILED);
                        return;
                    }
                    admin = server;
                    if (stopping.get()) {
                        server.close();
                    }
                });
    }

    /// Beside the start as well. Doors are services, so that the server needs none of them.
    private void openDoors() {
        boolean nacosWanted = config.properties().containsKey("zookeeper.nacos.port");
        try {
            for (DoorMaker each : ServiceLoader.load(DoorMaker.class)) {
                CompletableFuture<Door> opening = each.open(config, new Site());
                if (opening != null) {
                    nacosWanted = false;
                    opening.whenComplete(this::onDoor);
                }
            }
            if (nacosWanted) {
                throw new IllegalArgumentException(
                        "nacos.port is set, but the module nacos is not on the class path");
            }
        } catch (IllegalArgumentException e) {
            close();
            throw e;
        }
    }

    private void onDoor(@Nullable Door door, @Nullable Throwable failure) {
        if (failure != null) {
            LOG.error("a front door cannot be opened: {}", reason(failure));
            LOG.debug("details", failure);
            stop("a front door cannot be opened", FAILED);
        } else if (door != null) {
            doors.add(door);
            if (stopping.get() && doors.remove(door)) {
                door.close();
            }
        }
    }

    private final class Site implements DoorSite {
        @Override
        public ZnodeTree tree() {
            return tree;
        }

        @Override
        public DoorClients clients(Executor executor, RoundListener listener) {
            return front.doorClients(executor, listener);
        }

        @Override
        public void gauge(Gauge name, LongSupplier supplier) {
            metrics.gauge(name, supplier);
        }
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return String.valueOf((cause == null ? failure : cause).getMessage());
    }

    /// Where clients connect.
    ///
    /// @throws IllegalStateException if there is no plain client port
    public InetSocketAddress clientAddress() {
        if (client == null) {
            throw new IllegalStateException("this server has no plain client port");
        }
        return client;
    }

    /// Where clients connect with TLS.
    ///
    /// @throws IllegalStateException if there is no such port
    public InetSocketAddress secureClientAddress() {
        if (secureClient == null) {
            throw new IllegalStateException("this server has no client port for TLS");
        }
        return secureClient;
    }

    public int clientPort() {
        return clientAddress().getPort();
    }

    /// For clients on this machine: `127.0.0.1:port`.
    public String connectString() {
        InetSocketAddress address = clientAddress();
        boolean any = address.getAddress().isAnyLocalAddress();
        return (any ? "127.0.0.1" : address.getAddress().getHostAddress())
                + ":"
                + address.getPort();
    }

    /// Whether clients are served: always of a running server that stands alone, and of a member
    /// while it leads or follows.
    public boolean isServing() {
        return facts.serving() == ServerFacts.Serving.EVERYTHING;
    }

    /// Whether this member leads its ensemble.
    public boolean isLeader() {
        MemberFacts member = facts.member();
        return member != null && member.serving() && member.role() == MemberFacts.Role.LEADING;
    }

    public Path dataDir() {
        return config.storage().dataDir();
    }

    /// Completes when the server has ended, for whatever reason.
    public CompletableFuture<Stopped> stopped() {
        return stopped.copy();
    }

    /// Stops listening, closes connections (sessions go on, and find the server again after a
    /// restart), syncs and closes the log. Returns when all is done.
    @Override
    public void close() {
        stop(null, 0);
    }

    private void stop(@Nullable String failure, int exitCode) {
        if (!stopping.compareAndSet(false, true)) {
            stopped.join();
            return;
        }
        audit.server(AuditEvent.Operation.SERVER_STOP, AuditEvent.Result.INVOKED);
        facts.notReady(failure == null ? "stopping" : failure);
        try {
            if (admin != null) {
                admin.close();
            }
            for (Door each : List.copyOf(doors)) {
                if (doors.remove(each)) {
                    each.close();
                }
            }
            if (pauses != null) {
                pauses.close();
            }
            words.close();
            front.stop("server stops");
            if (ports != null) {
                ports.close();
            }
            host.stop();
            if (members != null) {
                members.close();
            }
            disk.close();
            if (temporary != null) {
                temporary.delete();
            }
            LOG.info("stopped, its log is closed dataDir={}", dataDir());
        } catch (IOException e) {
            LOG.warn("stopping left something behind: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("stopping was interrupted; the log may end with an unsynced tail");
        } finally {
            stopped.complete(new Stopped(failure, exitCode));
        }
    }

    private InetSocketAddress openClientPort(Endpoint at) throws IOException {
        ServerConfig.ClientPorts clientPorts = config.clientPorts();
        return tls != null && clientPorts.unified()
                ? front.open(at, clientPorts.acceptBacklog(), tls, true)
                : front.open(at, clientPorts.acceptBacklog());
    }

    /// Clients find this server at another port from now on; those that are connected stay.
    private void moveClientPort(Endpoint to) {
        InetSocketAddress former = client;
        if (stopping.get() || isSame(former, to.resolve())) {
            return;
        }
        try {
            if (former != null && former.getPort() == to.port()) {
                // One port cannot be had twice, on all addresses and on one of them.
                client = exchange(former, to);
            } else {
                client = openClientPort(to);
                if (former != null) {
                    front.closeListener(former);
                }
            }
        } catch (IOException e) {
            LOG.error(
                    "clients look for this server at {} from now on, but find it at {} still: {}",
                    to,
                    former,
                    e.getMessage());
            return;
        }
        facts.listening(client.getPort());
        LOG.info("serving clients address={} transport={}", client, front.kind());
    }

    /// All addresses are the same in IPv4 and in IPv6: a socket of the latter takes both.
    private static boolean isSame(@Nullable InetSocketAddress one, InetSocketAddress other) {
        return one != null
                && one.getPort() == other.getPort()
                && (one.equals(other)
                        || (isEverywhere(one.getAddress()) && isEverywhere(other.getAddress())));
    }

    private static boolean isEverywhere(@Nullable InetAddress address) {
        return address != null && address.isAnyLocalAddress();
    }

    private InetSocketAddress exchange(InetSocketAddress former, Endpoint to) throws IOException {
        front.closeListener(former);
        try {
            return openClientPort(to);
        } catch (IOException e) {
            client = openClientPort(new Endpoint(former.getAddress().getHostAddress(), to.port()));
            throw e;
        }
    }

    private void postToReplica(List<Input> inputs) {
        host.post(inputs);
    }

    /// What the host tells, beside figures.
    private final class Owner implements HostMeter.Owner {
        @Override
        public void snapshotTaken(long zxid) {
            facts.snapshotTaken(zxid);
        }

        @Override
        public void serving(boolean serving, String why) {
            if (serving) {
                facts.ready();
            } else {
                facts.notReady(why);
            }
            operator.roleChanged();
            logRole(serving, why);
        }

        @Override
        public void membersKnown(Quorums quorums) {
            if (members != null) {
                members.known(quorums);
            }
        }

        @Override
        public void activated(Configuration configuration) {
            if (members != null) {
                members.activated(configuration);
            }
        }

        private void logRole(boolean serving, String why) {
            MemberFacts member = facts.member();
            if (member == null) {
                return;
            }
            if (serving) {
                LOG.info(
                        "{} leader={} epoch={} zxid=0x{}",
                        member.peerState(),
                        member.leaderId(),
                        member.epoch(),
                        Long.toHexString(facts.lastZxid()));
            } else {
                LOG.info("clients are not served: {}", why);
            }
        }

        @Override
        public void halted(String reason) {
            failed(reason, FAILED);
        }
    }

    /// Stops this server without waiting for it: the caller's thread is one of those that end.
    private void failed(String reason, int exitCode) {
        LOG.error("this server stops: {}", reason);
        Thread.ofPlatform().name("banyan-stop").start(() -> stop(reason, exitCode));
    }

    /// What a server for use inside this JVM is made of.
    public static final class Builder {
        private final Map<String, String> properties = new LinkedHashMap<>();
        private @Nullable Path dataDir;
        private @Nullable Path zooCfg;
        private int port;
        private int securePort = -1;
        private int tickMillis = 2000;

        private Builder() {}

        /// The client port; 0, the default, takes a free one.
        public Builder port(int clientPort) {
            port = clientPort;
            return this;
        }

        /// A client port for TLS as well; 0 takes a free one. Its keys are set by {@link #property}
        /// as `zookeeper.ssl.keyStore.location` and so on.
        public Builder securePort(int secureClientPort) {
            securePort = secureClientPort;
            return this;
        }

        /// Where its files are, and stay. Without it: a temporary directory, deleted on close.
        public Builder dataDir(Path directory) {
            dataDir = directory;
            return this;
        }

        /// `tickTime`; session timeouts lie between 2 and 20 of it.
        public Builder tickMillis(int millis) {
            tickMillis = millis;
            return this;
        }

        /// A key of zoo.cfg or a system property (`zookeeper.snapCount`), for this server only.
        public Builder property(String key, String value) {
            properties.put(key, value);
            return this;
        }

        /// Everything as this file says, instead of port, directory and tick.
        public Builder zooCfg(Path file) {
            zooCfg = file;
            return this;
        }

        /// @throws IOException if its files or its port cannot be had
        /// @throws IllegalArgumentException if the configuration is wrong, with file, line and key
        public BanyanServer start() throws IOException {
            var all = new LinkedHashMap<String, String>();
            System.getProperties().forEach((k, v) -> all.put(String.valueOf(k), String.valueOf(v)));
            all.putAll(properties);
            try {
                if (zooCfg != null) {
                    return BanyanServer.start(ZooCfg.parse(zooCfg, all), zooCfg);
                }
                if (dataDir != null) {
                    return BanyanServer.start(embedded(dataDir, all), null, null);
                }
                TemporaryFolder temporary = TemporaryFolder.create();
                return BanyanServer.start(embedded(temporary.path(), all), null, temporary);
            } catch (ConfigException e) {
                throw new IllegalArgumentException(e.getMessage(), e);
            }
        }

        private ServerConfig embedded(Path folder, Map<String, String> all)
                throws ConfigException, IOException {
            String text =
                    "tickTime="
                            + tickMillis
                            + "\nmaxClientCnxns=0"
                            + "\nclientPort=2181"
                            + "\ndataDir="
                            + folder.toString().replace("\\", "\\\\")
                            + "\n";
            ServerConfig parsed = ZooCfg.parse(new java.io.StringReader(text), "embedded", all);
            ServerConfig plain =
                    parsed.withClientPort(new Endpoint("127.0.0.1", port))
                            .withAdmin(parsed.admin().off());
            return securePort < 0
                    ? plain
                    : plain.withSecurePort(new Endpoint("127.0.0.1", securePort));
        }
    }
}
