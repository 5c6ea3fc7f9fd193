package io.banyan.server.net;

import io.banyan.replica.Connection;
import io.banyan.replica.Transport;
import io.banyan.server.tls.TlsRecord;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.Id;
import io.banyan.wire.OpCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client's channel: cuts its bytes into frames for the gateway and sends what comes back.
///
/// Bytes are copied once, from the socket's buffer into an array that the loop reuses; only an
/// unfinished frame is kept for itself, in an array that grows with what has really come.
final class ClientHandler extends ChannelInboundHandlerAdapter implements Transport {
    private static final Logger LOG = LoggerFactory.getLogger(ClientHandler.class);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final byte[] NO_BYTES = {};

    /// A client that lets this much pile up is cut off: its events cannot be held back, and our
    /// memory is everyone's.
    private static final long UNSENT_BYTES_MAX = 64L << 20;

    /// How long a closing connection may take to get its last bytes out.
    private static final int CLOSE_MILLIS_MAX = 5_000;

    /// Beyond this a frame is not skipped but cut off.
    private static final int SKIPPED_FRAME_BYTES_MAX = 256 << 20;

    /// In a connect request: behind protocol version, zxid and timeout.
    private static final int SESSION_ID_OFFSET = 16;

    /// Length, xid and opcode.
    private static final int FRAME_HEAD_BYTES = 12;

    private final GatewayLoop host;
    private final NetSettings settings;
    private final Admission admission;

    private @Nullable ChannelHandlerContext context;
    private @Nullable Connection connection;
    private @Nullable InetSocketAddress peer;
    private byte[] kept = NO_BYTES;
    private int keptLength;
    private long skipBytes;

    /// Since when the bytes that are kept wait for others or for its own writes; 0 if they do not.
    private long keptSinceNanos;

    /// How long the bytes that were kept meanwhile have waited; 0 for fresh ones.
    private long waitedNanos;

    /// What this connection has in {@link LargeRequests}.
    private long largeBytes;

    private boolean inFrames;
    private boolean firstBytesSeen;
    private boolean handshakeSeen;
    private boolean wordPending;
    private boolean closing;
    private boolean secure;

    ClientHandler(GatewayLoop host, NetSettings settings, Admission admission) {
        this.host = host;
        this.settings = settings;
        this.admission = admission;
    }

    /// The client's address; only for a connection that was admitted.
    InetSocketAddress remote() {
        if (peer == null) {
            throw new IllegalStateException("not admitted");
        }
        return peer;
    }

    boolean isWriting() {
        return context != null
                && context.channel().unsafe().outboundBuffer() != null
                && context.channel().unsafe().outboundBuffer().totalPendingWriteBytes() > 0;
    }

    /// Whether its bytes come through TLS. On the loop only.
    boolean isSecure() {
        return secure;
    }

    NetEvents events() {
        return host.events();
    }

    /// Whether this server serves anybody now. On the loop only.
    boolean isServed() {
        return host.gateway().isServing();
    }

    /// The TLS handshake is through, before any frame.
    ///
    /// @param ids what it proved
    void identified(List<Id> ids) {
        secure = true;
        if (connection != null) {
            host.gateway().onIdentified(connection, ids);
        }
    }

