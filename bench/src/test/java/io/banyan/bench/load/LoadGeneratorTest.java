package io.banyan.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadGeneratorTest {
    @Test
    void everyRequestOfALimitedRunIsAnsweredAndCounted() throws Exception {
        try (var server = CannedServer.start(100)) {
            var generator = LoadGenerator.connect(List.of(server.address()), 7);

            var measured = generator.run(new Work.Get("/b", 50), Plan.exactly(10_001, 16));

            assertThat(measured.reads().getTotalCount()).isEqualTo(10_001);
            assertThat(measured.writes().getTotalCount()).isZero();
            assertThat(measured.issued()).isEqualTo(10_001);
            assertThat(measured.errors()).isZero();
            assertThat(measured.reads().getMaxValue()).isPositive();
            generator.abandon();
        }
    }

    @Test
    void mixedWorkSendsTheAskedShareOfReads() throws Exception {
        try (var server = CannedServer.start(100)) {
            var generator = LoadGenerator.connect(List.of(server.address()), 4);

            var measured =
                    generator.run(new Work.Mixed("/b", 50, 100, 90), Plan.exactly(20_000, 8));

            double readShare = measured.reads().getTotalCount() / 20_000.0;
            assertThat(readShare).isBetween(0.88, 0.92);
            assertThat(measured.count()).isEqualTo(20_000);
            generator.abandon();
        }
    }

    @Test
    void repliesLargerThanTheSharedBufferArriveWhole() throws Exception {
        try (var server = CannedServer.start(900_000)) {
            var generator = LoadGenerator.connect(List.of(server.address()), 2);

            var measured = generator.run(new Work.Get("/b", 5), Plan.exactly(20, 1));

            assertThat(measured.count()).isEqualTo(20);
            generator.abandon();
        }
    }

    @Test
    void requestsThatTheSocketDoesNotTakeAtOnceAreSentLater() throws Exception {
        try (var server = CannedServer.start(10)) {
            var generator = LoadGenerator.connect(List.of(server.address()), 1);

            var measured = generator.run(new Work.Set("/b", 5, 60_000), Plan.exactly(4_000, 1_000));

            assertThat(measured.writes().getTotalCount()).isEqualTo(4_000);
            generator.abandon();
        }
    }

    @Test
    void pacedRunSendsAtItsRateAndCountsFromWhenARequestWasDue() throws Exception {
        try (var server = CannedServer.start(100)) {
            var generator = LoadGenerator.connect(List.of(server.address()), 4);

            var measured = generator.run(new Work.Get("/b", 5), Plan.paced(4, 8_000, 50, 500));

            // The number of bursts that are due is arithmetic; it does not depend on speed.
            assertThat(measured.issued()).isBetween(4_396, 4_404);
            assertThat(measured.count()).isBetween(3_996L, 4_004L);
            generator.abandon();
        }
    }

    @Test
    void pingsAreMatchedByTheirReservedXid() throws Exception {
        try (var server = CannedServer.start(0)) {
            var generator = LoadGenerator.connect(List.of(server.address()), 3);

            var measured = generator.run(new Work.Ping(), Plan.exactly(300, 2));

            assertThat(measured.count()).isEqualTo(300);
            generator.abandon();
        }
    }

    @Test
    void replyOutOfOrderFailsTheRun() throws Exception {
        try (var listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var peer = Thread.ofVirtual().start(() -> answerSecondRequestFirst(listener));
            var address = new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
            var generator = LoadGenerator.connect(List.of(address), 1);

            assertThatThrownBy(() -> generator.run(new Work.Get("/b", 5), Plan.exactly(2, 2)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("reply 2 where 1 was next");
            generator.abandon();
            peer.join();
        }
    }

    @Test
    void serverThatClosesAConnectionFailsTheRun() throws Exception {
        try (var listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var peer = Thread.ofVirtual().start(() -> closeAtOnce(listener));
            var address = new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());

            assertThatThrownBy(() -> LoadGenerator.connect(List.of(address), 1))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("instead of accepting a session");
            peer.join();
        }
    }

    @Test
    void aPlanThatCannotRunIsRefused() {
        assertThatThrownBy(() -> Plan.closedLoop(0, 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("depth=0");
        assertThatThrownBy(() -> Plan.paced(1, -1, 1, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Work.Mixed("/b", 1, 1, 101))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("101");
    }

    private static void answerSecondRequestFirst(ServerSocket listener) {
        try (Socket socket = listener.accept()) {
            var in = new java.io.DataInputStream(socket.getInputStream());
            in.readFully(new byte[in.readInt()]);
            socket.getOutputStream().write(handshake());
            in.readFully(new byte[in.readInt()]);
            in.readFully(new byte[in.readInt()]);
            var reply = ByteBuffer.allocate(20).putInt(16).putInt(2).putLong(1).putInt(0);
            socket.getOutputStream().write(reply.array());
            assertThat(in.read()).isEqualTo(-1);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void closeAtOnce(ServerSocket listener) {
        try (Socket socket = listener.accept()) {
            socket.getInputStream().readNBytes(49);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static byte[] handshake() {
        return ByteBuffer.allocate(41)
                .putInt(37)
                .putInt(0)
                .putInt(30_000)
                .putLong(7)
                .putInt(16)
                .array();
    }
}
