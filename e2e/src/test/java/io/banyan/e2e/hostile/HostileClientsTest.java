package io.banyan.e2e.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.e2e.raw.JuteOut;
import io.banyan.e2e.raw.Op;
import io.banyan.e2e.raw.Packet;
import io.banyan.e2e.raw.RawConnection;
import io.banyan.e2e.raw.RawSession;
import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.ServerProcess;
import io.banyan.e2e.server.Shared;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Clients that are broken, slow or malicious: each is got rid of, and the others are served on.
@Tag("fast")
class HostileClientsTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int SESSION_MILLIS = 20_000;

    static List<ServerKind> servers() {
        return ServerKind.tested();
    }

    static List<Arguments> firstBytes() {
        List<Arguments> all = new ArrayList<>();
        for (ServerKind kind : ServerKind.tested()) {
            for (String hex :
                    List.of(
                            "ffffffff",
                            "80000000",
                            "7fffffff",
                            "00000000",
                            "00000004deadbeef",
                            // A request where the handshake is due.
                            "0000000c000000010000000300000000",
                            // A handshake whose password is longer than its frame.
                            "0000002d0000000000000000000000000000271000000000000000007fffffff"
                                    + "0000000000000000000000000000000000",
                            "474554202f20485454502f312e310d0a0d0a")) {
                all.add(Arguments.of(kind, hex));
            }
        }
        return all;
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("firstBytes")
    void nonsenseBeforeTheHandshakeEndsTheConnection(ServerKind kind, String hex) throws Exception {
        int port = Shared.server(kind).port();
        try (RawConnection connection = RawConnection.open(port)) {
            connection.sendRaw(HexFormat.of().parseHex(hex));

            assertThat(connection.take(LIMIT)).isInstanceOf(Packet.Closed.class);
        }
        assertServed(port);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aHalfSentFrameHoldsNobodyUp(ServerKind kind) throws Exception {
        int port = Shared.server(kind).port();
        try (RawConnection half = RawConnection.open(port)) {
            half.sendRaw(HexFormat.of().parseHex("0000002d000000"));

            assertServed(port);

            half.shutdownOutput();
            assertThat(half.take(LIMIT)).isInstanceOf(Packet.Closed.class);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aHandshakeByteByByteWorks(ServerKind kind) throws Exception {
        int port = Shared.server(kind).port();
        byte[] request = RawSession.connectRequest(0, SESSION_MILLIS, 0, new byte[16]);
        byte[] whole = new JuteOut().buf(request).bytes();
        try (RawConnection connection = RawConnection.open(port)) {
            for (byte one : whole) {
                connection.sendRaw(new byte[] {one});
            }

            assertThat(connection.take(LIMIT)).isInstanceOf(Packet.Frame.class);
        }
    }

    /// It asks for 100 KB again and again and never reads: the server must neither stop serving
    /// others nor keep all the answers.
    @ParameterizedTest
    @MethodSource("servers")
    void aClientThatNeverReadsHoldsNobodyUp(ServerKind kind) throws Exception {
        int port = Shared.server(kind).port();
        String path = Shared.path();
        try (RawSession session = RawSession.connect(port, SESSION_MILLIS)) {
            assertThat(session.create(path, new byte[100_000])).isZero();
        }
        try (Socket deaf = new Socket()) {
            deaf.setReceiveBufferSize(4096);
            deaf.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            byte[] request = RawSession.connectRequest(0, SESSION_MILLIS, 0, new byte[16]);
            deaf.getOutputStream().write(new JuteOut().buf(request).bytes());
            JuteOut reads = new JuteOut();
            for (int i = 1; i <= 3_000; i++) {
                reads.buf(new JuteOut().i32(i).i32(Op.GET_DATA).str(path).bool(false).bytes());
            }
            Thread writer =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    deaf.getOutputStream().write(reads.bytes());
                                } catch (IOException e) {
                                    // The server may hang up on such a client.
                                }
                            });

            for (int i = 0; i < 50; i++) {
                assertServed(port);
            }
            deaf.close();
            writer.join();
        }
        assertServed(port);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aThousandConnectionsAtOnceAreServed(ServerKind kind) throws Exception {
        int port = Shared.server(kind).port();
        int count = Integer.getInteger("e2e.connections", 1_000);
        List<RawConnection> connections = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                connections.add(RawConnection.open(port));
            }
            byte[] request = RawSession.connectRequest(0, SESSION_MILLIS, 0, new byte[16]);
            connections.forEach(connection -> connection.send(request));
            for (RawConnection connection : connections) {
                assertThat(connection.take(Duration.ofSeconds(60)))
                        .isInstanceOf(Packet.Frame.class);
            }
            assertServed(port);
        } finally {
            connections.forEach(RawConnection::close);
        }
        assertServed(port);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aSessionThatFallsSilentExpiresWithItsEphemeralNodes(ServerKind kind) throws Exception {
        try (ServerProcess server = ServerProcess.start(kind, ServerConfig.standard());
                RawSession watching = RawSession.connect(server.port(), 10_000);
                RawSession silent = RawSession.connect(server.port(), 1_000)) {
            assertThat(silent.create("/silent", null, 1).err()).isZero();
            assertThat(silent.timeoutMillis()).isEqualTo(1_000);
            watching.call(Op.EXISTS, new JuteOut().str("/silent").bool(true));

            RawSession.Event event = watching.takeEvent();

            assertThat(event.type()).isEqualTo(2);
            assertThat(event.path()).isEqualTo("/silent");
            assertThat(RawSession.resume(server.port(), 1_000, 0, silent.id(), silent.password()))
                    .isEmpty();
        }
    }

    private static void assertServed(int port) throws IOException {
        try (RawSession session = RawSession.connect(port, SESSION_MILLIS)) {
            assertThat(session.children("/")).contains("zookeeper");
            session.endSession();
        }
    }
}