    // ---- from the channel

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context = ctx;
        SocketAddress remote = ctx.channel().remoteAddress();
        // A client may be gone again before its channel is ours: then there is no address.
        if (!(remote instanceof InetSocketAddress address)) {
            ctx.close();
            return;
        }
        String refused = admission.enter(address.getAddress());
        if (refused != null) {
            host.events().refused();
            LOG.warn("connection refused peer={} reason=\"{}\"", address, refused);
            ctx.close();
            return;
        }
        peer = address;
        host.events().connected();
        String host4 = address.getAddress().getHostAddress();
        connection =
                host.gateway()
                        .onConnected(
                                "/" + host4 + ":" + address.getPort(),
                                List.of(new Id("ip", host4)),
                                this,
                                System.nanoTime());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (connection != null && peer != null) {
            host.gateway().onDisconnected(connection, System.nanoTime());
            admission.leave(peer.getAddress());
            holdLarge(0);
            kept = NO_BYTES;
            keptLength = 0;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        var buffer = (ByteBuf) message;
        try {
            int count = buffer.readableBytes();
            host.events().bytesReceived(count);
            if (connection == null || closing) {
                return;
            }
            if (keptLength == 0) {
                byte[] scratch = host.scratch(count);
                buffer.readBytes(scratch, 0, count);
                int done = consume(connection, scratch, count);
                keep(scratch, done, count);
            } else {
                append(buffer, count);
                consumeKept(connection);
            }
        } finally {
            buffer.release();
            host.roundOpen();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (connection != null) {
            boolean writable = ctx.channel().isWritable();
            host.gateway().onWritable(connection, writable, System.nanoTime());
            host.roundOpen();
        }
    }

    /// The client sends nothing more. ZooKeeper's own tools say so right behind a four-letter word
    /// (as `nc -N` does) and then read the answer, which closes the connection; a session has no
    /// use for a client that cannot even ping.
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE && !wordPending) {
            ctx.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("connection broke {} cause=\"{}\"", connection, cause.getMessage());
        } else {
            LOG.error("connection closed after a bug of ours {}", connection, cause);
        }
        ctx.close();
    }

    // ---- frames

    private void keep(byte[] bytes, int from, int end) {
        keptLength = end - from;
        kept = keptLength == 0 ? NO_BYTES : Arrays.copyOfRange(bytes, from, end);
    }

    private void append(ByteBuf buffer, int count) {
        if (kept.length - keptLength < count) {
            kept = Arrays.copyOf(kept, Math.max(keptLength + count, 2 * keptLength));
        }
        buffer.readBytes(kept, keptLength, count);
        keptLength += count;
    }

    private void consumeKept(Connection of) {
        int done = consume(of, kept, keptLength);
        if (done == keptLength) {
            keptLength = 0;
            kept = NO_BYTES;
        } else if (done > 0) {
            System.arraycopy(kept, done, kept, 0, keptLength - done);
            keptLength -= done;
        }
    }

    /// Hands over all whole frames in `bytes[0, end)` that the gateway wants now.
    ///
    /// @return how many bytes are done with
    private int consume(Connection of, byte[] bytes, int end) {
        int at = 0;
        long now = System.nanoTime();
        inFrames = true;
        try {
            while (!closing && !wordPending) {
                if (skipBytes > 0) {
                    int skipped = (int) Math.min(skipBytes, end - at);
                    skipBytes -= skipped;
                    at += skipped;
                }
                if (of.readingSuspended() || of.isClosed() || end - at < 4) {
                    return of.isClosed() ? end : at;
                }
                int length = (int) INT.get(bytes, at);
                if (!firstBytesSeen) {
                    int argument = settings.words().argumentBytes(length);
                    if (argument >= 0) {
                        return end - at - 4 < argument ? at : startWord(length, bytes, at + 4, end);
                    }
                    firstBytesSeen = true;
                }
                if (settings.largeRequests().isLarge(length) && isTooMuch(of, length)) {
                    return end;
                }
                if (length <= 0 || length > settings.frameBytesMax()) {
                    int next = oversized(of, length, bytes, at, end);
                    if (next < 0) {
                        return closing ? end : at;
                    }
                    at = next;
                    continue;
                }
                if (end - at - 4 < length) {
                    return at;
                }
                if (mayPass(of, bytes, at + 4, length, now)) {
                    host.gateway().onFrame(of, bytes, at + 4, at + 4 + length, now);
                    if (settings.largeRequests().isLarge(length)) {
                        holdLarge(of.outstandingBytes(settings.largeRequests().thresholdBytes()));
                    }
                }
                at += 4 + length;
            }
            return end;
        } finally {
            inFrames = false;
        }
    }

    /// A frame that is too long is answered like any other refused request, if there is somebody to
    /// answer to, and its bytes are passed over. ZooKeeper closes the connection without a word,
    /// and the client tries the same again elsewhere.
    ///
    /// @return where to go on, -1 if more bytes are needed or the connection is closed
    private int oversized(Connection of, int length, byte[] bytes, int at, int end) {
        if (!handshakeSeen && TlsRecord.isHandshake(bytes[at], bytes[at + 1])) {
            LOG.warn(
                    "connection closed {} reason=\"it speaks TLS, and this port is for plaintext: set"
                            + " secureClientPort, or client.portUnification=true\"",
                    of);
            close("TLS on a plaintext port");
            return -1;
        }
        boolean answerable = of.isOpen() && length >= 8 && length <= SKIPPED_FRAME_BYTES_MAX;
        if (!answerable) {
            LOG.warn(
                    "connection closed {} reason=\"frame length {} is not within 1 and"
                            + " jute.maxbuffer={}\"",
                    of,
                    length,
                    settings.frameBytesMax());
            close("bad frame length " + length);
            return -1;
        }
        if (end - at < FRAME_HEAD_BYTES) {
            return -1;
        }
        LOG.warn(
                "request refused {} reason=\"{} bytes are more than jute.maxbuffer={}; store less in"
                        + " one znode or raise -Djute.maxbuffer on servers and clients\"",
                of,
                length,
                settings.frameBytesMax());
        int xid = (int) INT.get(bytes, at + 4);
        int opcode = (int) INT.get(bytes, at + 8);
        host.gateway().onOversized(of, xid, opcode, System.nanoTime());
        skipBytes = length - 8L;
        return at + FRAME_HEAD_BYTES;
    }

    /// Closes the connection if a large request does not fit among those that are in work.
    private boolean isTooMuch(Connection of, int length) {
        // Counted already while it waits for its last bytes? Only requests in work count.
        if (settings.largeRequests().hasRoomFor(length)) {
            return false;
        }
        host.events().largeRefused();
        LOG.warn(
                "connection closed {} reason=\"{} bytes: largeRequestMaxBytes leaves no room\"",
                of,
                length);
        close("large request refused");
        return true;
    }

    private void holdLarge(long bytes) {
        if (bytes != largeBytes) {
            settings.largeRequests().changed(bytes - largeBytes);
            largeBytes = bytes;
        }
    }

    /// The gate before the gateway: tokens for a handshake, and what becomes of requests that
    /// waited here while others were served.
    ///
    /// @return false if the frame is done with
    private boolean mayPass(Connection of, byte[] bytes, int at, int length, long now) {
        if (!handshakeSeen) {
            handshakeSeen = true;
            return mayShakeHands(of, bytes, at, length);
        }
        if (waitedNanos == 0 || length < 8) {
            return true;
        }
        if (settings.staleIfTooLate() && waitedNanos > of.timeoutMillis() * 1_000_000L) {
            host.events().stale();
            LOG.warn("connection closed {} reason=\"its requests waited too long\"", of);
            close("stale requests");
            return false;
        }
        int opcode = (int) INT.get(bytes, at + 4);
        boolean isThrottled =
                settings.throttledMillisMax() > 0
                        && waitedNanos > settings.throttledMillisMax() * 1_000_000L
                        && opcode != OpCode.PING
                        && opcode != OpCode.CLOSE_SESSION;
        if (isThrottled) {
            host.events().throttled();
            int xid = (int) INT.get(bytes, at);
            host.gateway().onRefused(of, xid, opcode, ErrorCode.THROTTLED_OP, now);
        }
        return !isThrottled;
    }

    private boolean mayShakeHands(Connection of, byte[] bytes, int at, int length) {
        long sessionId =
                length < SESSION_ID_OFFSET + 8 ? 0 : (long) LONG.get(bytes, at + SESSION_ID_OFFSET);
        if (settings.tokens().take(sessionId)) {
            host.events().shookHands(settings.tokens().deficit());
            return true;
        }
        host.events().refused();
        LOG.warn("connection refused {} reason=\"connection_throttle: no tokens left\"", of);
        close("no tokens left");
        return false;
    }

    private int startWord(int word, byte[] bytes, int from, int end) {
        wordPending = true;
        if (connection != null) {
            host.gateway().onWord(connection);
        }
        int argument = settings.words().argumentBytes(word);
        byte[] copy = argument == 0 ? null : Arrays.copyOfRange(bytes, from, from + argument);
        settings.words()
                .answer(word, copy)
                .whenCompleteAsync(
                        (text, failure) -> {
                            if (failure != null) {
                                LOG.error("four-letter word failed peer={}", peer, failure);
                            } else {
                                byte[] answer = text.getBytes(StandardCharsets.UTF_8);
                                send(answer, answer.length);
                                if (connection != null) {
                                    host.gateway().onWordAnswered(connection);
                                }
                            }
                            close("four-letter word answered");
                        },
                        host.loop());
        return end;
    }

    // ---- Transport

    @Override
    public void send(byte[] bytes, int length) {
        ChannelHandlerContext ctx = context;
        if (ctx == null || !ctx.channel().isActive()) {
            return;
        }
        ByteBuf buffer = ctx.alloc().directBuffer(length).writeBytes(bytes, 0, length);
        ctx.writeAndFlush(buffer, ctx.voidPromise());
        host.events().bytesSent(length);
        if (largeBytes > 0 && connection != null) {
            holdLarge(connection.outstandingBytes(settings.largeRequests().thresholdBytes()));
        }
        if (ctx.channel().bytesBeforeWritable() > UNSENT_BYTES_MAX) {
            LOG.warn(
                    "connection cut {} reason=\"more than {} MiB unsent: the client does not read\"",
                    connection,
                    UNSENT_BYTES_MAX >> 20);
            ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
            ctx.close();
        }
    }

    @Override
    public void close(String reason) {
        ChannelHandlerContext ctx = context;
        if (ctx == null || closing) {
            return;
        }
        closing = true;
        LOG.debug("closing {} reason=\"{}\"", connection, reason);
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        ctx.executor().schedule(() -> ctx.close(), CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS);
    }

    @Override
    public void reading(boolean on) {
        ChannelHandlerContext ctx = context;
        if (ctx == null || closing) {
            return;
        }
        ctx.channel().config().setAutoRead(on);
        if (!on) {
            // Behind a handshake or its own unread answers a client waits for nobody else.
            boolean forOthers =
                    connection != null && connection.isOpen() && ctx.channel().isWritable();
            if (forOthers && keptSinceNanos == 0) {
                keptSinceNanos = System.nanoTime();
            }
        }
        if (on && keptLength > 0 && !inFrames) {
            // Not from here: the gateway may be in the middle of a batch.
            ctx.executor().execute(this::resume);
        }
    }

    private void resume() {
        if (connection != null && !closing && keptLength > 0) {
            waitedNanos = keptSinceNanos == 0 ? 0 : System.nanoTime() - keptSinceNanos;
            consumeKept(connection);
            waitedNanos = 0;
            // What is left and still held back has waited since then; what comes now has not.
            if (!connection.readingSuspended()) {
                keptSinceNanos = 0;
            }
            host.roundOpen();
        }
    }
}
