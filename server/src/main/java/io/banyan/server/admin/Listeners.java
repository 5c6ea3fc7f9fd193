package io.banyan.server.admin;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.metric.NoopMeterRegistry;
import com.linecorp.armeria.common.util.EventLoopGroups;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerPort;
import io.banyan.server.config.Endpoint;
import io.banyan.server.config.ServerConfig;
import io.banyan.server.metrics.Metrics;
import io.banyan.server.metrics.MetricsText;
import io.banyan.server.operate.Operator;
import io.banyan.server.operate.ServerFacts;
import io.banyan.server.tls.TlsContext;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The two HTTP ports and their threads. Apart from {@link AdminServer}, so that only the thread
/// that starts it loads the HTTP library.
final class Listeners {
    private static final int COMMAND_THREADS = 2;

    /// Text format of Prometheus, as ZooKeeper's servlet names it.
    private static final MediaType PROMETHEUS =
            MediaType.parse("text/plain; version=0.0.4; charset=utf-8");

    private final @Nullable Server commands;
    private final @Nullable Server metrics;
    private final EventLoopGroup network;
    private final ScheduledExecutorService workers;

    private Listeners(
            @Nullable Server commands,
            @Nullable Server metrics,
            EventLoopGroup network,
            ScheduledExecutorService workers) {
        this.commands = commands;
        this.metrics = metrics;
        this.network = network;
        this.workers = workers;
    }

    /// See {@link AdminServer#start}; blocks until both ports listen.
    static Listeners open(
            ServerConfig config,
            ServerFacts facts,
            Operator operator,
            Metrics metrics,
            @Nullable SnapshotControl snapshots)
            throws IOException {
        EventLoopGroup network = EventLoopGroups.newEventLoopGroup(1, "admin-http", true);
        // Not Armeria's own builder: its executors meter themselves in a registry of the whole JVM.
        ScheduledExecutorService workers =
                Executors.newScheduledThreadPool(
                        COMMAND_THREADS,
                        Thread.ofPlatform().daemon().name("admin-command-", 0).factory());
        Server commandServer = null;
        Server metricsServer = null;
        try {
            if (config.admin().enabled()) {
                commandServer =
                        listen(
                                secured(
                                        commandServer(config, facts, operator, metrics, snapshots),
                                        config),
                                protocols(config.admin()),
                                config.admin().listen(),
                                "admin.serverPort",
                                "admin.enableServer=false to do without it",
                                network,
                                workers,
                                config.admin().idleMillisMax());
            }
            Endpoint prometheus = config.metrics().prometheus();
            if (prometheus != null) {
                boolean jvm = config.metrics().jvm();
                metricsServer =
                        listen(
                                Server.builder().service("/metrics", metricsPage(metrics, jvm)),
                                List.of(SessionProtocol.HTTP),
                                prometheus,
                                "metricsProvider.httpPort",
                                "the default metricsProvider.className to do without it",
                                network,
                                workers,
                                config.admin().idleMillisMax());
            }
            return new Listeners(commandServer, metricsServer, network, workers);
        } catch (IOException | RuntimeException failed) {
            new Listeners(commandServer, metricsServer, network, workers).close();
            throw failed;
        }
    }

    private static List<SessionProtocol> protocols(ServerConfig.Admin admin) {
        if (admin.tlsOnly()) {
            return List.of(SessionProtocol.HTTPS);
        }
        return admin.tlsPortUnification()
                ? List.of(SessionProtocol.HTTP, SessionProtocol.HTTPS)
                : List.of(SessionProtocol.HTTP);
    }

    /// With TLS where that is asked for, by the keys of the ports between servers, as ZooKeeper
    /// does.
    private static ServerBuilder secured(ServerBuilder builder, ServerConfig config) {
        ServerConfig.Admin admin = config.admin();
        if (!admin.tlsOnly() && !admin.tlsPortUnification()) {
            return builder;
        }
        TlsContext tls =
                TlsContext.of("ssl.quorum.", config.peerTls(), config.sasl().fipsMode(), false);
        return builder.tls(tls.keyManagers())
                .tlsCustomizer(context -> {
                    var _ = tls.describe(context, admin.needClientCertificate());
                });
    }

