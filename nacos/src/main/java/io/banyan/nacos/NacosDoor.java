package io.banyan.nacos;

import com.linecorp.armeria.common.util.EventLoopGroups;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import io.banyan.nacos.auth.Auth;
import io.banyan.nacos.config.Configs;
import io.banyan.nacos.config.Limits;
import io.banyan.nacos.grpc.NacosGrpc;
import io.banyan.nacos.held.Budget;
import io.banyan.nacos.http.HttpRooms;
import io.banyan.nacos.http.NacosHttp;
import io.banyan.nacos.naming.Leases;
import io.banyan.nacos.naming.OverrideSweep;
import io.banyan.nacos.naming.Probes;
import io.banyan.nacos.naming.Registry;
import io.banyan.nacos.naming.Services;
import io.banyan.nacos.naming.UdpPush;
import io.banyan.nacos.tree.NacosTree;
import io.banyan.server.door.Door;
import io.banyan.server.door.DoorSite;
import io.banyan.server.metrics.Gauge;
import io.banyan.wire.Acl;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The open door: its ports, its thread, its rooms.
final class NacosDoor implements Door {
    private static final Logger LOG = LoggerFactory.getLogger(NacosDoor.class);

    /// Clients send their registrations, metadata and all, in the query string.
    private static final int LINE_BYTES_MAX = 1 << 20;

    private static final int HEADER_BYTES_MAX = 64 * 1024;
    private static final int START_SECONDS_MAX = 60;
    private static final int STOP_SECONDS_MAX = 5;

    private final EventExecutor thread;
    private final EventLoopGroup workers;
    private final EventLoopGroup udpLoop;
    private final EventLoopGroup probeLoop;
    private final Probes probes;
    private final NacosTree tree;
    private final Leases leases;
    private final UdpPush udp;
    private final NacosGrpc grpc;
    private final Server server;

    private NacosDoor(
            EventExecutor thread,
            EventLoopGroup workers,
            EventLoopGroup udpLoop,
            EventLoopGroup probeLoop,
            Probes probes,
            NacosTree tree,
            Leases leases,
            UdpPush udp,
            NacosGrpc grpc,
            Server server) {
        this.thread = thread;
        this.workers = workers;
        this.udpLoop = udpLoop;
        this.probeLoop = probeLoop;
        this.probes = probes;
        this.tree = tree;
        this.leases = leases;
        this.udp = udp;
        this.grpc = grpc;
        this.server = server;
    }

