package io.banyan.server.peer;

import io.banyan.server.log.RootCause;
import io.banyan.server.tls.TlsContext;
import io.banyan.server.tls.TlsRecord;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/// TLS between servers. While an ensemble goes over to it, some dial with TLS and some without:
/// then the first byte of who comes in tells.
public final class TlsGuard implements PeerGuard {
    private final TlsContext tls;
    private final boolean dialsWithTls;
    private final boolean plainToo;
    private final int handshakeMillisMax;

    /// @param dialsWithTls `sslQuorum`
    /// @param plainToo `portUnification`
    /// @param handshakeMillisMax of a handshake's silence
    public TlsGuard(
            TlsContext tls, boolean dialsWithTls, boolean plainToo, int handshakeMillisMax) {
        this.tls = tls;
        this.dialsWithTls = dialsWithTls;
        this.plainToo = plainToo;
        this.handshakeMillisMax = handshakeMillisMax;
    }

    @Override
    public Socket dialled(Socket plain, String host) throws IOException {
        return dialsWithTls ? shaken(plain, tls.dialled(plain, host)) : plain;
    }

    @Override
    public Socket accepted(Socket plain) throws IOException {
        int first = firstByte(plain);
        if (TlsRecord.isHandshake(first)) {
            var read = new ByteArrayInputStream(new byte[] {(byte) first});
            return shaken(plain, tls.accepted(plain, read));
        }
        if (!plainToo) {
            throw new IOException(
                    "it speaks plaintext, and this server does not: set sslQuorum=true there, or"
                            + " portUnification=true here");
        }
        return GuardedSocket.unread(plain, new byte[] {(byte) first}, 1);
    }

    private int firstByte(Socket plain) throws IOException {
        plain.setSoTimeout(tls.detectionMillisMax());
        try {
            int first = plain.getInputStream().read();
            if (first < 0) {
                throw new EOFException("it ended before it said anything");
            }
            return first;
        } catch (SocketTimeoutException e) {
            throw new SocketTimeoutException(
                    "it said nothing for " + tls.detectionMillisMax() + " ms");
        } finally {
            plain.setSoTimeout(0);
        }
    }

    private Socket shaken(Socket plain, SSLSocket socket) throws IOException {
        plain.setSoTimeout(handshakeMillisMax);
        try {
            socket.startHandshake();
        } catch (SSLException e) {
            throw new SSLException("TLS: " + RootCause.message(e), e);
        }
        plain.setSoTimeout(0);
        return new GuardedSocket(plain, socket.getInputStream(), socket.getOutputStream());
    }
}
