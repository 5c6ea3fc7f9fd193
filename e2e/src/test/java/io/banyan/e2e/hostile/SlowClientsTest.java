package io.banyan.e2e.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.e2e.raw.JuteOut;
import io.banyan.e2e.raw.Op;
import io.banyan.e2e.raw.RawSession;
import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.ServerProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// One client that sends byte by byte and one that reads byte by byte, beside a busy one that must
/// not notice. `-De2e.byteMillis=1000 -De2e.slowSeconds=60` makes it as slow as clients really get.
@Tag("fast")
class SlowClientsTest {
    private static final int BYTE_MILLIS = Integer.getInteger("e2e.byteMillis", 10);
    private static final int SECONDS = Integer.getInteger("e2e.slowSeconds", 3);
    private static final int SESSION_MILLIS = 20_000;
    private static final Duration NOTICED = Duration.ofSeconds(5);

    static List<ServerKind> servers() {
        return ServerKind.tested();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void slowClientsHoldNobodyUp(ServerKind kind) throws Exception {
        var over = new AtomicBoolean();
        var moved = new AtomicLong();
        try (ServerProcess server = ServerProcess.start(kind, ServerConfig.standard());
                RawSession busy = RawSession.connect(server.port(), SESSION_MILLIS);
                Socket sender = open(server);
                Socket reader = open(server)) {
            assertThat(busy.create("/large", new byte[100_000])).isZero();
            OutputStream toReader = reader.getOutputStream();
            toReader.write(hello());
            for (int i = 1; i <= 20; i++) {
                JuteOut get = new JuteOut().i32(i).i32(Op.GET_DATA).str("/large").bool(false);
                toReader.write(new JuteOut().buf(get.bytes()).bytes());
            }
            Thread sending = Thread.ofVirtual().start(() -> drip(sender, over, moved));
            Thread reading = Thread.ofVirtual().start(() -> sip(reader, over, moved));
            long slowest = 0;
            long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
            int rounds = 0;
            while (System.nanoTime() < end) {
                long begin = System.nanoTime();
                assertThat(busy.create("/n" + rounds++, null)).isZero();
                assertThat(busy.children("/")).contains("large");
                slowest = Math.max(slowest, System.nanoTime() - begin);
            }
            over.set(true);
            sending.join();
            reading.join();

            assertThat(moved.get()).isPositive();
            assertThat(Duration.ofNanos(slowest)).isLessThan(NOTICED);
        }
    }

    private static Socket open(ServerProcess server) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(SESSION_MILLIS);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        return socket;
    }

    private static byte[] hello() {
        byte[] request = RawSession.connectRequest(0, SESSION_MILLIS, 0, new byte[16]);
        return new JuteOut().buf(request).bytes();
    }

    private static void drip(Socket socket, AtomicBoolean over, AtomicLong moved) {
        try {
            byte[] bytes = hello();
            for (int i = 0; i < bytes.length && !over.get(); i++) {
                socket.getOutputStream().write(bytes[i]);
                moved.incrementAndGet();
                LockSupport.parkNanos(BYTE_MILLIS * 1_000_000L);
            }
        } catch (IOException e) {
            // The server may lose its patience with such a client.
            return;
        }
    }

    private static void sip(Socket socket, AtomicBoolean over, AtomicLong moved) {
        try {
            InputStream in = socket.getInputStream();
            while (!over.get() && in.read() >= 0) {
                moved.incrementAndGet();
                LockSupport.parkNanos(BYTE_MILLIS * 1_000_000L);
            }
        } catch (IOException e) {
            // The server may lose its patience with such a client.
            return;
        }
    }
}