    /// Opens the ports; the tree may still be without a leader then, and clients are told so.
    static NacosDoor open(NacosSettings settings, DoorSite site) {
        EventExecutor thread = new DefaultEventExecutor(new DefaultThreadFactory("nacos", true));
        int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
        EventLoopGroup workers = EventLoopGroups.newEventLoopGroup(threads, "nacos-net", true);
        var tree = new NacosTree(site, thread, settings.open() ? Acl.OPEN : Acl.READ_ONLY);
        var configs = new Configs(tree);
        var limits = new Limits(settings.contentBytesMax());
        var auth =
                new Auth(settings.authEnabled(), settings.passwords(), System::currentTimeMillis);
        var services = new Services(tree);
        var registry = new Registry(tree);
        OverrideSweep.start(tree, registry, System::nanoTime, settings.overrideKeepMillis());
        EventLoopGroup probeLoop =
                new MultiThreadIoEventLoopGroup(
                        1,
                        new DefaultThreadFactory("nacos-probe", true),
                        NioIoHandler.newFactory());
        Probes probes = Probes.start(tree, registry, probeLoop, settings.probeMillis());
        var leases = new Leases(tree, registry, System::nanoTime);
        EventLoopGroup udpLoop =
                new MultiThreadIoEventLoopGroup(
                        1, new DefaultThreadFactory("nacos-udp", true), NioIoHandler.newFactory());
        var udp = new UdpPush(services, thread, udpLoop, System::nanoTime);
        var budget = new Budget(settings.heldBytesMax());
        var grpc =
                new NacosGrpc(
                        tree,
                        budget,
                        configs,
                        limits,
                        services,
                        registry,
                        auth,
                        () -> System.nanoTime() / 1_000_000,
                        System::currentTimeMillis);
        NacosHttp http =
                HttpRooms.build(
                        tree,
                        configs,
                        limits,
                        services,
                        registry,
                        leases,
                        udp,
                        auth,
                        grpc::connected,
                        budget);
        var connections = new Connections(settings.connectionsMax(), System::nanoTime);
        site.gauge(Gauge.NACOS_CONNECTIONS, connections::open);
        site.gauge(Gauge.NACOS_CONNECTIONS_REFUSED, connections::refused);
        site.gauge(Gauge.NACOS_HELD_BYTES, budget::heldBytes);
        ServerBuilder builder = Server.builder().workerGroup(workers, false);
        listen(builder, settings, settings.httpPort());
        listen(builder, settings, settings.grpcPort());
        Server server =
                builder.requestTimeoutMillis(0)
                        .maxRequestLength(0)
                        // Decided in front of Armeria, which does not know of those that hang.
                        .idleTimeoutMillis(0)
                        .childChannelPipelineCustomizer(pipeline -> {
                            if (connections.admit(pipeline.channel())) {
                                http.guard(pipeline);
                            }
                        })
                        .http2MaxStreamsPerConnection(NacosHttp.STREAMS_MAX)
                        .http1MaxInitialLineLength(LINE_BYTES_MAX)
                        .http1MaxHeaderSize(HEADER_BYTES_MAX)
                        .http2MaxHeaderListSize(HEADER_BYTES_MAX)
                        .disableServerHeader()
                        .disableDateHeader()
                        .service(grpc.calls(), grpc::counted)
                        .service(grpc.streams())
                        .route()
                        .path(NacosHttp.LISTENER_PATH)
                        .maxRequestLength(NacosHttp.LISTENER_BYTES_MAX)
                        .build(http)
                        .serviceUnder("/", http)
                        .build();
        var door =
                new NacosDoor(
                        thread, workers, udpLoop, probeLoop, probes, tree, leases, udp, grpc,
                        server);
        try {
            tree.start();
            server.start().orTimeout(START_SECONDS_MAX, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            door.close();
            throw new IllegalStateException(
                    "cannot serve Nacos clients on ports "
                            + settings.httpPort()
                            + " and "
                            + settings.grpcPort()
                            + ": "
                            + (e.getCause() == null ? e : e.getCause()).getMessage()
                            + ". Choose another nacos.port or stop who listens there.",
                    e);
        }
        LOG.info("serving Nacos clients http={} grpc={}", settings.httpPort(), settings.grpcPort());
        return door;
    }

    private static void listen(ServerBuilder builder, NacosSettings settings, int port) {
        if (settings.address() == null) {
            builder.http(port);
        } else {
            builder.http(new InetSocketAddress(settings.address(), port));
        }
    }

    @Override
    public void close() {
        // First of all: what clients registered stays until they have found another server.
        onThread(() -> {
            leases.leaveAll();
            grpc.leaveAll();
            probes.stop();
        });
        server.stop().orTimeout(STOP_SECONDS_MAX, TimeUnit.SECONDS).exceptionally(e -> null).join();
        udp.close();
        // What is being connected to is told to the door's thread, which is still there.
        probeLoop
                .shutdownGracefully(0, STOP_SECONDS_MAX, TimeUnit.SECONDS)
                .awaitUninterruptibly(STOP_SECONDS_MAX, TimeUnit.SECONDS);
        onThread(tree::stop);
        thread.shutdownGracefully(0, STOP_SECONDS_MAX, TimeUnit.SECONDS);
        udpLoop.shutdownGracefully(0, STOP_SECONDS_MAX, TimeUnit.SECONDS);
        workers.shutdownGracefully(0, STOP_SECONDS_MAX, TimeUnit.SECONDS);
    }

    private void onThread(Runnable task) {
        thread.submit(task).awaitUninterruptibly(STOP_SECONDS_MAX, TimeUnit.SECONDS);
    }
}
