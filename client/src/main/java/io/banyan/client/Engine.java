package io.banyan.client;

import io.banyan.wire.JuteReader;
import io.banyan.wire.OpCode;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import javax.security.sasl.SaslException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Drives a {@link ClientCore} with sockets, a clock and threads: one for the network, on which
/// every step of the core runs, and one for events.
///
/// {@link #submit}, {@link #call}, {@link #post}, {@link #close} and the listeners are thread-safe;
/// all else is confined to the network thread.
final class Engine implements Shell {
    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    /// Unflushed and unsent bytes beyond which requests wait in the core's queue.
    private static final int WRITE_BYTES_HIGH = 512 * 1024;

    private static final int WRITE_BYTES_LOW = 128 * 1024;

    /// How long a blocking call waits beyond its timeout for the network thread to say so.
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final int PROBE_MILLIS_MAX = 2000;

    private final EngineConfig config;
    private final EventLoopGroup group;
    private final EventLoop loop;
    private final EventThread events;
    private final ClientCore core;
    private final Semaphore permits;
    private final ClientMetrics metrics;
    private final List<SessionListener> listeners = new CopyOnWriteArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);

    /// Requests, and steps as `LongConsumer`s of the time.
    private final Queue<Object> inbox = new ConcurrentLinkedQueue<>();

    private final AtomicBoolean draining = new AtomicBoolean();
    private final BooleanSupplier onNetworkThread;
    private final BooleanSupplier onEventThread;
    private volatile boolean terminated;

    // ---- confined to the network thread

    private final List<byte[]> unflushed = new ArrayList<>();
    private int unflushedBytes;
    private final List<Runnable> deliveries = new ArrayList<>();
    private @Nullable Channel channel;

    /// Grows with every dial and hang-up: what comes from an earlier connection is told by it.
    private int connection;

    /// Of the connection there is, while it proves who we are.
    private ClientSasl.@Nullable Exchange exchange;

    private @Nullable ScheduledFuture<?> timer;
    private long timerNanos;

    Engine(EngineConfig config, CoreConfig coreConfig, Chroot chroot) {
        this.config = config;
        this.metrics = config.metrics();
        this.permits = new Semaphore(config.outstandingMax());
        this.group =
                new MultiThreadIoEventLoopGroup(
                        1,
                        new DefaultThreadFactory(config.name() + "-net", true),
                        NioIoHandler.newFactory());
        this.loop = group.next();
        this.events = new EventThread(config.name() + "-events");
        this.onNetworkThread = loop::inEventLoop;
        this.onEventThread = events::isCurrent;
        var random = new Random();
        var shuffled = new ArrayList<>(coreConfig.servers().servers());
        Collections.shuffle(shuffled, random);
        this.core = new ClientCore(coreConfig, shuffled, new WatchTable(chroot), random, this);
    }

    void start() {
        events.start();
        post(core::start);
    }

    // ---- for all threads

    @Nullable Session session() {
        return core.session();
    }

    SessionState state() {
        return core.state();
    }

    long safeUntilNanos() {
        return core.safeUntilNanos();
    }

    /// Makes it, within the bound of outstanding requests: a caller beyond it waits, but the event
    /// thread does not, since it is what others wait for.
    <T extends @Nullable Object> Request<T> submit(Request<T> request, long timeoutNanos) {
        long now = System.nanoTime();
        prepare(request, now, timeoutNanos > 0 ? timeoutNanos : config.requestTimeoutNanos());
        request.holdsPermit = permits.tryAcquire();
        if (!request.holdsPermit && !events.isCurrent() && !loop.inEventLoop()) {
            awaitPermit(request, now);
        }
        enqueue(request);
        return request;
    }

    private void prepare(Request<?> request, long now, long timeoutNanos) {
        request.completesOn(request.direct ? onNetworkThread : onEventThread);
        request.madeNanos = now;
        request.deadlineNanos = now + timeoutNanos;
    }

    private void awaitPermit(Request<?> request, long now) {
        try {
            if (!permits.tryAcquire(request.deadlineNanos - now, TimeUnit.NANOSECONDS)) {
                throw BanyanException.timeout(
                        request.what()
                                + " was not sent: "
                                + config.outstandingMax()
                                + " requests have no answer yet (outstandingMax)",
                        false);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw BanyanException.interrupted(request.what(), false);
        }
        request.holdsPermit = true;
    }

    /// Makes it and waits for the answer.
    ///
    /// @throws BanyanException with the stack of the caller
    <T extends @Nullable Object> T call(Request<T> request, long timeoutNanos) {
        request.direct = true;
        submit(request, timeoutNanos);
        return awaitAnswer(request);
    }

    private static <T extends @Nullable Object> T awaitAnswer(Request<T> request) {
        try {
            return request.get(
                    request.deadlineNanos - System.nanoTime() + GRACE_NANOS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            boolean unsent = request.withdraw();
            throw BanyanException.interrupted(request.what(), !unsent && request.isWrite());
        } catch (TimeoutException e) {
            throw BanyanException.timeout(
                    request.what() + ": the network thread of the client does not answer",
                    !request.withdraw() && request.isWrite());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BanyanException failure) {
                // It was made by the network thread; where it was called from helps more.
                failure.fillInStackTrace();
                throw failure;
            }
            throw new IllegalStateException(request.what(), e.getCause());
        }
    }

    /// Waits for what takes several requests, each with its own timeout.
    static <T extends @Nullable Object> T await(CompletableFuture<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw BanyanException.interrupted("an answer", true);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BanyanException failure) {
                failure.fillInStackTrace();
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /// Runs a step of the core on the network thread.
    void post(LongConsumer step) {
        enqueue(step);
    }

    void addAuth(String scheme, byte[] auth, Request<?> request) {
        prepare(request, System.nanoTime(), config.requestTimeoutNanos());
        enqueue((LongConsumer) now -> core.addAuth(scheme, auth, request, now));
    }

    /// Waits for the server's word.
    void authenticate(String scheme, byte[] auth, Request<@Nullable Void> request) {
        request.direct = true;
        addAuth(scheme, auth, request);
        awaitAnswer(request);
    }

    boolean hasEnded() {
        return terminated;
    }

    /// Why there is no connection, for messages; best effort from other threads.
    String lastFailure() {
        return core.lastFailure();
    }

    int watchCount() {
        var count = new CompletableFuture<Integer>();
        post(now -> count.complete(core.watchCount()));
        return count.join();
    }

    void dropWatch(String serverPath, WatchMode mode, Watcher watcher, Request<?> removal) {
        prepare(removal, System.nanoTime(), config.requestTimeoutNanos());
        post(now -> core.dropWatch(serverPath, mode, watcher, removal, now));
    }

    Executor eventExecutor() {
        return task -> events.add(new ArrayList<>(List.of(task)));
    }

    Registration listen(SessionListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    private void enqueue(Object item) {
        inbox.add(item);
        if (terminated) {
            refuseInbox();
        } else if (draining.compareAndSet(false, true)) {
            try {
                loop.execute(this::drain);
            } catch (RejectedExecutionException e) {
                refuseInbox();
            }
        }
    }

    private void refuseInbox() {
        for (Object each = inbox.poll(); each != null; each = inbox.poll()) {
            if (each instanceof Request<?> request) {
                core.submit(request, System.nanoTime());
            } else {
                ((LongConsumer) each).accept(System.nanoTime());
            }
        }
    }

    /// Ends everything and waits for it, though not for a callback that is running if that callback
    /// is the caller.
    void close(@Nullable Request<?> closeSession) {
        if (closeSession == null) {
            post(core::detach);
        } else {
            prepare(closeSession, System.nanoTime(), config.closeTimeoutNanos());
            post(now -> core.close(closeSession, now));
        }
        if (events.isCurrent() || loop.inEventLoop()) {
            return;
        }
        boolean interrupted = false;
        try {
            ended.await(2 * config.closeTimeoutNanos(), TimeUnit.NANOSECONDS);
            group.terminationFuture().await(config.closeTimeoutNanos(), TimeUnit.NANOSECONDS);
            events.join(TimeUnit.NANOSECONDS.toMillis(config.closeTimeoutNanos()));
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            post(core::detach);
            Thread.currentThread().interrupt();
        }
    }

    // ---- steps, on the network thread

    private void drain() {
        // Before the first poll: what is added behind the last one is seen by the next drain.
        draining.set(false);
        step(now -> {
            for (Object each = inbox.poll(); each != null; each = inbox.poll()) {
                if (each instanceof Request<?> request) {
                    core.submit(request, now);
                } else {
                    ((LongConsumer) each).accept(now);
                }
            }
        });
    }

    private void step(LongConsumer step) {
        try {
            step.accept(System.nanoTime());
        } catch (RuntimeException | AssertionError e) {
            fault(e);
        } finally {
            finishStep();
        }
    }

    /// A step failed by a mistake of ours: what it left half done goes with the connection, and
    /// nobody waits for an answer that will not come.
    private void fault(Throwable mistake) {
        LOG.error("client={} a fault of the client's own", config.name(), mistake);
        hangUp();
        core.disconnected("a fault of the client's own: " + mistake, System.nanoTime());
    }

    private void finishStep() {
        flush();
        if (!deliveries.isEmpty()) {
            metrics.eventsWaiting(events.add(deliveries));
        }
        arrangeTimer();
    }

    private void flush() {
        Channel to = channel;
        while (!unflushed.isEmpty() && to != null) {
            ByteBuf packet = to.alloc().buffer(unflushedBytes);
            for (byte[] frame : unflushed) {
                packet.writeBytes(frame);
            }
            unflushed.clear();
            unflushedBytes = 0;
            to.writeAndFlush(packet, to.voidPromise());
            // What the bound kept back goes at once, if the socket took the rest.
            core.writable(System.nanoTime());
            to = channel;
        }
    }

    private void arrangeTimer() {
        if (terminated) {
            return;
        }
        long now = System.nanoTime();
        long wake = core.wakeNanos(now);
        ScheduledFuture<?> current = timer;
        if (current != null && timerNanos - wake <= 0) {
            // It wakes early and looks again: cheaper than a new timer for every request.
            return;
        }
        if (current != null) {
            current.cancel(false);
        }
        timerNanos = wake;
        timer = loop.schedule(this::onTimer, Math.max(0, wake - now), TimeUnit.NANOSECONDS);
    }

    private void onTimer() {
        timer = null;
        step(core::tick);
    }

    // ---- what the core does

    @Override
    public void dial(ConnectString.Server server) {
        int number = ++connection;
        resolve(
                server,
                address -> connect(server, address, number),
                () -> {
                    if (number == connection) {
                        step(now -> core.dialFailed("unknown host", now));
                    }
                });
    }

    /// Names are resolved at every dial, and on a thread of their own: a name server may take its
    /// time. What follows runs on the network thread.
    private void resolve(
            ConnectString.Server server, Consumer<InetSocketAddress> found, Runnable unknown) {
        var resolver =
                new Thread(
                        () -> {
                            try {
                                InetAddress[] all = InetAddress.getAllByName(server.host());
                                InetAddress one = all[new Random().nextInt(all.length)];
                                onLoop(() ->
                                        found.accept(new InetSocketAddress(one, server.port())));
                            } catch (UnknownHostException e) {
                                onLoop(unknown);
                            }
                        },
                        config.name() + "-resolve");
        resolver.setDaemon(true);
        resolver.start();
    }

    private void onLoop(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("the client ended meanwhile");
        }
    }

    private void connect(ConnectString.Server server, InetSocketAddress address, int number) {
        if (number != connection) {
            return;
        }
        ChannelFuture future = bootstrap(new Connection(number, server)).connect(address);
        channel = future.channel();
        future.addListener(done -> {
            if (number != connection) {
                future.channel().close();
            } else if (!done.isSuccess()) {
                String reason = reason(done.cause());
                channel = null;
                step(now -> core.dialFailed(reason, now));
            } else if (config.tls() == null) {
                step(core::dialled);
            }
        });
    }

    private Bootstrap bootstrap(ChannelHandler handler) {
        return new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(WRITE_BYTES_LOW, WRITE_BYTES_HIGH))
                .handler(handler);
    }

    private static String reason(@Nullable Throwable cause) {
        if (cause == null) {
            return "failed";
        }
        String message = cause.getMessage();
        return message == null || message.isBlank() ? cause.getClass().getSimpleName() : message;
    }

    @Override
    public void send(byte[] frame) {
        unflushed.add(frame);
        unflushedBytes += frame.length;
    }

    @Override
    public boolean canSend() {
        Channel to = channel;
        return to != null && unflushedBytes < WRITE_BYTES_HIGH && to.isWritable();
    }

    @Override
    public void hangUp() {
        connection++;
        exchange = null;
        unflushed.clear();
        unflushedBytes = 0;
        Channel old = channel;
        channel = null;
        if (old != null) {
            old.close();
        }
    }

    @Override
    public void done(Request<?> request) {
        metrics.requestDone(
                OpCode.name(request.opcode),
                System.nanoTime() - request.madeNanos,
                request.failure != null);
        if (request.direct || terminated) {
            release(request);
            request.deliver();
        } else {
            deliveries.add(() -> {
                release(request);
                request.deliver();
            });
        }
    }

    private void release(Request<?> request) {
        if (request.holdsPermit) {
            request.holdsPermit = false;
            permits.release();
        }
    }

    @Override
    public void tell(WatchTable.Told told) {
        metrics.watchEvent(told.event().type());
        if (told.watcher() instanceof NetworkThreadWatcher watcher) {
            try {
                watcher.onChange(told.event());
            } catch (RuntimeException e) {
                LOG.error("a watcher threw; the others go on", e);
            }
        } else {
            deliveries.add(() -> told.watcher().onChange(told.event()));
        }
    }

    @Override
    public void changed(SessionEvent event) {
        LOG.debug("client={} {}", config.name(), event);
        deliveries.add(() -> {
            for (SessionListener each : listeners) {
                try {
                    each.onSession(event);
                } catch (RuntimeException e) {
                    LOG.error("a session listener threw; the others go on", e);
                }
            }
        });
    }

    @Override
    public void connectionFailed(ConnectString.Server server, String reason) {
        LOG.info("client={} server={} not connected: {}", config.name(), server, reason);
        metrics.connectionFailed(server.toString(), reason);
    }

    @Override
    public void connected(ConnectString.Server server, Session session, long nanos) {
        LOG.info(
                "client={} connected server={} session=0x{} timeoutMillis={}",
                config.name(),
                server,
                Long.toHexString(session.id()),
                session.timeout().toMillis());
        metrics.connected(server.toString(), nanos);
    }

    @Override
    public void ended() {
        ScheduledFuture<?> current = timer;
        if (current != null) {
            current.cancel(false);
        }
        // First the flag: what is added behind this drain of the inbox is refused by its adder.
        terminated = true;
        refuseInbox();
        if (!deliveries.isEmpty()) {
            events.add(deliveries);
        }
        events.end();
        ended.countDown();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    // ---- SASL

    /// On a thread of its own: Kerberos asks its servers, and a file is read for it.
    @Override
    public void prove(ConnectString.Server server, byte @Nullable [] challenge) {
        ClientSasl sasl = config.sasl();
        if (sasl == null) {
            throw new IllegalStateException("no SASL");
        }
        int number = connection;
        ClientSasl.Exchange current = challenge == null ? null : exchange;
        var prover =
                new Thread(
                        () -> answer(sasl, server, current, challenge, number),
                        config.name() + "-sasl");
        prover.setDaemon(true);
        prover.start();
    }

    private void answer(
            ClientSasl sasl,
            ConnectString.Server server,
            ClientSasl.@Nullable Exchange current,
            byte @Nullable [] challenge,
            int number) {
        try {
            ClientSasl.Exchange mine = current == null ? sasl.begin(server.host()) : current;
            byte[] token = mine.answer(challenge);
            boolean complete = mine.isComplete();
            onLoop(() -> {
                if (number == connection) {
                    exchange = mine;
                    step(now -> core.proof(token, complete, now));
                }
            });
        } catch (SaslException | RuntimeException e) {
            // The JDK's mechanisms read what a server sent; not all that is wrong with it comes as
            // their own exception.
            String reason = reason(e);
            onLoop(() -> {
                if (number == connection) {
                    step(now -> core.proofFailed(reason, now));
                }
            });
        }
    }

    // ---- asking for a quorum

    @Override
    public void probe(ConnectString.Server server) {
        resolve(
                server,
                address -> {
                    ChannelFuture future = bootstrap(new Probe(server)).connect(address);
                    loop.schedule(
                            () -> future.channel().close(),
                            PROBE_MILLIS_MAX,
                            TimeUnit.MILLISECONDS);
                },
                () -> LOG.debug("client={} probe: {} is unknown", config.name(), server));
    }

    private final class Probe extends ChannelInboundHandlerAdapter {
        private final ConnectString.Server server;
        private final StringBuilder answer = new StringBuilder();

        Probe(ConnectString.Server server) {
            this.server = server;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            ClientTls settings = config.tls();
            if (settings != null) {
                // The word below waits in it for the handshake.
                context.pipeline()
                        .addFirst(new SslHandler(settings.engine(server.host(), server.port())));
            }
            context.writeAndFlush(
                    context.alloc().buffer(4).writeBytes("isro".getBytes(StandardCharsets.UTF_8)));
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var in = (ByteBuf) message;
            answer.append(in.toString(StandardCharsets.UTF_8));
            in.release();
            if (answer.toString().startsWith("rw")) {
                context.close();
                step(now -> core.probed(server, true, now));
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    // ---- one connection

    private final class Connection extends ChannelInitializer<Channel> {
        private final int number;
        private final ConnectString.Server server;

        Connection(int number, ConnectString.Server server) {
            this.number = number;
            this.server = server;
        }

        @Override
        protected void initChannel(Channel to) {
            ClientTls settings = config.tls();
            if (settings != null) {
                var tls = new SslHandler(settings.engine(server.host(), server.port()));
                to.pipeline().addLast(tls);
                tls.handshakeFuture()
                        .addListener(done -> {
                            if (number != connection) {
                                return;
                            }
                            if (done.isSuccess()) {
                                step(core::dialled);
                            } else {
                                String reason = "TLS: " + reason(done.cause());
                                hangUp();
                                step(now -> core.dialFailed(reason, now));
                            }
                        });
            }
            to.pipeline().addLast(new Stream(number));
        }
    }

    private final class Stream extends ChannelInboundHandlerAdapter implements FrameCutter.Sink {
        private final int number;
        private final FrameCutter cutter = new FrameCutter(config.replyBytesMax());
        private long now;
        private String reason = "the server closed the connection";

        Stream(int number) {
            this.number = number;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var in = (ByteBuf) message;
            try {
                now = System.nanoTime();
                if (number == connection) {
                    cutter.read(in, this);
                }
            } finally {
                in.release();
            }
        }

        @Override
        public boolean frame(JuteReader packet) {
            try {
                core.frame(packet, now);
            } catch (RuntimeException | AssertionError e) {
                fault(e);
            }
            return number == connection;
        }

        @Override
        public boolean oversized(JuteReader header, int lengthBytes) {
            core.oversizedFrame(header, lengthBytes, config.replyBytesMax(), now);
            return number == connection;
        }

        @Override
        public void nonsense(int length) {
            hangUp();
            core.disconnected("a packet of " + length + " bytes", now);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            finishStep();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            if (number == connection && context.channel().isWritable()) {
                step(core::writable);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (number == connection) {
                hangUp();
                step(later -> core.disconnected(reason, later));
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (cause instanceof java.io.IOException) {
                reason = reason(cause);
            } else {
                LOG.error("client={} a fault of the client's own", config.name(), cause);
                reason = "a fault of the client's own: " + cause;
            }
            context.close();
        }

        private static String reason(Throwable cause) {
            return Engine.reason(cause);
        }
    }
}
