package io.banyan.nacos.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// In front of everything that Armeria does with a connection: puts {@link Hanging} in its place on
/// one of HTTP/1, and closes those that nothing happens on.
///
/// Which protocol it is, Armeria decides by the first four bytes; they are handed on alone, and
/// once its handlers for HTTP/1 stand, `Hanging` goes in front of the one that makes requests of
/// what was decoded. Where they cannot be found nothing is put anywhere, and Armeria holds the
/// polls.
final class Gate extends ChannelInboundHandlerAdapter implements Runnable {
    /// Armeria's handlers, which are not public.
    private static final String DETECTS = "Http2PrefaceOrHttpHandler";

    private static final String MAKES_REQUESTS = "Http1RequestDecoder";

    private static final int FIRST_BYTES = 4;

    /// A connection on which nothing comes so long, and nobody waits, is closed.
    private static final long IDLE_NANOS_MAX = TimeUnit.SECONDS.toNanos(90);

    private final Listeners listeners;
    private final NacosHttp http;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ScheduledFuture<?> timer;
    private @Nullable Hanging hanging;
    private long lastNanos;
    private boolean detected;

    private Gate(Listeners listeners, NacosHttp http) {
        this.listeners = listeners;
        this.http = http;
    }

    /// Puts one in front of a connection that was just accepted.
    static void add(ChannelPipeline pipeline, Listeners listeners, NacosHttp http) {
        var gate = new Gate(listeners, http);
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
        lastNanos = System.nanoTime();
        timer = ctx.executor().schedule(this, IDLE_NANOS_MAX, TimeUnit.NANOSECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        lastNanos = System.nanoTime();
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
        ctx.fireChannelRead(message);
    }

    /// The time of an idle connection may be over.
    @Override
    public void run() {
        ChannelHandlerContext ctx = context;
        if (ctx == null || !ctx.channel().isActive()) {
            return;
        }
        long idle = System.nanoTime() - lastNanos;
        boolean busy = hanging != null && hanging.isBusy();
        if (!busy && idle >= IDLE_NANOS_MAX) {
            ctx.close();
            return;
        }
        long left = busy ? IDLE_NANOS_MAX : IDLE_NANOS_MAX - idle;
        timer = ctx.executor().schedule(this, left, TimeUnit.NANOSECONDS);
    }
}
