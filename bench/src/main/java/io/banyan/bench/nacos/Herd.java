package io.banyan.bench.nacos;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Many listeners of one configuration, each with a connection of its own, read by one thread.
public final class Herd implements AutoCloseable {
    private static final int BUFFER_BYTES = 4 * 1024;

    private final Selector selector;
    private final List<SocketChannel> channels = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private volatile Round round = new Round(0);
    private volatile boolean stopped;

    /// Who was told of one change, and when.
    private static final class Round {
        private final long[] toldNanos;
        private final CountDownLatch left;

        Round(int count) {
            toldNanos = new long[count];
            left = new CountDownLatch(count);
        }
    }

    /// Connects.
    public Herd(InetSocketAddress address, int count) throws IOException {
        selector = Selector.open();
        for (int i = 0; i < count; i++) {
            SocketChannel channel = SocketChannel.open(address);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, i);
            channels.add(channel);
        }
        Thread.ofPlatform().name("herd").daemon().start(this::read);
    }

    /// Lets every listener hang.
    ///
    /// @param md5 of what they have
    public void listen(String dataId, String group, String md5) throws IOException {
        round = new Round(channels.size());
        String form = "Listening-Configs=" + dataId + "%02" + group + "%02" + md5 + "%01";
        String head =
                "POST /nacos/v1/cs/configs/listener HTTP/1.1\r\nHost: nacos\r\n"
                        + "Long-Pulling-Timeout: 600000\r\nContent-Type:"
                        + " application/x-www-form-urlencoded;charset=UTF-8\r\nContent-Length: "
                        + form.length()
                        + "\r\n\r\n"
                        + form;
        byte[] bytes = head.getBytes(StandardCharsets.UTF_8);
        for (SocketChannel each : channels) {
            var out = ByteBuffer.wrap(bytes);
            while (out.hasRemaining()) {
                each.write(out);
            }
        }
    }

    /// Waits until all were told.
    ///
    /// @param sinceNanos when the publication was sent
    /// @return nanoseconds for each listener, sorted
    public long[] awaitTold(long sinceNanos, int secondsMax)
            throws IOException, InterruptedException {
        Round now = round;
        if (!now.left.await(secondsMax, TimeUnit.SECONDS)) {
            throw new IOException(now.left.getCount() + " listeners were not told");
        }
        long[] nanos = Arrays.stream(now.toldNanos).map(at -> at - sinceNanos).toArray();
        Arrays.sort(nanos);
        return nanos;
    }

    private void read() {
        try {
            while (!stopped) {
                selector.select(this::onReadable, 100);
            }
        } catch (IOException e) {
            stopped = true;
        }
    }

    private void onReadable(SelectionKey key) {
        long now = System.nanoTime();
        try {
            buffer.clear();
            int count = ((SocketChannel) key.channel()).read(buffer);
            if (count < 0) {
                key.cancel();
                return;
            }
        } catch (IOException e) {
            key.cancel();
            return;
        }
        Round current = round;
        int index = (int) key.attachment();
        // An answer is one small packet; a second part of it does not count again.
        if (index < current.toldNanos.length && current.toldNanos[index] == 0) {
            current.toldNanos[index] = now;
            current.left.countDown();
        }
    }

    @Override
    public void close() throws IOException {
        stopped = true;
        for (SocketChannel each : channels) {
            each.close();
        }
        selector.close();
    }
}
