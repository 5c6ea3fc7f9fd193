package io.banyan.examples.rpc;

import io.banyan.client.Banyan;
import io.banyan.client.recipes.ServiceInstance;
import io.banyan.client.recipes.ServiceRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/// Answers calls, and is found by clients while it runs.
///
/// It registers once it listens, and takes itself out before it stops listening, so that a planned
/// end fails no call. After a crash it is found until its session times out; clients try another.
public final class RpcServer implements AutoCloseable {
    /// How long calls that were sent before the registry forgot us may still come.
    private static final Duration DRAIN = Duration.ofMillis(200);

    private final EventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final ChannelGroup accepted = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Channel listener;
    private final ServiceRegistry.Registered registered;

    /// Returns when clients can find it.
    ///
    /// @param id unlike that of every other instance
    /// @param port 0 for a free one
    /// @param answer is called on the network thread
    public RpcServer(
            Banyan banyan, String service, String id, int port, UnaryOperator<String> answer)
            throws InterruptedException {
        listener =
                new ServerBootstrap()
                        .group(group)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel to) {
                                        accepted.add(to);
                                        Lines.install(to.pipeline());
                                        to.pipeline().addLast(new Answers(answer));
                                    }
                                })
                        .bind("127.0.0.1", port)
                        .sync()
                        .channel();
        registered =
                new ServiceRegistry(banyan, "/services")
                        .register(new ServiceInstance(service, id, "127.0.0.1", port(), Map.of()));
        registered.registered().join();
    }

    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /// Takes itself out, finishes what was sent meanwhile, and stops.
    @Override
    public void close() {
        registered.close();
        crash(DRAIN);
    }

    /// Stops without a word to the registry, as a crash would.
    public void crash() {
        crash(Duration.ZERO);
    }

    private void crash(Duration drain) {
        if (!stopping.compareAndSet(false, true)) {
            return;
        }
        listener.close().syncUninterruptibly();
        if (drain.isZero()) {
            accepted.close().syncUninterruptibly();
        }
        group.shutdownGracefully(drain.toMillis(), 2000, TimeUnit.MILLISECONDS)
                .syncUninterruptibly();
    }

    private static final class Answers extends SimpleChannelInboundHandler<String> {
        private final UnaryOperator<String> answer;

        Answers(UnaryOperator<String> answer) {
            this.answer = answer;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, String call) {
            Lines.send(context.channel(), Lines.require(answer.apply(call)));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // The caller hears of it by the end of the connection, and asks another.
            context.close();
        }
    }
}
