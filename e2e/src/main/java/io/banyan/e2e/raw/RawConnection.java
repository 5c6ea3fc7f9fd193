package io.banyan.e2e.raw;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A TCP connection that speaks frames and nothing more. One thread sends, one takes; they may be
/// the same. A reader of its own queues what arrives, so that a server never waits for a slow test.
public final class RawConnection implements AutoCloseable {

    /// More than any server may send at once; a larger length is a broken stream.
    private static final int FRAME_BYTES_MAX = 64 << 20;

    private final Socket socket;
    private final LinkedBlockingQueue<Packet> arrived = new LinkedBlockingQueue<>();

    private RawConnection(Socket socket) {
        this.socket = socket;
    }

    private static final int CONNECT_MILLIS_MAX = 10_000;

    /// @throws IOException if nobody accepts within 10 s
    public static RawConnection open(int port) throws IOException {
        return open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /// @throws IOException if nobody accepts within 10 s
    public static RawConnection open(InetSocketAddress server) throws IOException {
        return open(server, CONNECT_MILLIS_MAX);
    }

    /// @throws IOException if nobody accepts in time
    public static RawConnection open(InetSocketAddress server, int millisMax) throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        try {
            socket.connect(server, millisMax);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        RawConnection connection = new RawConnection(socket);
        Thread.ofVirtual().name("raw-reader").start(connection::readAll);
        return connection;
    }

    private void readAll() {
        try {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            while (true) {
                int length = in.readInt();
                if (length < 0 || length > FRAME_BYTES_MAX) {
                    throw new IOException("frame length " + length);
                }
                byte[] payload = new byte[length];
                in.readFully(payload);
                arrived.add(new Packet.Frame(payload));
            }
        } catch (IOException e) {
            // End of stream and reset are the same to a client: the server has hung up.
            arrived.add(new Packet.Closed());
        }
    }

    /// Sends one frame. A connection that the server has closed already is noticed by [#take], not
    /// here.
    public void send(byte[] payload) {
        sendRaw(new JuteOut().i32(payload.length).raw(payload).bytes());
    }

    /// Sends bytes as they are.
    public void sendRaw(byte[] bytes) {
        try {
            OutputStream out = socket.getOutputStream();
            out.write(bytes);
            out.flush();
        } catch (IOException _) {
            // The reader sees the same end and tells it in its place among what arrived.
        }
    }

    /// The next thing that arrived; once [Packet.Closed] was given it is given again and again.
    ///
    /// @return null if nothing came in time
    public @Nullable Packet take(Duration limit) {
        try {
            Packet packet = arrived.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (packet instanceof Packet.Closed) {
                arrived.add(packet);
            }
            return packet;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /// No more bytes from us; we still read. A half-open connection.
    public void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException("closing a socket failed", e);
        }
    }
}
