package io.banyan.server;

import io.banyan.replica.GatewayConfig;
import io.banyan.replica.Members;
import io.banyan.replica.NewSessions;
import io.banyan.replica.ReplicaConfig;
import io.banyan.replica.SaslExchange;
import io.banyan.server.config.Endpoint;
import io.banyan.server.config.ServerConfig;
import io.banyan.server.config.ServerConfig.AuthProvider;
import io.banyan.server.net.NettyFront;
import io.banyan.server.net.TlsDoor;
import io.banyan.server.peer.PeerGuard;
import io.banyan.server.peer.PeerSettings;
import io.banyan.server.peer.SaslGuard;
import io.banyan.server.peer.TlsGuard;
import io.banyan.server.sasl.ClientSasl;
import io.banyan.server.sasl.PeerSasl;
import io.banyan.server.tls.TlsContext;
import io.banyan.store.Compression;
import io.banyan.store.Purge;
import io.banyan.store.StoreConfig;
import io.banyan.tree.AuthScheme;
import io.banyan.tree.DigestScheme;
import io.banyan.tree.EnsembleScheme;
import io.banyan.tree.IpScheme;
import io.banyan.tree.SaslScheme;
import io.banyan.tree.TreeConfig;
import io.banyan.tree.X509Scheme;
import io.banyan.zab.Configuration;
import io.banyan.zab.Electorate;
import io.banyan.zab.Quorums;
import io.banyan.zab.ZabConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// From what an operator sets to what each room has to know.
final class Mapping {
    /// Network threads, `-Dbanyan.gateways`. Half the cores: the other half is the replica's and
    /// the log's.
    private static final String GATEWAYS = "banyan.gateways";

    /// `-Dbanyan.transport`: epoll, io_uring or nio.
    private static final String TRANSPORT = "banyan.transport";

    private static final int GATEWAYS_MAX = 64;

    /// Gaps of this many steps between two ticks count on the session clock, no more.
    private static final int STALL_STEPS = 4;

    private static final int STANDALONE_ID = 1;

    /// Between Banyan servers signs of life are cheap, so they need no setting: a leader that hangs
    /// is noticed in about a second, a pause of the collector is not taken for it.
    private static final int HEARTBEATS_PER_TICK = 10;

    private static final int HEARTBEAT_MILLIS_MIN = 50;
    private static final int HEARTBEAT_MILLIS_MAX = 250;
    private static final int SILENCE_MILLIS_MIN = 1_000;
    private static final int SILENCE_MILLIS_MAX = 1_500;

    /// Of the heap, for transactions that learners may still want.
    private static final int HISTORY_SHARE = 16;

    private static final long HISTORY_BYTES_MAX = 64 << 20;

    /// Of the heap, for what waits for one slow learner.
    private static final int UNSENT_SHARE = 8;

    private static final long UNSENT_BYTES_MIN = 32 << 20;

    /// Beyond it an image of the tree is better than a stretch of the log.
    private static final long STRETCH_BYTES_MAX = 64 << 20;

    private Mapping() {}

    /// @param known who decides, from the disk; null where the members never change
    static ZabConfig zab(ServerConfig config, @Nullable Quorums known) {
        ServerConfig.Ensemble ensemble = config.ensemble();
        ServerConfig.Peers peers = config.peers();
        int tickMillis = config.timing().tickMillis();
        Quorums quorums = known == null ? fixed(config) : known;
        return new ZabConfig(
                ensemble.myId(),
                quorums,
                tickMillis,
                peers.initLimitTicks(),
                peers.syncLimitTicks(),
                Math.clamp(
                        tickMillis / HEARTBEATS_PER_TICK,
                        HEARTBEAT_MILLIS_MIN,
                        HEARTBEAT_MILLIS_MAX),
                Math.clamp(tickMillis, SILENCE_MILLIS_MIN, SILENCE_MILLIS_MAX),
                config.storage().commitsKeptInMemory(),
                historyBytesMax(),
                peers.forceSnapshotSync(),
                peers.observerMasterPort() > 0,
                known != null);
    }

    private static Quorums fixed(ServerConfig config) {
        ServerConfig.Ensemble ensemble = config.ensemble();
        return Quorums.fixed(
                electorate(ensemble),
                ids(ensemble, ServerConfig.Role.OBSERVER),
                membership(config));
    }

