package io.banyan.server.net;

import io.banyan.replica.Batch;
import io.banyan.replica.Connection;
import io.banyan.replica.Effect;
import io.banyan.replica.Gateway;
import io.banyan.replica.GatewayPort;
import io.banyan.replica.Input;
import io.banyan.replica.Ticket;
import io.banyan.server.config.Endpoint;
import io.banyan.server.config.ServerConfig.ConnectionLimits;
import io.banyan.server.config.ServerConfig.RequestLimits;
import io.banyan.server.door.DoorClients;
import io.banyan.server.door.RoundListener;
import io.banyan.server.host.Outlet;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// The client ports and the event loops behind them, one gateway on each. Thread-safe.
public final class NettyFront implements Outlet {
    /// How the kernel is asked for readiness.
    public enum Kind {
        EPOLL,
        IO_URING,
        NIO;

        /// The best that this machine has.
        public static Kind best() {
            return Epoll.isAvailable() ? EPOLL : NIO;
        }
    }

    /// Makes the gateway of one loop.
    public interface GatewayMaker {
        Gateway make(int index, GatewayPort port);
    }

    private static final int UNSENT_LOW_BYTES = 256 << 10;
    private static final int UNSENT_HIGH_BYTES = 1 << 20;
    private static final int STOP_MILLIS_MAX = 5_000;

    private final MultiThreadIoEventLoopGroup group;
    private final Class<? extends ServerChannel> serverChannel;
    private final Kind kind;
    private final List<GatewayLoop> loops = new ArrayList<>();
    private final List<Channel> listeners = new CopyOnWriteArrayList<>();
    private final Admission admission;
    private final NetSettings settings;
    private final boolean keepAlive;

    /// @param localSessions whether new sessions are this server's own
    /// @param events asked once for each loop
    public NettyFront(
            Kind kind,
            int gateways,
            Consumer<List<Input>> replica,
            RequestLimits requests,
            ConnectionLimits connections,
            boolean localSessions,
            FourLetterPort words,
            Supplier<NetEvents> events) {
        this.kind = kind;
        this.keepAlive = connections.tcpKeepAlive();
        settings =
                new NetSettings(
                        requests.frameBytesMax(),
                        words,
                        new ConnectionTokens(
                                connections.throttle(),
                                () -> System.nanoTime() / 1_000_000,
                                () -> ThreadLocalRandom.current().nextDouble(),
                                localSessions),
                        new LargeRequests(
                                requests.largeRequestThresholdBytes(),
                                requests.largeRequestBytesMax()),
                        requests.throttledWaitMillisMax(),
                        requests.staleIfTooLate());
        admission = new Admission(connections.perIpMax(), connections.totalMax());
        IoHandlerFactory factory =
                switch (kind) {
                    case EPOLL -> EpollIoHandler.newFactory();
                    case IO_URING -> IoUringIoHandler.newFactory();
                    case NIO -> NioIoHandler.newFactory();
                };
        serverChannel =
                switch (kind) {
                    case EPOLL -> EpollServerSocketChannel.class;
                    case IO_URING -> IoUringServerSocketChannel.class;
                    case NIO -> NioServerSocketChannel.class;
                };
        group =
                new MultiThreadIoEventLoopGroup(
                        gateways, new DefaultThreadFactory("banyan-gateway"), factory);
        for (int i = 0; i < gateways; i++) {
            loops.add(new GatewayLoop((EventLoop) group.next(), replica, events.get()));
        }
    }

    /// Whether this machine can do it.
    public static boolean isAvailable(Kind kind) {
        return switch (kind) {
            case EPOLL -> Epoll.isAvailable();
            case IO_URING -> IoUring.isAvailable();
            case NIO -> true;
        };
    }

    public Kind kind() {
        return kind;
    }

    /// Makes the gateways; to be called once, before any port is opened.
    public void start(GatewayMaker maker, int tickMillis) {
        for (int i = 0; i < loops.size(); i++) {
            GatewayLoop loop = loops.get(i);
            loop.start(maker.make(i, loop), tickMillis);
        }
    }

    /// Opens a client port.
    ///
    /// @return the address that was bound, with the port that the system chose for 0
    /// @throws IOException with the address in its message
    public InetSocketAddress open(Endpoint endpoint, int backlog) throws IOException {
        return open(endpoint, backlog, (pipeline, client) -> pipeline.addLast(client));
    }

    /// As {@link #open}, with TLS.
    ///
    /// @param plainToo whether whoever does not begin with TLS is served as well
    public InetSocketAddress open(Endpoint endpoint, int backlog, TlsDoor tls, boolean plainToo)
            throws IOException {
        return open(endpoint, backlog, plainToo ? tls::unify : tls::guard);
    }

