package io.banyan.nacos.http;

import io.banyan.nacos.held.Budget;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// In front of everything that Armeria does with a connection: puts {@link Hanging} in its place on
/// one of HTTP/1, counts heads that do not end, bounds what one of HTTP/2 may ask for at once, and
/// closes those that nothing happens on.
///
/// Which protocol it is, Armeria decides by the first four bytes; they are handed on alone, and
/// once its handlers for HTTP/1 stand, `Hanging` goes in front of the one that makes requests of
/// what was decoded. Where they cannot be found nothing is put anywhere, and Armeria holds the
/// polls.
final class Gate extends ChannelDuplexHandler implements Runnable {
    /// Armeria's handlers, which are not public.
    private static final String DETECTS = "Http2PrefaceOrHttpHandler";

    private static final String MAKES_REQUESTS = "Http1RequestDecoder";

    private static final int FIRST_BYTES = 4;

    /// Requests under way on one connection of HTTP/2. What answers its peer does not take wait in
    /// memory, and reading cannot stop: the peer says on the same way what it takes.
    static final int STREAMS_MAX = 16;

    /// A connection on which nothing comes so long, and nobody waits, is closed.
    private static final long IDLE_NANOS_MAX = TimeUnit.SECONDS.toNanos(90);

    /// How often it is looked; a connection whose peer took nothing of what waits for it from one
    /// look to the next is closed.
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Listeners listeners;
    private final NacosHttp http;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ScheduledFuture<?> timer;
    private @Nullable Hanging hanging;
    private @Nullable Http2Connection http2;
    private long lastNanos;
    private long waited;

    /// What was written since the last look.
    private boolean wrote;

    /// Whether something waited for the peer of HTTP/2 at the last look.
    private boolean heldBack;

    private boolean detected;

    /// What came of a head of HTTP/1 that is not whole yet.
    private final Budget.Holding head;

    private Gate(Listeners listeners, NacosHttp http, Budget budget) {
        this.listeners = listeners;
        this.http = http;
        head = budget.open();
    }

    /// Puts one in front of a connection that was just accepted.
    static void add(ChannelPipeline pipeline, Listeners listeners, NacosHttp http, Budget budget) {
        var gate = new Gate(listeners, http, budget);
        String before = find(pipeline, DETECTS);
        if (before == null) {
            pipeline.addFirst(gate);
        } else {
            pipeline.addBefore(before, null, gate);
        }
    }

    private static @Nullable String find(ChannelPipeline pipeline, String className) {
        for (Map.Entry<String, ChannelHandler> each : pipeline) {
            if (each.getValue().getClass().getSimpleName().equals(className)) {
                return each.getKey();
            }
        }
        return null;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        lastNanos = nowNanos(ctx);
        timer = ctx.executor().schedule(this, LOOK_NANOS, TimeUnit.NANOSECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        head.close();
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private static long nowNanos(ChannelHandlerContext ctx) {
        return ctx.executor().ticker().nanoTime();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        lastNanos = nowNanos(ctx);
        if (!detected) {
            detected = true;
            if (message instanceof ByteBuf bytes && bytes.readableBytes() > FIRST_BYTES) {
                ctx.fireChannelRead(bytes.readRetainedSlice(FIRST_BYTES));
                String before = find(ctx.pipeline(), MAKES_REQUESTS);
                if (before != null) {
                    hanging = new Hanging(listeners, http);
                    ctx.pipeline().addBefore(before, null, hanging);
                }
            }
        }
        maybeBound(ctx.pipeline());
        int length = message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
        ctx.fireChannelRead(message);
        if (hanging != null) {
            if (hanging.wasGivenSomething()) {
                head.giveBack();
            } else if (!head.take(length)) {
                ctx.close(); // There is no request yet that could be answered.
            }
        }
        // One that began as HTTP/1 may have become another.
        maybeBound(ctx.pipeline());
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        wrote = true;
        ctx.write(message, promise);
    }

    /// Armeria's setting alone binds only a peer that acknowledges it.
    private void maybeBound(ChannelPipeline pipeline) {
        if (http2 != null) {
            return;
        }
        Http2ConnectionHandler handler = pipeline.get(Http2ConnectionHandler.class);
        if (handler != null) {
            http2 = handler.connection();
            http2.remote().maxActiveStreams(STREAMS_MAX);
        }
    }

    /// The time of an idle connection, or of one that takes nothing, may be over.
    @Override
    public void run() {
        ChannelHandlerContext ctx = context;
        if (ctx == null || !ctx.channel().isActive()) {
            return;
        }
        boolean busy = hanging != null && hanging.isBusy();
        boolean idle = !busy && nowNanos(ctx) - lastNanos >= IDLE_NANOS_MAX;
        ChannelOutboundBuffer out = ctx.channel().unsafe().outboundBuffer();
        long waits = out == null ? 0 : out.totalPendingWriteBytes();
        // What is added makes it another number too: then the next look decides.
        boolean stuck = waits > 0 && waits == waited;
        waited = waits;
        boolean holdsBack = holdsBack();
        stuck |= holdsBack && heldBack && !wrote;
        heldBack = holdsBack;
        wrote = false;
        if (idle || stuck) {
            ctx.close();
        } else {
            timer = ctx.executor().schedule(this, LOOK_NANOS, TimeUnit.NANOSECONDS);
        }
    }

    /// Whether an answer waits because the peer of HTTP/2 takes no more of it.
    private boolean holdsBack() {
        Http2Connection connection = http2;
        if (connection == null) {
            return false;
        }
        var flow = connection.remote().flowController();
        try {
            return connection.forEachActiveStream(stream -> !flow.hasFlowControlled(stream))
                    != null;
        } catch (Http2Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
