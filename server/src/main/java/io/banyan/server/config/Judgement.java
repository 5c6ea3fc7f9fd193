package io.banyan.server.config;

import io.banyan.server.config.Notice.Level;
import io.banyan.server.config.ServerConfig.AuthProvider;
import io.banyan.server.config.ServerConfig.ClientPorts;
import io.banyan.server.config.ServerConfig.Ensemble;
import io.banyan.server.config.ServerConfig.Security;
import io.banyan.server.config.ServerConfig.Tls;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// After everything was read: what is unknown, what came through the wrong door, and what is known
/// but not in effect yet.
final class Judgement {
    /// Names that the guide prints but that no code of ZooKeeper reads, and the names that work.
    private static final Map<String, String> DOCUMENTED_AS =
            Map.ofEntries(
                    Map.entry("connectionMaxTokens", "connection_throttle_tokens"),
                    Map.entry("connectionTokenFillTime", "connection_throttle_fill_time"),
                    Map.entry("connectionTokenFillCount", "connection_throttle_fill_count"),
                    Map.entry("connectionFreezeTime", "connection_throttle_freeze_time"),
                    Map.entry("connectionDropIncrease", "connection_throttle_drop_increase"),
                    Map.entry("connectionDropDecrease", "connection_throttle_drop_decrease"),
                    Map.entry("connectionDecreaseRatio", "connection_throttle_decrease_ratio"),
                    Map.entry("requestThrottleLimit", "request_throttle_max_requests"),
                    Map.entry("requestThrottleStallTime", "request_throttle_stall_time"),
                    Map.entry("requestThrottleDropStale", "request_throttle_drop_stale"),
                    Map.entry("requestStaleLatencyCheck", "request_stale_latency_check"),
                    Map.entry("requestStaleConnectionCheck", "request_stale_connection_check"),
                    Map.entry("throttledOpWaitTime", "throttled_op_wait_time"));

    /// Properties of ZooKeeper's client, of its scripts and of its log4j files: not the server's
    /// business, and often set for a whole machine.
    private static final List<String> OTHERS =
            List.of(
                    "log.",
                    "root.logger",
                    "console.",
                    "tracelog.",
                    "auditlog.",
                    "audit.log",
                    "sasl.client",
                    "client.secure",
                    "clientCnxnSocket",
                    "server.principal",
                    "server.realm",
                    "request.timeout",
                    "disableAutoWatchReset",
                    "admin.server.",
                    "cli.");

    private final Settings settings;

    Judgement(Settings settings) {
        this.settings = settings;
    }

    void judge(Ensemble ensemble, ClientPorts ports, Tls tls, Security security) {
        itself(ensemble);
        oracle(ensemble);
        if (ports.tls()) {
            clientTls(tls, security);
        }
        Set<String> known = settings.knownInFile();
        for (var entry : settings.fileEntries()) {
            if (!known.contains(entry.key())) {
                unknownInFile(entry.key());
            }
        }
        unknownSystemProperties();
    }

    private void clientTls(Tls tls, Security security) {
        AuthProvider named = security.authProviders().get(tls.authProvider());
        if (!tls.authProvider().equals("x509") && named != AuthProvider.X509) {
            refuse(
                    "ssl.authProvider",
                    "is "
                            + tls.authProvider()
                            + ", and Banyan knows no way but x509 to tell who a certificate is.");
        }
        if (tls.contextSupplierClass() != null) {
            refuse(
                    "ssl.context.supplier.class",
                    "names a class that Banyan cannot load: write the stores into ssl.keyStore and"
                            + " ssl.trustStore.");
        }
        if (!tls.provider().equals("JDK")) {
            settings.notice(
                    new Notice(
                            Level.INFO,
                            "ssl.sslProvider",
                            "is " + tls.provider() + ": the JDK's TLS is used all the same."));
        }
    }

    private void refuse(String key, String why) {
        settings.notice(new Notice(Level.REFUSE, key, why));
    }

    private void itself(Ensemble ensemble) {
        if (ensemble.isEnsemble() && !ensemble.servers().containsKey(ensemble.myId())) {
            settings.notice(
                    new Notice(
                            Level.REFUSE,
                            "server.N",
                            "has no line for this server, whose myid is " + ensemble.myId() + "."));
        }
    }

    private void oracle(Ensemble ensemble) {
        if (ensemble.oraclePath() != null) {
            settings.warn(
                    "oraclePath",
                    "is not obeyed: a server that goes on alone acknowledges writes that the other"
                            + " one may never see. Two voters serve while both are there; with a"
                            + " third one, one may be lost.");
        }
    }

    private void unknownInFile(String key) {
        if (settings.knownBareProperties().contains(key)) {
            settings.warn(
                    key,
                    "has no effect in this file, as in ZooKeeper: set it with -D"
                            + key
                            + " in SERVER_JVMFLAGS.");
            return;
        }
        String documented = DOCUMENTED_AS.get(key);
        if (documented != null) {
            settings.warn(
                    key,
                    "is only the name in ZooKeeper's guide and has no effect: write "
                            + documented
                            + ".");
            return;
        }
        if (key.startsWith(Settings.PREFIX)) {
            String bare = key.substring(Settings.PREFIX.length());
            settings.warn(
                    key,
                    "has no effect: in this file the name is written without "
                            + Settings.PREFIX
                            + (settings.knownInFile().contains(bare) ? ", as " + bare : "")
                            + ".");
            return;
        }
        settings.warn(
                key, "is not known and has no effect." + Nearest.hint(key, settings.knownInFile()));
    }

    private void unknownSystemProperties() {
        for (String key : settings.propertyView().keySet()) {
            if (!key.startsWith(Settings.PREFIX)) {
                continue;
            }
            String name = key.substring(Settings.PREFIX.length());
            if (settings.isInFile(name)
                    || settings.knownProperties().contains(name)
                    || OTHERS.stream().anyMatch(name::startsWith)) {
                continue;
            }
            String why =
                    settings.knownBareProperties().contains(name)
                            ? "has no effect: the property is -D" + name + ", without zookeeper."
                            : settings.knownInFile().contains(name)
                                    ? "has no effect: write " + name + " in the file."
                                    : "is not known and has no effect."
                                            + Nearest.hint(name, settings.knownProperties());
            settings.warn("-D" + key, why);
        }
    }
}
