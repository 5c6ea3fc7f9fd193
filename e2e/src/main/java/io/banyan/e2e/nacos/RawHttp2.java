package io.banyan.e2e.nacos;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A connection of HTTP/2 by hand. Any thread writes; one reads.
final class RawHttp2 implements Closeable {
    static final int DATA = 0;
    static final int RST_STREAM = 3;

    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int WINDOW_UPDATE = 8;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int ACK = 1;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int FRAME_BYTES_MAX = 16_384;

    /// Of HPACK's static table.
    private static final int AUTHORITY = 1;

    private static final int METHOD_GET = 0x82;
    private static final int METHOD_POST = 0x83;
    private static final int PATH = 4;
    private static final int SCHEME_HTTP = 0x86;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private int lastStream = -1;

    @SuppressWarnings("ArrayRecordComponent") // read and dropped, never compared
    record Frame(int type, int flags, int stream, byte[] payload) {}

    /// @param window how many bytes of each answer it takes before it says more; with 0 the server
    ///   may send none
    RawHttp2(InetSocketAddress address, int window) throws IOException {
        socket = new Socket(address.getAddress(), address.getPort());
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        out = new DataOutputStream(socket.getOutputStream());
        synchronized (this) {
            out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
        }
        byte[] settings =
                ByteBuffer.allocate(6).putShort((short) INITIAL_WINDOW_SIZE).putInt(window).array();
        frame(SETTINGS, 0, 0, settings);
    }

    /// Sends the head of a request.
    ///
    /// @param whole whether it has no body
    /// @return the number of its stream
    synchronized int begin(String method, String path, boolean whole, @Nullable String contentType)
            throws IOException {
        var block = new ByteArrayOutputStream();
        block.write(method.equals("GET") ? METHOD_GET : METHOD_POST);
        block.write(SCHEME_HTTP);
        block.write(PATH);
        text(block, path);
        block.write(AUTHORITY);
        text(block, "nacos");
        if (contentType != null) {
            block.write(0);
            text(block, "content-type");
            text(block, contentType);
            block.write(0);
            text(block, "te");
            text(block, "trailers");
        }
        lastStream += 2;
        frame(HEADERS, END_HEADERS | (whole ? END_STREAM : 0), lastStream, block.toByteArray());
        return lastStream;
    }

    private static void text(ByteArrayOutputStream block, String text) {
        if (text.length() >= 0x7f) {
            throw new IllegalArgumentException("over 126 characters: " + text);
        }
        block.write(text.length());
        block.writeBytes(text.getBytes(US_ASCII));
    }

    /// Sends a part of a request's body.
    void data(int stream, byte[] bytes, boolean last) throws IOException {
        int at = 0;
        for (; bytes.length - at > FRAME_BYTES_MAX; at += FRAME_BYTES_MAX) {
            frame(DATA, 0, stream, Arrays.copyOfRange(bytes, at, at + FRAME_BYTES_MAX));
        }
        frame(DATA, last ? END_STREAM : 0, stream, Arrays.copyOfRange(bytes, at, bytes.length));
    }

    /// Lets the server send so much more.
    void took(int stream, int bytes) throws IOException {
        byte[] more = ByteBuffer.allocate(4).putInt(bytes).array();
        frame(WINDOW_UPDATE, 0, 0, more);
        frame(WINDOW_UPDATE, 0, stream, more);
    }

    private synchronized void frame(int type, int flags, int stream, byte[] payload)
            throws IOException {
        byte[] bytes =
                ByteBuffer.allocate(9 + payload.length)
                        .put((byte) (payload.length >> 16))
                        .putShort((short) payload.length)
                        .put((byte) type)
                        .put((byte) flags)
                        .putInt(stream)
                        .put(payload)
                        .array();
        out.write(bytes);
    }

    /// Reads the next frame; what the protocol wants to be answered is.
    ///
    /// @return null when the server has ended the connection
    @Nullable Frame read() throws IOException {
        try {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            var frame =
                    new Frame(
                            in.readUnsignedByte(),
                            in.readUnsignedByte(),
                            in.readInt(),
                            new byte[length]);
            in.readFully(frame.payload());
            if ((frame.flags() & ACK) == 0) {
                if (frame.type() == SETTINGS) {
                    frame(SETTINGS, ACK, 0, new byte[0]);
                } else if (frame.type() == PING) {
                    frame(PING, ACK, 0, frame.payload());
                }
            }
            return frame;
        } catch (EOFException | SocketException e) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
