package io.banyan.server.net;

import io.banyan.server.config.ServerConfig.ClientPorts;
import io.banyan.server.tls.TlsContext;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts TLS in front of client connections. Thread-safe.
///
/// The arithmetic of a handshake, a millisecond or more of it, runs on threads of its own: a
/// thousand clients that come back at once must not make those wait who are here.
public final class TlsDoor {
    private static final Logger LOG = LoggerFactory.getLogger(TlsDoor.class);
    private static final int IDLE_SECONDS = 30;

    private final TlsContext tls;
    private final int handshakesMax;
    private final boolean dropsEarly;
    private final @Nullable String superUser;
    private final Executor arithmetic;
    private final AtomicInteger handshakes = new AtomicInteger();

    /// @param superUser the subject that may do everything; null if there is none
    public TlsDoor(TlsContext tls, ClientPorts ports, @Nullable String superUser) {
        this.tls = tls;
        this.superUser = superUser;
        handshakesMax = ports.handshakesMax();
        dropsEarly = ports.dropsHandshakesEarly();
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        var pool =
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        IDLE_SECONDS,
                        TimeUnit.SECONDS,
                        // As long as there are connections: admission bounds them.
                        new LinkedBlockingQueue<>(),
                        new DefaultThreadFactory("banyan-tls", true));
        pool.allowCoreThreadTimeOut(true);
        arithmetic = pool;
    }

    /// Handshakes that are under way.
    public int handshakes() {
        return handshakes.get();
    }

    boolean asksForCertificate() {
        return tls.asksForCertificate();
    }

    @Nullable String superUser() {
        return superUser;
    }

    /// Every connection of a port for TLS alone.
    void guard(ChannelPipeline pipeline, ClientHandler client) {
        pipeline.addLast(new TlsOrPlain(this, client, false));
        pipeline.addLast(client);
    }

    /// Every connection of a port for both: the first byte tells.
    void unify(ChannelPipeline pipeline, ClientHandler client) {
        pipeline.addLast(new TlsOrPlain(this, client, true));
        pipeline.addLast(client);
    }

    /// Begins a handshake, in front of the handler whose context this is, unless there are too many
    /// or it would be for nothing.
    ///
    /// @return false if the connection is to be closed
    boolean begin(ChannelHandlerContext gate, ClientHandler client) {
        if (dropsEarly && !client.isServed()) {
            LOG.debug("TLS handshake refused, nobody is served channel={}", gate.channel());
            return false;
        }
        int current = handshakes.incrementAndGet();
        if (handshakesMax > 0 && current > handshakesMax) {
            handshakes.decrementAndGet();
            client.events().tlsRefused();
            LOG.warn(
                    "connection refused peer={} reason=\"{} TLS handshakes are under way,"
                            + " netty.server.outstandingHandshake.limit\"",
                    gate.channel().remoteAddress(),
                    handshakesMax);
            return false;
        }
        var handler = new SslHandler(tls.serverEngine(addressOf(gate)), arithmetic);
        handler.handshakeFuture().addListener(done -> handshakes.decrementAndGet());
        gate.pipeline().addBefore(gate.name(), null, handler);
        return true;
    }

    private static InetAddress addressOf(ChannelHandlerContext context) {
        return context.channel().remoteAddress() instanceof InetSocketAddress address
                ? address.getAddress()
                : InetAddress.getLoopbackAddress();
    }
}
