package io.banyan.nacos.http;

import io.banyan.nacos.auth.Auth;
import io.banyan.nacos.config.Listened;
import io.banyan.nacos.config.LongPolls;
import io.banyan.nacos.config.Viewer;
import io.banyan.nacos.held.Budget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Takes the listening requests off a connection of HTTP/1 before Armeria makes requests of them:
/// they hang by the ten thousand, and what Armeria keeps of each is several times what is needed.
///
/// Everything else goes on to Armeria, and so do large listening requests. What comes while an
/// answer has not left yet waits, and no more is read until then. Confined to its connection's
/// thread.
final class Hanging extends ChannelDuplexHandler {
    /// Some hundred lines; whoever listens to more is one of few.
    private static final int BODY_BYTES_MAX = 32 * 1024;

    /// What is kept of a listening request for each byte of it.
    private static final int HELD_FOR_EACH_BYTE = 4;

    private final Listeners listeners;
    private final NacosHttp http;

    /// Whether Armeria has a request whose answer has not left yet. One at a time: who sends many
    /// and reads nothing would fill the memory with answers.
    private boolean owed;

    /// Whether anything was decoded since {@link #wasGivenSomething} was asked.
    private boolean given;

    /// A request that is being read, or hangs.
    private @Nullable Request request;

    /// What came behind it meanwhile; reading stops when there is something.
    private @Nullable ArrayDeque<Object> behind;

    /// Its head, and its body as far as that was read.
    private static final class Request {
        private final boolean keepAlive;
        private final Viewer viewer;
        private final @Nullable String timeout;
        private final @Nullable String noHangup;
        private final @Nullable String token;
        private final Budget.Holding holding;
        private byte[] body;
        private int read;
        private LongPolls.@Nullable Poll poll;

        Request(HttpRequest from, InetSocketAddress remote, int length, Budget.Holding holding) {
            HttpHeaders headers = from.headers();
            keepAlive = HttpUtil.isKeepAlive(from);
            viewer =
                    new Viewer(
                            Call.clientIp(name -> filled(headers, name), remote),
                            filled(headers, "vipserver-tag"));
            timeout = filled(headers, "long-pulling-timeout");
            noHangup = filled(headers, "long-pulling-timeout-no-hangup");
            String own = filled(headers, "accesstoken");
            token = own == null ? filled(headers, "authorization") : own;
            body = new byte[length];
            this.holding = holding;
        }

        private static @Nullable String filled(HttpHeaders headers, String name) {
            String value = headers.get(name);
            return value == null || value.isBlank() ? null : value.trim();
        }
    }

    Hanging(Listeners listeners, NacosHttp http) {
        this.listeners = listeners;
        this.http = http;
    }

    /// Whether somebody waits for an answer.
    boolean isBusy() {
        return owed || (request != null && request.poll != null);
    }

    /// Whether anything was decoded since this was asked before.
    boolean wasGivenSomething() {
        boolean was = given;
        given = false;
        return was;
    }

