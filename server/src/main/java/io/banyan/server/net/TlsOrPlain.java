package io.banyan.server.net;

import io.banyan.server.tls.TlsRecord;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Decides by the first byte of a connection whether it is TLS, and is gone then. Without TLS it is
/// served (`client.portUnification`) or told off.
final class TlsOrPlain extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(TlsOrPlain.class);

    private final TlsDoor door;
    private final ClientHandler client;
    private final boolean plainToo;

    TlsOrPlain(TlsDoor door, ClientHandler client, boolean plainToo) {
        this.door = door;
        this.client = client;
        this.plainToo = plainToo;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var bytes = (ByteBuf) message;
        if (!bytes.isReadable()) {
            bytes.release();
            return;
        }
        boolean tls = TlsRecord.isHandshake(bytes.getByte(bytes.readerIndex()));
        if (!tls && !plainToo) {
            bytes.release();
            client.events().tlsFailed();
            LOG.warn(
                    "connection closed peer={} reason=\"it speaks plaintext, and this port is for TLS:"
                            + " zookeeper.client.secure=true makes ZooKeeper's client speak it\"",
                    context.channel().remoteAddress());
            context.pipeline().remove(this);
            context.close();
            return;
        }
        if (tls) {
            context.pipeline().addAfter(context.name(), null, new TlsGate(door, client));
        }
        // To whoever stands behind now: the handshake, or the client.
        context.fireChannelRead(message);
        context.pipeline().remove(this);
    }
}
