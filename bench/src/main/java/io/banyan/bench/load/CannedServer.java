package io.banyan.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/// A server that accepts every session and answers every request with the same reply, whatever was
/// asked: what the socket layer alone costs, and so the ceiling of the generator.
///
/// Runs on a thread of its own from {@link #start} to {@link #close}. The reply is that of getData.
public final class CannedServer implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 17;
    private static final int HANDSHAKE_BYTES = 41;
    private static final int STAT_BYTES = 68;
    private static final int BACKLOG = 1024;

    private final ServerSocketChannel listener;
    private final Selector selector;
    private final byte[] reply;
    private final ByteBuffer out = ByteBuffer.allocateDirect(1 << 20);
    private final Thread thread;
    private long zxid;

    private CannedServer(int dataBytes) throws IOException {
        listener = ServerSocketChannel.open();
        selector = Selector.open();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
        var frame = ByteBuffer.allocate(4 + 16 + 4 + dataBytes + STAT_BYTES);
        frame.putInt(frame.capacity() - 4).position(20).putInt(dataBytes);
        reply = frame.array();
        thread = Thread.ofPlatform().name("canned-server").unstarted(this::serve);
    }

    /// Listens on a free port of the loopback interface.
    public static CannedServer start(int dataBytes) throws IOException {
        var server = new CannedServer(dataBytes);
        server.thread.start();
        return server;
    }

    public InetSocketAddress address() throws IOException {
        return (InetSocketAddress) listener.getLocalAddress();
    }

    /// Closes every connection and waits for the thread to end.
    @Override
    public void close() throws IOException {
        selector.close();
        listener.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve() {
        try {
            while (selector.isOpen()) {
                selector.select(this::onReady);
            }
        } catch (java.nio.channels.ClosedSelectorException e) {
            // close() was called between the check and the select: the end that was asked for.
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void onReady(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                accept();
            } else {
                onReadable((SocketChannel) key.channel(), (Peer) key.attachment());
            }
        } catch (IOException e) {
            // A client that goes away ends its own connection only.
            key.cancel();
        }
    }

    private void accept() throws IOException {
        SocketChannel channel = listener.accept();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, new Peer());
    }

    private void onReadable(SocketChannel channel, Peer peer) throws IOException {
        ByteBuffer in = peer.in;
        if (channel.read(in) < 0) {
            channel.close();
            return;
        }
        int end = in.position();
        int at = 0;
        out.clear();
        while (end - at >= 4 && in.getInt(at) <= end - at - 4) {
            if (out.remaining() < reply.length) {
                flush(channel);
            }
            answer(peer, in, at);
            at += 4 + in.getInt(at);
        }
        in.limit(end).position(at);
        in.compact();
        flush(channel);
    }

    private void answer(Peer peer, ByteBuffer in, int at) {
        zxid++;
        int start = out.position();
        if (!peer.greeted) {
            peer.greeted = true;
            out.put(new byte[HANDSHAKE_BYTES]);
            out.putInt(start, HANDSHAKE_BYTES - 4);
            out.putInt(start + 8, 30_000);
            out.putLong(start + 12, zxid);
            out.putInt(start + 20, 16);
        } else {
            out.put(reply);
            out.putInt(start + 4, in.getInt(at + 4));
            out.putLong(start + 8, zxid);
        }
    }

    /// The generator bounds what is in flight, so waiting for its reads here ends.
    private void flush(SocketChannel channel) throws IOException {
        out.flip();
        while (out.hasRemaining()) {
            if (!selector.isOpen()) {
                throw new ClosedChannelException();
            }
            channel.write(out);
        }
        out.clear();
    }

    private static final class Peer {
        final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES);
        boolean greeted;
    }
}
