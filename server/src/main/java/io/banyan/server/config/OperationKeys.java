package io.banyan.server.config;

import static io.banyan.server.config.Settings.INT_MAX;
import static io.banyan.server.config.Settings.MILLIS;
import static io.banyan.server.config.Settings.PORT_MAX;

import io.banyan.server.config.ServerConfig.Admin;
import io.banyan.server.config.ServerConfig.Audit;
import io.banyan.server.config.ServerConfig.Metrics;
import io.banyan.server.config.ServerConfig.PauseMonitor;
import io.banyan.server.config.Settings.Written;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Keys of admin server, metrics, audit log and pause monitor.
final class OperationKeys {
    private final Settings settings;

    OperationKeys(Settings settings) {
        this.settings = settings;
    }

    Admin admin() throws ConfigException {
        Written urlWritten = settings.property("admin.commandURL");
        String url = settings.nonEmpty(urlWritten, "/commands");
        if (!url.startsWith("/") && urlWritten != null) {
            throw settings.wrong(urlWritten, "a path that starts with a slash");
        }
        while (url.length() > 1 && url.endsWith("/")) {
            url = url.substring(0, url.length() - 1);
        }
        String host = settings.nonEmpty(settings.property("admin.serverAddress"), "0.0.0.0");
        Written version = settings.property("admin.httpVersion");
        int httpVersion = settings.wholeInt(version, 11, 0, INT_MAX, "10 or 11");
        return new Admin(
                settings.flag("admin.enableServer", true),
                new Endpoint(
                        host.equals("0.0.0.0") ? "" : host,
                        settings.integer("admin.serverPort", 8080, 0, PORT_MAX, "a port")),
                settings.integer("admin.idleTimeout", 30_000, 0, INT_MAX, MILLIS),
                url,
                httpVersion,
                settings.flag("admin.portUnification", false),
                settings.flag("admin.forceHttps", false),
                settings.flag("admin.needClientAuth", false),
                settings.integer("admin.rateLimiterIntervalInMS", 300_000, 0, INT_MAX, MILLIS),
                settings.flag("admin.snapshot.enabled", true),
                settings.flag("admin.restore.enabled", true));
    }

    Metrics metrics() throws ConfigException {
        Written className = settings.parsed("metricsProvider.className");
        boolean prometheus =
                className != null
                        && switch (ApacheClasses.metricsProvider(className.value())) {
                            case PROMETHEUS -> true;
                            case DEFAULT -> false;
                            case FOREIGN ->
                                    throw settings.wrong(
                                            className,
                                            String.join(" or ", ApacheClasses.METRICS_PROVIDERS));
                        };
        var options = new LinkedHashMap<String, String>();
        String prefix = "metricsProvider.";
        Map<String, Written> written = settings.parsedWithPrefix(prefix);
        for (var entry : written.entrySet()) {
            if (!entry.getKey().equals("metricsProvider.className")) {
                options.put(entry.getKey().substring(prefix.length()), entry.getValue().value());
            }
        }
        int port = settings.wholeInt(written.get(prefix + "httpPort"), 7000, 0, PORT_MAX, "a port");
        String host = settings.nonEmpty(written.get(prefix + "httpHost"), "0.0.0.0");
        boolean jvm = settings.flag(written.get(prefix + "exportJvmInfo"), true);
        for (String number :
                List.of("numWorkerThreads", "maxQueueSize", "workerShutdownTimeoutMs")) {
            // Of a worker pool that is not needed here; nonsense is refused all the same.
            settings.wholeInt(written.get(prefix + number), 1, 0, INT_MAX, number);
        }
        Set<String> known =
                Set.of(
                        "httpHost",
                        "httpPort",
                        "exportJvmInfo",
                        "numWorkerThreads",
                        "maxQueueSize",
                        "workerShutdownTimeoutMs");
        for (String option : options.keySet()) {
            if (!known.contains(option)) {
                settings.warn(
                        prefix + option,
                        "is not known and has no effect." + Nearest.hint(option, known));
            }
        }
        return new Metrics(
                prometheus ? new Endpoint(host.equals("0.0.0.0") ? "" : host, port) : null,
                jvm,
                options);
    }

    Audit audit() {
        Written implementation = settings.property("audit.impl.class");
        if (implementation != null && !ApacheClasses.isAuditLogger(implementation.value())) {
            settings.warn(
                    implementation.key(),
                    "names the class "
                            + implementation.value()
                            + ", which Banyan cannot load; audit lines go to the logger "
                            + ApacheClasses.AUDIT_LOGGER
                            + ".");
        }
        return new Audit(settings.flag("audit.enable", false));
    }

    PauseMonitor pauseMonitor() throws ConfigException {
        return new PauseMonitor(
                settings.trueOrFalse(settings.parsed("jvm.pause.monitor"), false),
                settings.wholeLong(
                        settings.parsed("jvm.pause.sleep.time.ms"), 500, 1, Long.MAX_VALUE, MILLIS),
                settings.wholeLong(
                        settings.parsed("jvm.pause.info-threshold.ms"),
                        1000,
                        0,
                        Long.MAX_VALUE,
                        MILLIS),
                settings.wholeLong(
                        settings.parsed("jvm.pause.warn-threshold.ms"),
                        10_000,
                        0,
                        Long.MAX_VALUE,
                        MILLIS));
    }
}
