package io.banyan.bench.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One connection with its session: what is in flight, and bytes that a socket call left over.
///
/// Confined to the generator's thread. Ten thousand of them must be cheap, so buffers exist only
/// while something is left over.
final class Connection {
    final int index;

    /// False until the server has accepted the session.
    boolean open;

    /// True once the end of the session was asked for: then the server closing is no error.
    boolean closing;

    private final SocketChannel channel;
    private final SelectionKey key;

    /// When each request in flight was sent (or due), by xid modulo the length, which is a power of
    /// two. The lowest bit tells a write from a read: a nanosecond is not missed.
    private long[] sentNanos = new long[0];

    private int nextXid = 1;
    private int answeredXid;
    private byte[] unreadTail = new byte[0];
    private int unreadCount;
    private @Nullable ByteBuffer unwritten;

    /// Connects and waits for it; the handshake is sent but not awaited.
    Connection(int index, InetSocketAddress server, Selector selector, byte[] handshake)
            throws IOException {
        this.index = index;
        this.channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(server);
            channel.configureBlocking(false);
            key = channel.register(selector, SelectionKey.OP_READ, this);
            var frame = ByteBuffer.wrap(handshake);
            channel.write(frame);
            if (frame.hasRemaining()) {
                throw new IOException("a fresh socket to " + server + " took no whole handshake");
            }
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    int inFlight() {
        return nextXid - 1 - answeredXid;
    }

    /// Makes room for `requests` in flight. Only between runs, when nothing is.
    void reserve(int requests) {
        if (inFlight() != 0) {
            throw new IllegalStateException(inFlight() + " requests in flight");
        }
        if (sentNanos.length < requests) {
            sentNanos = new long[Integer.highestOneBit(Math.max(1, requests - 1)) * 2];
        }
    }

    /// Takes the next xid for a request sent or due at `nanos`.
    int begin(long nanos, boolean write) {
        int xid = nextXid++;
        sentNanos[xid & (sentNanos.length - 1)] = write ? nanos | 1 : nanos & ~1L;
        return xid;
    }

    /// The reply to the oldest request came: its xid.
    int answered() {
        return ++answeredXid;
    }

    /// When the request was sent, with the mark of a write in the lowest bit.
    long sentNanos(int xid) {
        return sentNanos[xid & (sentNanos.length - 1)];
    }

    /// Reads what there is behind the tail of the last read.
    ///
    /// @param in emptied first; afterwards holds bytes from 0 to its position
    /// @return false at the end of the stream
    boolean read(ByteBuffer in) throws IOException {
        in.clear();
        in.put(unreadTail, 0, unreadCount);
        unreadCount = 0;
        return channel.read(in) >= 0;
    }

    /// Keeps the beginning of a frame whose rest has not come.
    void keepUnread(ByteBuffer in, int from, int end) {
        int count = end - from;
        if (unreadTail.length < count) {
            unreadTail = new byte[Math.max(count, 512)];
        }
        in.get(from, unreadTail, 0, count);
        unreadCount = count;
    }

    /// Sends what is between 0 and the buffer's position, or keeps what the socket does not take.
    void write(ByteBuffer out) throws IOException {
        out.flip();
        if (unwritten == null) {
            channel.write(out);
            if (!out.hasRemaining()) {
                return;
            }
            key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        }
        int kept = unwritten == null ? 0 : unwritten.remaining();
        var rest = ByteBuffer.allocate(kept + out.remaining());
        if (unwritten != null) {
            rest.put(unwritten);
        }
        unwritten = rest.put(out).flip();
    }

    void onWritable() throws IOException {
        if (unwritten != null) {
            channel.write(unwritten);
            if (unwritten.hasRemaining()) {
                return;
            }
            unwritten = null;
        }
        key.interestOps(SelectionKey.OP_READ);
    }

    void close() throws IOException {
        sentNanos = new long[0];
        unreadTail = Arrays.copyOf(unreadTail, 0);
        channel.close();
    }
}
