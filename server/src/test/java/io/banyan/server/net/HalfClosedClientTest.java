package io.banyan.server.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.banyan.server.BanyanServer;
import io.banyan.server.net.NettyFront.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Clients that say that they send nothing more, on each transport that this machine has.
final class HalfClosedClientTest {
    private static final int WAIT_MILLIS_MAX = 60_000;
    private static final int ROUNDS = 20;

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aWordIsAnsweredToAClientThatSendsNothingMore(Kind kind) throws IOException {
        assumeTrue(NettyFront.isAvailable(kind));
        try (BanyanServer server = server(kind)) {
            for (int i = 0; i < ROUNDS; i++) {
                assertThat(answer(server, "srvr".getBytes(US_ASCII)))
                        .startsWith("Zookeeper version: 3.9.")
                        .contains("Node count: ");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void halfAFrameOfAClientThatSendsNothingMoreEndsItsConnection(Kind kind) throws IOException {
        assumeTrue(NettyFront.isAvailable(kind));
        try (BanyanServer server = server(kind)) {
            assertThat(answer(server, new byte[] {0, 0, 0, 45, 0, 0})).isEmpty();
        }
    }

    private static BanyanServer server(Kind kind) throws IOException {
        String transport = kind.name().toLowerCase(Locale.ROOT);
        return BanyanServer.builder().property("banyan.transport", transport).start();
    }

    /// What comes until the server closes the connection.
    private static String answer(BanyanServer server, byte[] question) throws IOException {
        var loopback = InetAddress.getLoopbackAddress();
        try (var socket = new Socket(loopback, server.clientPort());
                OutputStream out = socket.getOutputStream();
                InputStream in = socket.getInputStream()) {
            socket.setSoTimeout(WAIT_MILLIS_MAX);
            out.write(question);
            socket.shutdownOutput();
            return new String(in.readAllBytes(), US_ASCII);
        }
    }
}
