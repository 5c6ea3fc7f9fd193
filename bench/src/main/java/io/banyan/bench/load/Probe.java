package io.banyan.bench.load;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Asks once whether a server serves: a new session, and one read in it.
public final class Probe {
    private static final int CONNECT_MILLIS = 1_000;
    private static final int WORD_MILLIS = 5_000;
    private static final int SESSION_TIMEOUT_MILLIS = 4_000;
    private static final int REPLY_BYTES_MAX = 1 << 20;

    private Probe() {}

    /// Opens a session, reads one znode, ends the session.
    ///
    /// @param patienceMillis how long each reply may take
    /// @throws IOException if the server does not listen, does not accept the session, does not
    ///   have the znode, or is silent
    public static void read(InetSocketAddress server, String path, int patienceMillis)
            throws IOException {
        try (var socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(patienceMillis);
            socket.connect(server, CONNECT_MILLIS);
            var in = new DataInputStream(socket.getInputStream());
            socket.getOutputStream().write(RequestFrame.connect(SESSION_TIMEOUT_MILLIS));
            if (frame(in).getInt(4) == 0) {
                throw new IOException("the server refused a new session");
            }
            send(socket, RequestFrame.getDataOf(path, false), 1);
            int error = frame(in).getInt(12);
            if (error != 0) {
                throw new IOException("reading " + path + " gave error " + error);
            }
            send(socket, RequestFrame.closeSession(), 2);
            frame(in);
        }
    }

    /// Asks a four-letter word.
    ///
    /// @return all that the server wrote
    public static String word(InetSocketAddress server, String word) throws IOException {
        try (var socket = new Socket()) {
            socket.setSoTimeout(WORD_MILLIS);
            socket.connect(server, CONNECT_MILLIS);
            socket.getOutputStream().write(word.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static void send(Socket socket, RequestFrame request, int xid) throws IOException {
        var out = ByteBuffer.allocate(request.lengthBytes());
        request.put(out, xid, 0);
        socket.getOutputStream().write(out.array());
    }

    private static ByteBuffer frame(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 16 || length > REPLY_BYTES_MAX) {
            throw new IOException("a reply of " + length + " bytes");
        }
        return ByteBuffer.wrap(in.readNBytes(length));
    }
}
