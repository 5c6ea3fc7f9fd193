package io.banyan.e2e.nacos;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// What lies between clients and one server's Nacos ports, and can be pulled out: then nothing goes
/// through it any more, in either direction, and nobody is told.
final class Cable implements Closeable {
    private static final int GRPC_OFFSET = 1000;
    private static final int BUFFER_BYTES = 16 * 1024;

    private final List<Closeable> open = new CopyOnWriteArrayList<>();
    private final int port;
    private volatile boolean pulled;

    /// @param serverPort of HTTP; the one of gRPC belongs to it
    Cable(int serverPort) throws IOException {
        port = Servers.freePort();
        for (int offset : new int[] {0, GRPC_OFFSET}) {
            var listening = new ServerSocket(port + offset, 0, InetAddress.getLoopbackAddress());
            open.add(listening);
            Thread.ofVirtual().start(() -> accept(listening, serverPort + offset));
        }
    }

    /// Where clients connect, as they are configured.
    String address() {
        return "127.0.0.1:" + port;
    }

    void pull() {
        pulled = true;
    }

    private void accept(ServerSocket listening, int serverPort) {
        try {
            while (true) {
                Socket client = listening.accept();
                open.add(client);
                var server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                open.add(server);
                Thread.ofVirtual().start(() -> carry(client, server));
                Thread.ofVirtual().start(() -> carry(server, client));
            }
        } catch (IOException e) {
            // Closed: so ends a cable.
        }
    }

    private void carry(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            var buffer = new byte[BUFFER_BYTES];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (!pulled) {
                    out.write(buffer, 0, read);
                }
            }
            if (!pulled) {
                from.close();
                to.close();
            }
        } catch (IOException e) {
            // One side hung up; the other one is told, if there is a way to tell it.
            if (!pulled) {
                closeQuietly(from);
                closeQuietly(to);
            }
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        for (Closeable each : open) {
            each.close();
        }
    }
}
