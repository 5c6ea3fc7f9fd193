package io.banyan.server.peer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/// A socket with other streams than its own: those of TLS, or its own with bytes that were read
/// already.
///
/// It is closed as the socket below is, at once. TLS would wait for a writer that hangs, and tell
/// the other end what it sees anyway.
final class GuardedSocket extends Socket {
    private final Socket below;
    private final InputStream in;
    private final OutputStream out;

    GuardedSocket(Socket below, InputStream in, OutputStream out) {
        this.below = below;
        this.in = in;
        this.out = out;
    }

    /// With bytes that were read from it already, to be read again.
    static Socket unread(Socket below, byte[] bytes, int length) throws IOException {
        if (length == 0) {
            return below;
        }
        var in = new PushbackInputStream(below.getInputStream(), length);
        in.unread(bytes, 0, length);
        return new GuardedSocket(below, in, below.getOutputStream());
    }

    @Override
    public InputStream getInputStream() {
        return in;
    }

    @Override
    public OutputStream getOutputStream() {
        return out;
    }

    @Override
    public void close() throws IOException {
        below.close();
    }

    @Override
    public boolean isClosed() {
        return below.isClosed();
    }

    @Override
    public boolean isConnected() {
        return below.isConnected();
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        below.setSoTimeout(millis);
    }

    @Override
    public int getSoTimeout() throws SocketException {
        return below.getSoTimeout();
    }

    @Override
    public void setTcpNoDelay(boolean on) throws SocketException {
        below.setTcpNoDelay(on);
    }

    @Override
    public void setKeepAlive(boolean on) throws SocketException {
        below.setKeepAlive(on);
    }

    @Override
    public @Nullable SocketAddress getRemoteSocketAddress() {
        return below.getRemoteSocketAddress();
    }

    @Override
    public @Nullable InetAddress getInetAddress() {
        return below.getInetAddress();
    }

    @Override
    public int getPort() {
        return below.getPort();
    }
}
