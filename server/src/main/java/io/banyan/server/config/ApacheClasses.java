package io.banyan.server.config;

import io.banyan.server.config.ServerConfig.AuthProvider;
import java.util.List;

/// Class names that ZooKeeper's files use to choose a part, and what takes that part here. Banyan
/// never loads a class because a file names it.
final class ApacheClasses {
    enum MetricsProvider {
        DEFAULT,
        PROMETHEUS,
        FOREIGN
    }

    private static final String ROOT = "org.apache.zookeeper.";
    private static final String AUTH = ROOT + "server.auth.";
    static final String AUDIT_LOGGER = ROOT + "audit.Slf4jAuditLogger";
    static final List<String> METRICS_PROVIDERS =
            List.of(
                    ROOT + "metrics.impl.DefaultMetricsProvider",
                    ROOT + "metrics.prometheus.PrometheusMetricsProvider");
    static final List<String> CONNECTION_FACTORIES =
            List.of(ROOT + "server.NIOServerCnxnFactory", ROOT + "server.NettyServerCnxnFactory");
    static final List<String> WATCH_MANAGERS =
            List.of(
                    ROOT + "server.watch.WatchManager",
                    ROOT + "server.watch.WatchManagerOptimized");

    private ApacheClasses() {}

    static MetricsProvider metricsProvider(String className) {
        return switch (className) {
            case "org.apache.zookeeper.metrics.impl.DefaultMetricsProvider",
                    "org.apache.zookeeper.metrics.impl.NullMetricsProvider" ->
                    MetricsProvider.DEFAULT;
            case "org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider" ->
                    MetricsProvider.PROMETHEUS;
            default -> MetricsProvider.FOREIGN;
        };
    }

    static AuthProvider authProvider(String className) {
        if (!className.startsWith(AUTH)) {
            return AuthProvider.FOREIGN;
        }
        return switch (className.substring(AUTH.length())) {
            case "DigestAuthenticationProvider" -> AuthProvider.DIGEST;
            case "IPAuthenticationProvider" -> AuthProvider.IP;
            case "SASLAuthenticationProvider" -> AuthProvider.SASL;
            case "X509AuthenticationProvider" -> AuthProvider.X509;
            case "EnsembleAuthenticationProvider" -> AuthProvider.ENSEMBLE;
            case "KeyAuthenticationProvider" -> AuthProvider.KEY;
            default -> AuthProvider.FOREIGN;
        };
    }

    static boolean isAuditLogger(String className) {
        return className.equals(AUDIT_LOGGER);
    }
}
