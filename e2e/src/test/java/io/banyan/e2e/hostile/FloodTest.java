package io.banyan.e2e.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import io.banyan.e2e.raw.RawSession;
import io.banyan.e2e.server.FourLetter;
import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.ServerProcess;
import io.banyan.e2e.server.Waiting;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// As many clients at once as after a network came back: each gets its session, and those who are
/// there already are served meanwhile.
@Tag("fast")
class FloodTest {
    private static final int CLIENTS = 10_000;
    private static final int OTHER_FILES = 1_000;
    private static final int SESSION_MILLIS = 60_000;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @Test
    void tenThousandClientsAtOnceGetTheirSessionsAndOthersAreServed() throws Exception {
        ServerConfig config =
                ServerConfig.standard().with("maxSessionTimeout", String.valueOf(SESSION_MILLIS));
        int clients = (int) Math.min(CLIENTS, openFilesMax() - OTHER_FILES);
        try (ServerProcess server = ServerProcess.start(ServerKind.BANYAN, config);
                RawSession other = RawSession.connect(server.port(), SESSION_MILLIS)) {
            var over = new AtomicBoolean();
            CompletableFuture<Long> served =
                    CompletableFuture.supplyAsync(() -> readUntil(over, other));

            try (var flood = new Flood(server.port(), clients)) {
                flood.run();

                assertThat(flood.granted).isEqualTo(clients);
                assertThat(connections(server.port())).isGreaterThanOrEqualTo(clients);
            } finally {
                over.set(true);
            }

            assertThat(served.join()).isPositive();
            Waiting.until(
                    () -> "the connections to go", LIMIT, () -> connections(server.port()) < 5);
            assertThat(other.children("/")).contains("zookeeper");
        }
    }

    private static long readUntil(AtomicBoolean over, RawSession session) {
        long reads = 0;
        try {
            for (; !over.get(); reads++) {
                session.children("/");
            }
        } catch (RawSession.Lost e) {
            throw new AssertionError("after " + reads + " reads", e);
        }
        return reads;
    }

    private static long openFilesMax() {
        var system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return system.getMaxFileDescriptorCount();
    }

    private static long connections(int port) throws IOException {
        return FourLetter.ask(port, "mntr")
                .lines()
                .filter(line -> line.startsWith("zk_num_alive_connections"))
                .mapToLong(line -> (long) Double.parseDouble(line.split("\t")[1]))
                .findFirst()
                .orElseThrow();
    }

    /// All connections are opened at once, and each sends its handshake when it is there.
    private static final class Flood implements AutoCloseable {
        private static final int REPLY_BYTES = 4 + 37;

        private final InetSocketAddress server;
        private final int clients;
        private final Selector selector = Selector.open();
        private int granted;

        Flood(int port, int clients) throws IOException {
            this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            this.clients = clients;
        }

        void run() throws IOException {
            for (int i = 0; i < clients; i++) {
                var channel = SocketChannel.open();
                channel.configureBlocking(false);
                channel.connect(server);
                channel.register(
                        selector, SelectionKey.OP_CONNECT, ByteBuffer.allocate(REPLY_BYTES));
            }
            byte[] request = RawSession.connectRequest(0, SESSION_MILLIS, 0, new byte[16]);
            ByteBuffer hello = ByteBuffer.allocate(4 + request.length);
            hello.putInt(request.length).put(request).flip();
            long end = System.nanoTime() + LIMIT.toNanos();
            while (granted < clients && System.nanoTime() - end < 0) {
                selector.select(key -> step(key, hello.duplicate()), 1_000);
            }
        }

        private void step(SelectionKey key, ByteBuffer hello) {
            var channel = (SocketChannel) key.channel();
            var reply = (ByteBuffer) key.attachment();
            try {
                if (key.isConnectable()) {
                    channel.finishConnect();
                    channel.write(hello);
                    key.interestOps(SelectionKey.OP_READ);
                } else if (channel.read(reply) < 0) {
                    throw new IOException("the server hung up");
                } else if (!reply.hasRemaining()) {
                    int timeout = reply.getInt(8);
                    assertThat(timeout).isEqualTo(SESSION_MILLIS);
                    granted++;
                    key.interestOps(0);
                }
            } catch (IOException e) {
                throw new AssertionError("after " + granted + " sessions", e);
            }
        }

        @Override
        public void close() throws IOException {
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        }
    }
}