    /// The ensemble with the members of a configuration.
    static ServerConfig.Ensemble ensemble(ServerConfig.Ensemble base, Configuration members) {
        Members parsed = Members.parse(members.text());
        if (parsed == null) {
            throw new IllegalStateException("no membership: " + members);
        }
        var servers = new TreeMap<Long, ServerConfig.Server>();
        parsed.servers().forEach((id, each) -> servers.put(id, server(each)));
        var groups = new TreeMap<Long, List<Long>>();
        parsed.groups()
                .forEach((id, group) ->
                        groups.computeIfAbsent(group, first -> new ArrayList<>()).add(id));
        ServerConfig.Server me = servers.get(base.myId());
        return new ServerConfig.Ensemble(
                base.myId(),
                servers,
                groups,
                parsed.weights(),
                parsed.version(),
                me == null ? base.role() : me.role(),
                base.standaloneEnabled(),
                base.reconfigEnabled(),
                base.dynamicConfigFile(),
                base.oraclePath());
    }

    private static ServerConfig.Server server(Members.Member member) {
        Members.Client client = member.client();
        return new ServerConfig.Server(
                member.id(),
                member.addresses().stream()
                        .map(each ->
                                new ServerConfig.PeerAddress(
                                        each.host(), each.quorumPort(), each.electionPort()))
                        .toList(),
                member.observer() ? ServerConfig.Role.OBSERVER : ServerConfig.Role.PARTICIPANT,
                client == null
                        ? null
                        : new Endpoint(
                                client.host().equals("0.0.0.0") ? "" : client.host(),
                                client.port()));
    }

    static long historyBytesMax() {
        return Math.min(HISTORY_BYTES_MAX, Runtime.getRuntime().maxMemory() / HISTORY_SHARE);
    }

    static long stretchBytesMax(ServerConfig config) {
        return config.storage().snapshotSizeFactor() < 0 ? 0 : STRETCH_BYTES_MAX;
    }

    static byte[] membership(ServerConfig config) {
        return config.ensemble().text().getBytes(StandardCharsets.UTF_8);
    }

    private static Electorate electorate(ServerConfig.Ensemble ensemble) {
        Set<Long> voters = ids(ensemble, ServerConfig.Role.PARTICIPANT);
        if (ensemble.groups().isEmpty()) {
            return Electorate.majority(voters);
        }
        var groupOf = new TreeMap<Long, Long>();
        ensemble.groups()
                .forEach((group, members) -> {
                    for (long id : members) {
                        if (voters.contains(id)) {
                            groupOf.put(id, group);
                        }
                    }
                });
        return Electorate.hierarchical(groupOf, ensemble.weights());
    }

    private static Set<Long> ids(ServerConfig.Ensemble ensemble, ServerConfig.Role role) {
        var ids = new TreeSet<Long>();
        for (ServerConfig.Server each : ensemble.servers().values()) {
            if (each.role() == role) {
                ids.add(each.id());
            }
        }
        return ids;
    }

    static PeerSettings peers(ServerConfig config, @Nullable Quorums known) {
        ServerConfig.Peers peers = config.peers();
        int tickMillis = config.timing().tickMillis();
        int dialTicks =
                peers.learnerConnectTicks() > 0
                        ? peers.learnerConnectTicks()
                        : peers.initLimitTicks();
        return new PeerSettings(
                config.ensemble().myId(),
                known == null
                        ? config.ensemble().servers()
                        : MemberChanges.servers(config.ensemble(), known),
                peers.listenOnAllAddresses(),
                peers.electionBindRetries(),
                peers.electionConnectMillis(),
                electionSilenceMillisMax(config),
                tickMillis * dialTicks,
                peers.leaderConnectRetryMillis(),
                peers.electionKeepAlive(),
                peers.followerNoDelay() && peers.leaderNoDelay(),
                recordBytesMax(config),
                Math.max(UNSENT_BYTES_MIN, Runtime.getRuntime().maxMemory() / UNSENT_SHARE),
                peers.observerMasterPort(),
                peers.observerMasterBytesMax() > 0
                        ? peers.observerMasterBytesMax()
                        : Long.MAX_VALUE,
                guard(config),
                config.ensemble().reconfigEnabled());
    }

    /// @throws IllegalArgumentException naming the key whose file cannot be used
    private static PeerGuard guard(ServerConfig config) {
        PeerGuard encrypting = encrypting(config);
        ServerConfig.Sasl sasl = config.sasl();
        // Asked here: without SASL nothing of it is loaded.
        if (!sasl.peersEnabled()) {
            return encrypting;
        }
        var hosts = new TreeSet<String>();
        config.ensemble()
                .servers()
                .values()
                .forEach(server -> server.addresses().forEach(each -> hosts.add(each.host())));
        return new SaslGuard(
                encrypting,
                PeerSasl.of(config, hosts),
                sasl.learnerRequires(),
                sasl.serverRequires(),
                electionSilenceMillisMax(config));
    }

