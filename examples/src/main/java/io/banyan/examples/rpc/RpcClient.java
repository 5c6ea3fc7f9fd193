package io.banyan.examples.rpc;

import io.banyan.client.Banyan;
import io.banyan.client.recipes.ServiceInstance;
import io.banyan.client.recipes.ServiceRegistry;
import io.banyan.client.recipes.ServiceView;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Calls a service by its name, wherever its instances are at the moment.
///
/// Calls go to the instances in turn. When one cannot be reached, or its connection breaks, the
/// call goes to the next, and that instance is left alone for a second, as a crashed one is known
/// to the registry until its session times out. Thread-safe; a call waits for its answer.
public final class RpcClient implements AutoCloseable {
    /// How long an instance that failed is not asked again, unless there is no other.
    private static final long SHUN_NANOS = Duration.ofSeconds(1).toNanos();

    /// How long one instance may take before another is asked.
    private static final long ATTEMPT_NANOS = Duration.ofMillis(500).toNanos();

    private static final int CONNECT_MILLIS = 500;

    /// Between two looks at a registry that knows nobody.
    private static final long PAUSE_MILLIS = 10;

    private final EventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ServiceView view;
    private final Map<String, Connection> connections = new ConcurrentHashMap<>();
    private final Map<String, Long> failedNanos = new ConcurrentHashMap<>();

    /// Returns when it knows the instances there are.
    public RpcClient(Banyan banyan, String service) throws InterruptedException, TimeoutException {
        view = new ServiceRegistry(banyan, "/services").view(service);
        view.awaitReady(Duration.ofSeconds(30));
    }

    /// The instances that it knows of.
    public ServiceView view() {
        return view;
    }

    /// @param call one line
    /// @return the answer of some instance
    /// @throws TimeoutException if none answers in time
    public String call(String call, Duration wait) throws InterruptedException, TimeoutException {
        long deadlineNanos = System.nanoTime() + wait.toNanos();
        Set<String> asked = new HashSet<>();
        while (true) {
            long leftNanos = deadlineNanos - System.nanoTime();
            if (leftNanos <= 0) {
                throw new TimeoutException(
                        "no answer within "
                                + wait
                                + " of "
                                + view.instances().size()
                                + " instances");
            }
            Optional<ServiceInstance> instance = pick(asked);
            if (instance.isEmpty()) {
                asked.clear();
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                continue;
            }
            try {
                return connection(instance.get())
                        .ask(Lines.require(call))
                        .get(Math.min(leftNanos, ATTEMPT_NANOS), TimeUnit.NANOSECONDS);
            } catch (ExecutionException | TimeoutException e) {
                failedNanos.put(instance.get().id(), System.nanoTime());
                asked.add(instance.get().id());
            }
        }
    }

    private Optional<ServiceInstance> pick(Set<String> asked) {
        return view.pick(each -> !asked.contains(each.id()) && !failedLately(each))
                .or(() -> view.pick(each -> !asked.contains(each.id())));
    }

    private boolean failedLately(ServiceInstance instance) {
        Long failed = failedNanos.get(instance.id());
        return failed != null && System.nanoTime() - failed < SHUN_NANOS;
    }

    private Connection connection(ServiceInstance to) {
        String address = to.host() + ":" + to.port();
        return connections.compute(
                address,
                (key, there) -> there != null && !there.isBroken() ? there : new Connection(to));
    }

    @Override
    public void close() {
        view.close();
        group.shutdownGracefully(0, 1000, TimeUnit.MILLISECONDS).syncUninterruptibly();
    }

    /// One connection; answers come in the order of calls.
    private final class Connection extends SimpleChannelInboundHandler<String> {
        private final Channel channel;
        private final CompletableFuture<Boolean> connected = new CompletableFuture<>();

        /// Guarded by itself.
        private final Queue<CompletableFuture<String>> waiting = new ArrayDeque<>();

        private boolean broken;

        Connection(ServiceInstance to) {
            var connecting =
                    new Bootstrap()
                            .group(group)
                            .channel(NioSocketChannel.class)
                            .option(ChannelOption.TCP_NODELAY, true)
                            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                            .handler(
                                    new ChannelInitializer<Channel>() {
                                        @Override
                                        protected void initChannel(Channel to) {
                                            Lines.install(to.pipeline());
                                            to.pipeline().addLast(Connection.this);
                                        }
                                    })
                            .connect(to.host(), to.port());
            channel = connecting.channel();
            connecting.addListener(done -> {
                if (done.isSuccess()) {
                    connected.complete(true);
                } else {
                    fail(done.cause());
                }
            });
        }

        boolean isBroken() {
            synchronized (waiting) {
                return broken;
            }
        }

        CompletableFuture<String> ask(String call) {
            return connected.thenCompose(done -> {
                var answer = new CompletableFuture<String>();
                synchronized (waiting) {
                    if (broken) {
                        return CompletableFuture.failedFuture(new IOException("connection lost"));
                    }
                    waiting.add(answer);
                    Lines.send(channel, call);
                }
                return answer;
            });
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, String text) {
            CompletableFuture<String> answer;
            synchronized (waiting) {
                answer = waiting.poll();
            }
            if (answer == null) {
                context.close();
            } else {
                answer.complete(text);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            fail(new IOException("connection lost"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            fail(cause);
            context.close();
        }

        private void fail(Throwable cause) {
            Queue<CompletableFuture<String>> failed;
            synchronized (waiting) {
                broken = true;
                failed = new ArrayDeque<>(waiting);
                waiting.clear();
            }
            connected.completeExceptionally(cause);
            failed.forEach(each -> each.completeExceptionally(cause));
        }
    }
}
