package io.banyan.server.net;

import io.banyan.server.log.RootCause;
import io.banyan.wire.Id;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Between the TLS of one connection and its client: who a certificate says it is, and one line for
/// a handshake that failed. No frame passes before the handshake is through.
final class TlsGate extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(TlsGate.class);

    private final TlsDoor door;
    private final ClientHandler client;
    private boolean told;

    TlsGate(TlsDoor door, ClientHandler client) {
        this.door = door;
        this.client = client;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        if (!door.begin(context, client)) {
            context.close();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent completion) {
            if (completion.isSuccess()) {
                client.identified(ids(context));
            } else {
                failed(context, completion.cause());
            }
            return;
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof DecoderException && cause.getCause() instanceof SSLException inner) {
            failed(context, inner);
        } else if (cause instanceof SSLException) {
            failed(context, cause);
        } else {
            context.fireExceptionCaught(cause);
        }
    }

    private List<Id> ids(ChannelHandlerContext context) {
        var ids = new ArrayList<Id>();
        if (door.asksForCertificate()) {
            try {
                var session = context.pipeline().get(SslHandler.class).engine().getSession();
                if (session.getPeerCertificates()[0] instanceof X509Certificate certificate) {
                    String subject = certificate.getSubjectX500Principal().getName();
                    if (subject.equals(door.superUser())) {
                        ids.add(new Id("super", subject));
                    }
                    ids.add(new Id("x509", subject));
                }
            } catch (SSLPeerUnverifiedException e) {
                LOG.debug("client without a certificate peer={}", context.channel());
            }
        }
        return ids;
    }

    private void failed(ChannelHandlerContext context, Throwable cause) {
        context.close();
        if (told) {
            return;
        }
        told = true;
        client.events().tlsFailed();
        if (cause instanceof ClosedChannelException) {
            // A port scan, or a client that does not like our certificate and says nothing.
            LOG.debug("TLS handshake broken off peer={}", context.channel().remoteAddress());
            return;
        }
        LOG.warn(
                "connection closed peer={} reason=\"TLS: {}\"",
                context.channel().remoteAddress(),
                reason(cause));
    }

    private static String reason(Throwable failure) {
        Throwable root = RootCause.of(failure);
        if (root instanceof CertificateExpiredException) {
            return "its certificate has expired, " + root.getMessage();
        }
        String message = RootCause.message(failure);
        return isUntrusted(failure) ? "its certificate is not trusted, " + message : message;
    }

    private static boolean isUntrusted(Throwable failure) {
        return failure instanceof CertificateException
                || (failure.getCause() != null && isUntrusted(failure.getCause()));
    }
}