    private static int electionSilenceMillisMax(ServerConfig config) {
        int set = config.peers().electionSocketTimeoutMillis();
        return set > 0 ? set : config.timing().tickMillis() * config.peers().syncLimitTicks();
    }

    private static PeerGuard encrypting(ServerConfig config) {
        ServerConfig.Peers peers = config.peers();
        if (!peers.tls() && !peers.tlsPortUnification()) {
            return PeerGuard.NONE;
        }
        return new TlsGuard(
                TlsContext.of(
                        "ssl.quorum.",
                        config.peerTls(),
                        config.sasl().fipsMode(),
                        peers.tlsReload()),
                peers.tls(),
                peers.tlsPortUnification(),
                config.timing().tickMillis() * peers.syncLimitTicks());
    }

    static int gateways(ServerConfig config) {
        String set = config.properties().get(GATEWAYS);
        if (set != null) {
            return Math.clamp(Integer.parseInt(set.trim()), 1, GATEWAYS_MAX);
        }
        return Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, GATEWAYS_MAX);
    }

    static NettyFront.Kind transport(ServerConfig config) {
        String set = config.properties().get(TRANSPORT);
        if (set == null) {
            return NettyFront.Kind.best();
        }
        NettyFront.Kind kind =
                switch (set.trim()) {
                    case "epoll" -> NettyFront.Kind.EPOLL;
                    case "io_uring" -> NettyFront.Kind.IO_URING;
                    case "nio" -> NettyFront.Kind.NIO;
                    default ->
                            throw new IllegalArgumentException(
                                    TRANSPORT + "=" + set + ": epoll, io_uring or nio");
                };
        if (!NettyFront.isAvailable(kind)) {
            throw new IllegalArgumentException(TRANSPORT + "=" + set + " is not to be had here");
        }
        return kind;
    }

    static ReplicaConfig replica(ServerConfig config, int gateways, int stepMillis) {
        ServerConfig.Containers containers = config.containers();
        return new ReplicaConfig(
                config.ensemble().isEnsemble()
                        ? Math.toIntExact(config.ensemble().myId())
                        : STANDALONE_ID,
                gateways,
                config.timing().tickMillis(),
                STALL_STEPS * stepMillis,
                config.storage().snapshotEveryTxns(),
                Math.max(0, config.storage().snapshotEveryLogKib()) * 1024,
                containers.checkIntervalMillis(),
                containers.deletesPerMinuteMax(),
                containers.neverUsedMillisMax(),
                config.ensemble().reconfigEnabled(),
                config.peers().leaderServesClients(),
                config.operate().readOnlyMode(),
                newSessions(config),
                ReplicaConfig.COUNTER_END,
                config.ensemble().standaloneEnabled() ? 2 : 1);
    }

    /// A server on its own keeps no local sessions, as ZooKeeper's.
    static NewSessions newSessions(ServerConfig config) {
        if (!config.ensemble().isEnsemble() || !config.peers().localSessions()) {
            return NewSessions.GLOBAL;
        }
        return config.peers().localSessionsUpgrade()
                ? NewSessions.LOCAL_UNTIL_EPHEMERAL
                : NewSessions.LOCAL;
    }

    static GatewayConfig gateway(ServerConfig config, int gateways, int stepMillis) {
        return new GatewayConfig(
                config.timing().sessionTimeoutMillisMin(),
                config.timing().sessionTimeoutMillisMax(),
                Math.max(1, outstandingMax(config.requestLimits()) / gateways),
                Set.copyOf(config.security().enforcedSchemes()),
                config.connectionLimits().sessionlessMillisMax(),
                stepMillis,
                config.ensemble().isEnsemble() && config.security().checkAclsEagerly());
    }

    /// `globalOutstandingLimit`, and `request_throttle_max_requests` where it is lower: requests
    /// wait in their sockets, and only writes ever wait, so the two limits are one here.
    private static int outstandingMax(ServerConfig.RequestLimits limits) {
        return limits.inWorkMax() > 0
                ? Math.min(limits.outstandingMax(), limits.inWorkMax())
                : limits.outstandingMax();
    }

    /// @return null if no port for clients is for TLS
    /// @throws IllegalArgumentException naming the key whose file cannot be used
    static @Nullable TlsDoor clientTls(ServerConfig config) {
        ServerConfig.ClientPorts ports = config.clientPorts();
        if (!ports.tls()) {
            return null;
        }
        return new TlsDoor(
                TlsContext.of(
                        "ssl.",
                        config.clientTls(),
                        config.sasl().fipsMode(),
                        ports.reloadsCertificates()),
                ports,
                config.security().x509SuperUser());
    }

    /// @return null if nothing asks for SASL, or the JAAS file has no section for it
    /// @throws IllegalArgumentException if the file or its login is not good
    static SaslExchange.@Nullable Maker clientSasl(ServerConfig config) {
        // Asked here: without SASL nothing of it is loaded.
        boolean wanted =
                config.properties().containsKey("java.security.auth.login.config")
                        || config.properties().containsKey("zookeeper.sasl.serverconfig");
        return wanted ? ClientSasl.of(config) : null;
    }

    static TreeConfig tree(ServerConfig config) {
        ServerConfig.Storage storage = config.storage();
        ServerConfig.Security security = config.security();
        List<AuthScheme> schemes = new ArrayList<>();
        schemes.add(new IpScheme());
        if (security.digestEnabled()) {
            schemes.add(new DigestScheme(security.superDigest(), security.digestAlgorithm()));
        }
        var providers = security.authProviders();
        if (config.clientPorts().tls() || providers.containsValue(AuthProvider.X509)) {
            schemes.add(new X509Scheme(security.x509SuperUser()));
        }
        if (providers.containsValue(AuthProvider.SASL)
                || security.enforcedSchemes().contains("sasl")) {
            schemes.add(new SaslScheme(config.sasl().anyUserDoes()));
        }
        String ensemble = security.ensembleAuthName();
        if (ensemble != null || providers.containsValue(AuthProvider.ENSEMBLE)) {
            schemes.add(new EnsembleScheme(names(ensemble)));
        }
        return new TreeConfig(
                storage.treeDigest(),
                storage.extendedTypes(),
                storage.ttlNodesAs353(),
                storage.enforceQuota(),
                security.skipAcl(),
                storage.closeSessionNamesPaths(),
                schemes);
    }

    private static Set<String> names(@Nullable String list) {
        var names = new TreeSet<String>();
        for (String each : (list == null ? "" : list).split(",", -1)) {
            if (!each.isBlank()) {
                names.add(each.trim());
            }
        }
        return names;
    }

    /// What every client must prove, it must be able to prove.
    ///
    /// @throws IllegalArgumentException if it cannot
    static void requireSchemes(ServerConfig config, TreeConfig tree, boolean saslLogin) {
        String key =
                config.security().enforcedBySasl()
                        ? "sessionRequireClientSASLAuth"
                        : "enforce.auth.schemes";
        for (String each : config.security().enforcedSchemes()) {
            if (tree.schemes().stream().noneMatch(scheme -> scheme.name().equals(each))) {
                throw new IllegalArgumentException(
                        key + " asks for the scheme " + each + ", which is not set up here");
            }
            if (each.equals("sasl") && !saslLogin) {
                throw new IllegalArgumentException(
                        key
                                + " asks for SASL, and no JAAS file with a section "
                                + config.sasl().serverSection()
                                + " is given: -Djava.security.auth.login.config=FILE");
            }
        }
    }

    static Purge.Policy purge(ServerConfig config) {
        ServerConfig.Purge purge = config.purge();
        return new Purge.Policy(
                purge.on(), purge.snapshotsKept(), purge.intervalHours() * 3_600_000L);
    }

    static StoreConfig store(ServerConfig config) {
        ServerConfig.Storage storage = config.storage();
        return new StoreConfig(
                storage.preallocateKib() * 1024L,
                storage.forceSync(),
                storage.rollLogAtKib() * 1024,
                recordBytesMax(config),
                switch (storage.compression()) {
                    case NONE -> Compression.NONE;
                    case GZ -> Compression.GZIP;
                    case SNAPPY -> Compression.SNAPPY;
                },
                storage.treeDigest(),
                storage.snapshotHasLastZxid());
    }

    private static int recordBytesMax(ServerConfig config) {
        ServerConfig.RequestLimits limits = config.requestLimits();
        return (int)
                Math.min(
                        Integer.MAX_VALUE - 64L,
                        (long) limits.frameBytesMax() + limits.extraBytes());
    }
}