    private static ServerBuilder commandServer(
            ServerConfig config,
            ServerFacts facts,
            Operator operator,
            Metrics metrics,
            @Nullable SnapshotControl snapshots) {
        var commands = new Commands(config, facts, operator, metrics, snapshots, System::nanoTime);
        String url = config.admin().commandUrl();
        var service = new AdminService(commands, url.equals("/") ? "" : url);
        ServerBuilder builder =
                Server.builder()
                        .service("/ready", (context, request) -> readiness(facts))
                        .service("/live", (context, request) -> json(200, Map.of("live", true)));
        if (url.equals("/")) {
            return builder.service("prefix:/", service);
        }
        return builder.service("exact:" + url, service).service("prefix:" + url + "/", service);
    }

    /// For orchestrators: 200 only while reads and writes are served.
    private static HttpResponse readiness(ServerFacts facts) {
        var values = new LinkedHashMap<String, Object>();
        boolean serving = facts.serving() == ServerFacts.Serving.EVERYTHING;
        String reason = facts.notReadyBecause();
        boolean ready = serving && reason.isEmpty();
        values.put("ready", ready);
        values.put("server_state", facts.serverState());
        if (!ready) {
            values.put("reason", reason.isEmpty() ? Operator.NOT_SERVING : reason);
        }
        return json(ready ? 200 : 503, values);
    }

    private static HttpResponse json(int status, Map<String, Object> values) {
        return HttpResponse.of(
                HttpStatus.valueOf(status),
                MediaType.parse("application/json"),
                Json.of(new LinkedHashMap<String, @Nullable Object>(values)));
    }

    private static HttpService metricsPage(Metrics metrics, boolean jvm) {
        return (context, request) ->
                HttpResponse.of(
                        () ->
                                HttpResponse.of(
                                        HttpStatus.OK,
                                        PROMETHEUS,
                                        MetricsText.prometheus(
                                                metrics, jvm, context.queryParams("name[]"))),
                        context.blockingTaskExecutor());
    }

    private static Server listen(
            ServerBuilder builder,
            List<SessionProtocol> protocols,
            Endpoint endpoint,
            String portKey,
            String otherwise,
            EventLoopGroup network,
            ScheduledExecutorService workers,
            int idleMillisMax)
            throws IOException {
        Server server =
                builder.port(endpoint.resolve(), protocols)
                        .workerGroup(network, false)
                        .serviceWorkerGroup(network, false)
                        .blockingTaskExecutor(workers, false)
                        .idleTimeoutMillis(idleMillisMax)
                        // Snapshots and restores take as long as they take.
                        .requestTimeoutMillis(0)
                        .maxRequestLength(0)
                        // Armeria's own meters have no reader, and would be shared by all servers.
                        .meterRegistry(NoopMeterRegistry.get())
                        .disableServerHeader()
                        .gracefulShutdownTimeoutMillis(0, 0)
                        .build();
        try {
            server.start().join();
            return server;
        } catch (CompletionException failed) {
            server.stop().join();
            throw new IOException(
                    "cannot listen on "
                            + endpoint
                            + " ("
                            + failed.getCause()
                            + "): choose another "
                            + portKey
                            + ", or set "
                            + otherwise,
                    failed.getCause());
        }
    }

    int commandPort() {
        return portOf(commands);
    }

    int metricsPort() {
        return portOf(metrics);
    }

    private static int portOf(@Nullable Server server) {
        ServerPort port = server == null ? null : server.activePort();
        InetSocketAddress local = port == null ? null : port.localAddress();
        return local == null ? -1 : local.getPort();
    }

    void close() {
        if (commands != null) {
            commands.stop().join();
        }
        if (metrics != null) {
            metrics.stop().join();
        }
        workers.shutdownNow();
        network.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
