package io.banyan.server;

import io.banyan.replica.GatewayConfig;
import io.banyan.replica.ReplicaConfig;
import io.banyan.server.config.ServerConfig;
import io.banyan.server.net.NettyFront;
import io.banyan.store.Compression;
import io.banyan.store.Purge;
import io.banyan.store.StoreConfig;
import io.banyan.tree.AuthScheme;
import io.banyan.tree.DigestScheme;
import io.banyan.tree.IpScheme;
import io.banyan.tree.TreeConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

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

    private Mapping() {}

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
                1,
                gateways,
                config.timing().tickMillis(),
                STALL_STEPS * stepMillis,
                config.storage().snapshotEveryTxns(),
                Math.max(0, config.storage().snapshotEveryLogKib()) * 1024,
                containers.checkIntervalMillis(),
                containers.deletesPerMinuteMax(),
                containers.neverUsedMillisMax(),
                config.ensemble().reconfigEnabled());
    }

    static GatewayConfig gateway(ServerConfig config, int gateways, int stepMillis) {
        return new GatewayConfig(
                config.timing().sessionTimeoutMillisMin(),
                config.timing().sessionTimeoutMillisMax(),
                Math.max(1, outstandingMax(config.requestLimits()) / gateways),
                Set.copyOf(config.security().enforcedSchemes()),
                config.connectionLimits().sessionlessMillisMax(),
                stepMillis);
    }

    /// `globalOutstandingLimit`, and `request_throttle_max_requests` where it is lower: requests
    /// wait in their sockets, and only writes ever wait, so the two limits are one here.
    private static int outstandingMax(ServerConfig.RequestLimits limits) {
        return limits.inWorkMax() > 0
                ? Math.min(limits.outstandingMax(), limits.inWorkMax())
                : limits.outstandingMax();
    }

    static TreeConfig tree(ServerConfig config) {
        ServerConfig.Storage storage = config.storage();
        ServerConfig.Security security = config.security();
        List<AuthScheme> schemes = new ArrayList<>();
        schemes.add(new IpScheme());
        if (security.digestEnabled()) {
            schemes.add(new DigestScheme(security.superDigest(), security.digestAlgorithm()));
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

    static Purge.Policy purge(ServerConfig config) {
        ServerConfig.Purge purge = config.purge();
        return new Purge.Policy(
                purge.on(), purge.snapshotsKept(), purge.intervalHours() * 3_600_000L);
    }

    static StoreConfig store(ServerConfig config) {
        ServerConfig.Storage storage = config.storage();
        ServerConfig.RequestLimits limits = config.requestLimits();
        return new StoreConfig(
                storage.preallocateKib() * 1024L,
                storage.forceSync(),
                storage.rollLogAtKib() * 1024,
                (int)
                        Math.min(
                                Integer.MAX_VALUE - 64L,
                                (long) limits.frameBytesMax() + limits.extraBytes()),
                switch (storage.compression()) {
                    case NONE -> Compression.NONE;
                    case GZ -> Compression.GZIP;
                    case SNAPPY -> Compression.SNAPPY;
                },
                storage.treeDigest(),
                storage.snapshotHasLastZxid());
    }
}