    private InetSocketAddress open(
            Endpoint endpoint, int backlog, BiConsumer<ChannelPipeline, ClientHandler> entrance)
            throws IOException {
        var bootstrap =
                new ServerBootstrap()
                        .group(group)
                        .channel(serverChannel)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.SO_KEEPALIVE, keepAlive)
                        // Its handler decides: who asks with a word may be done with talking.
                        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                        .childOption(
                                ChannelOption.WRITE_BUFFER_WATER_MARK,
                                new WriteBufferWaterMark(UNSENT_LOW_BYTES, UNSENT_HIGH_BYTES))
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        entrance.accept(
                                                channel.pipeline(),
                                                new ClientHandler(
                                                        loopOf(channel), settings, admission));
                                    }
                                });
        if (backlog > 0) {
            bootstrap.option(ChannelOption.SO_BACKLOG, backlog);
        }
        InetSocketAddress address = endpoint.resolve();
        try {
            Channel listener = bootstrap.bind(address).sync().channel();
            listeners.add(listener);
            return (InetSocketAddress) listener.localAddress();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while binding " + address, e);
        } catch (Exception e) { // Netty throws the bind's own IOException unchecked.
            throw new IOException(
                    "cannot listen on "
                            + address
                            + ": "
                            + e.getMessage()
                            + ". Is another server running there? Choose another clientPort or"
                            + " stop it.",
                    e);
        }
    }

    /// Clients without sockets, on the first loop's gateway; for one thread's calls.
    public DoorClients doorClients(Executor executor, RoundListener listener) {
        return loops.getFirst().doorClients(executor, listener);
    }

    /// Whether this connection came through a port, and not from inside this process.
    public static boolean isRemote(Connection connection) {
        return connection.transport() instanceof ClientHandler;
    }

    /// The chance, from 0 to 1, that the next client is turned away for want of tokens.
    public double dropChance() {
        return settings.tokens().dropChance();
    }

    /// Connections there are.
    public int connectionCount() {
        return admission.total();
    }

    /// Writes posted to the replica and not answered, a moment ago.
    public int inFlight() {
        return loops.stream().mapToInt(GatewayLoop::inFlight).sum();
    }

    /// Watch registrations, a moment ago.
    public int watchCount() {
        return loops.stream().mapToInt(GatewayLoop::watchCount).sum();
    }

    /// The address of a connection's other end.
    public static InetSocketAddress remoteOf(Connection connection) {
        return handlerOf(connection).remote();
    }

    /// Whether bytes for this client wait for its socket. On its gateway's thread.
    public static boolean isWriting(Connection connection) {
        return handlerOf(connection).isWriting();
    }

    /// Whether it came through TLS. On its gateway's thread.
    public static boolean isSecure(Connection connection) {
        return handlerOf(connection).isSecure();
    }

    private static ClientHandler handlerOf(Connection connection) {
        if (connection.transport() instanceof ClientHandler handler) {
            return handler;
        }
        throw new IllegalArgumentException(connection + " is not from the network");
    }

    /// Lets each gateway answer a question on its own thread.
    public <T> List<CompletableFuture<T>> ask(Function<Gateway, T> question) {
        return loops.stream().map(loop -> loop.ask(question)).toList();
    }

    @Override
    public void deliver(Batch batch) {
        for (GatewayLoop loop : loops) {
            loop.deliver(batch);
        }
    }

    @Override
    public void resumed(Ticket ticket, long sessionId, boolean valid) {
        loops.get(ticket.gateway()).resumed(ticket, sessionId, valid);
    }

    @Override
    public void answer(Ticket ticket, int error) {
        loops.get(ticket.gateway()).answer(ticket, error);
    }

    @Override
    public void evict(Connection connection, String why) {
        loops.get(connection.gatewayIndex()).evict(connection, why);
    }

    @Override
    public void serve(Effect.Serve serve) {
        for (GatewayLoop loop : loops) {
            loop.serve(serve);
        }
    }

    @Override
    public void cease(String why) {
        for (GatewayLoop loop : loops) {
            loop.cease(why);
        }
    }

    /// Stops listening at one address; connections stay.
    public void closeListener(InetSocketAddress at) {
        for (Channel each : List.copyOf(listeners)) {
            if (at.equals(each.localAddress())) {
                listeners.remove(each);
                each.close().awaitUninterruptibly(STOP_MILLIS_MAX);
            }
        }
    }

    /// Stops listening; connections stay.
    public void closeListeners() {
        listeners.forEach(listener -> listener.close().awaitUninterruptibly(STOP_MILLIS_MAX));
    }

    /// Closes all connections and ends the threads.
    public void stop(String reason) {
        closeListeners();
        for (CompletableFuture<Boolean> closed :
                ask(gateway -> {
                    gateway.closeAll(reason);
                    return true;
                })) {
            closed.join();
        }
        group.shutdownGracefully(0, STOP_MILLIS_MAX, TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(STOP_MILLIS_MAX);
    }

    private GatewayLoop loopOf(Channel channel) {
        for (GatewayLoop each : loops) {
            if (each.loop().inEventLoop()) {
                return each;
            }
        }
        throw new IllegalStateException(channel + " is initialised on a foreign thread");
    }
}