    // ---- what comes

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        given = true;
        Request now = request;
        boolean owesOne = (now != null && now.poll != null) || owed;
        if (behind != null || (owesOne && isNext(now, message))) {
            if (behind == null) {
                behind = new ArrayDeque<>();
            }
            behind.add(message);
            ctx.channel().config().setAutoRead(false);
        } else if (now != null) {
            read(ctx, now, message);
        } else if (!(message instanceof HttpRequest begins
                && isOurs(begins)
                && begin(ctx, begins))) {
            // Also one for which there is no room: Armeria's way refuses it.
            if (message instanceof HttpRequest) {
                owed = true;
            }
            ctx.fireChannelRead(message);
        }
    }

    /// Whether a message belongs to a request behind the one that is not answered yet; what still
    /// comes of the latter's body does not.
    private static boolean isNext(@Nullable Request now, Object message) {
        return now != null || message instanceof HttpRequest;
    }

    private static int length(HttpRequest begins) {
        return begins.headers().getInt(HttpHeaderNames.CONTENT_LENGTH, Integer.MAX_VALUE);
    }

    /// @return false if there is no room for it
    private boolean begin(ChannelHandlerContext ctx, HttpRequest begins) {
        int length = length(begins);
        Budget.Holding holding = http.budget().open();
        if (!holding.take((long) HELD_FOR_EACH_BYTE * length)) {
            return false;
        }
        request =
                new Request(
                        begins, (InetSocketAddress) ctx.channel().remoteAddress(), length, holding);
        ReferenceCountUtil.release(begins);
        return true;
    }

    private boolean isOurs(HttpRequest begins) {
        if (!begins.method().equals(HttpMethod.POST)
                || !begins.uri().equals(NacosHttp.LISTENER_PATH)
                || !begins.decoderResult().isSuccess()
                || !begins.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            return false;
        }
        HttpHeaders headers = begins.headers();
        String type = headers.get("content-type");
        return !headers.contains("expect")
                && !headers.contains("upgrade")
                && (type == null || type.contains("form-urlencoded"))
                && headers.contains(HttpHeaderNames.CONTENT_LENGTH)
                && length(begins) <= BODY_BYTES_MAX;
    }

    private void read(ChannelHandlerContext ctx, Request now, Object message) {
        try {
            if (!(message instanceof HttpContent content) || !content.decoderResult().isSuccess()) {
                ctx.close();
                return;
            }
            ByteBuf bytes = content.content();
            int length = Math.min(bytes.readableBytes(), now.body.length - now.read);
            bytes.readBytes(now.body, now.read, length);
            now.read += length;
            if (content instanceof LastHttpContent) {
                begin(ctx, now);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(ChannelHandlerContext ctx, Request now) {
        try {
            var params = new Params();
            params.add(now.body, 0, now.read);
            now.body = new byte[0];
            String own = params.filled("accessToken");
            Auth auth = http.auth();
            if (!auth.admits(
                    own == null ? now.token : own,
                    params.filled("username"),
                    params.filled("password"))) {
                answer(ctx, now, NacosHttp.notAdmitted(NacosHttp.LISTENER));
                return;
            }
            if (!http.isLoaded()) {
                answer(ctx, now, NacosHttp.notLoaded(NacosHttp.LISTENER));
                return;
            }
            LongPolls.Poll poll = listeners.poll(params, now.viewer, now.timeout, now.noHangup);
            now.poll = poll;
            poll.changed()
                    .thenAccept(changed -> ctx.executor().execute(() -> answer(ctx, now, changed)));
        } catch (RuntimeException e) {
            answer(ctx, now, NacosHttp.failed(NacosHttp.LISTENER, e));
        }
    }

    // ---- what goes

    private void answer(ChannelHandlerContext ctx, Request now, List<Listened> changed) {
        // A connection that ended meanwhile has nobody to be told.
        if (request == now) {
            answer(ctx, now, listeners.told(changed));
        }
    }

    private void answer(ChannelHandlerContext ctx, Request now, Answer answer) {
        request = null;
        now.holding.close();
        HttpHeaders headers = answer.nettyHeaders();
        if (!now.keepAlive) {
            headers = headers.copy().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        var response =
                new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(answer.head().status().code()),
                        Unpooled.wrappedBuffer(answer.body()),
                        headers,
                        EmptyHttpHeaders.INSTANCE);
        var written = ctx.writeAndFlush(response);
        if (!now.keepAlive) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
        goOn(ctx);
    }

    /// With what came behind a request that is answered now.
    private void goOn(ChannelHandlerContext ctx) {
        ArrayDeque<Object> messages = behind;
        if (messages == null) {
            return;
        }
        behind = null;
        for (Object each : messages) {
            channelRead(ctx, each);
        }
        if (behind == null) {
            ctx.channel().config().setAutoRead(true);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        boolean informs =
                message instanceof HttpResponse response
                        && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        if (!(message instanceof LastHttpContent) || informs || !owed) {
            ctx.write(message, promise);
            return;
        }
        // Not when it is written, but when it has left: who does not read is not read from.
        ctx.write(message, promise.unvoid())
                .addListener(left -> {
                    owed = false;
                    goOn(ctx);
                });
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        forget();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        forget();
    }

    private void forget() {
        Request now = request;
        request = null;
        if (now != null) {
            now.holding.close();
            if (now.poll != null) {
                now.poll.cancel();
            }
        }
        if (behind != null) {
            behind.forEach(ReferenceCountUtil::release);
            behind = null;
        }
    }
}
