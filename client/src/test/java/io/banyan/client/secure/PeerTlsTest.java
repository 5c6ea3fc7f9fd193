package io.banyan.client.secure;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.client.Banyan;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Servers that talk TLS with each other.
final class PeerTlsTest {
    private static final String PASSWORD = "storepass";

    @TempDir Path directory;
    private Trio trio;
    private Pki pki;
    private Path trusted;

    @BeforeEach
    void prepare() throws Exception {
        pki = new Pki(directory);
        trusted = pki.trustStore("trusted.p12", PASSWORD);
        trio = new Trio(directory);
    }

    @AfterEach
    void stop() {
        trio.close();
    }

    private void start(int id, Pki authority, String keys) throws Exception {
        Path store =
                authority.keyStore(
                        "server" + id + ".p12", authority.identity("CN=s" + id), PASSWORD);
        trio.start(
                id,
                "ssl.quorum.keyStore.location="
                        + store
                        + "\nssl.quorum.keyStore.password="
                        + PASSWORD
                        + "\nssl.quorum.trustStore.location="
                        + trusted
                        + "\nssl.quorum.trustStore.password="
                        + PASSWORD
                        + "\n"
                        + keys,
                Map.of());
    }

    @Test
    void anEnsembleServesAndLetsNoPlaintextIn() throws Exception {
        try (LoggedLines lines = new LoggedLines()) {
            for (int id = 1; id <= 3; id++) {
                start(id, pki, "sslQuorum=true\n");
            }
            try (Banyan one = trio.client(1);
                    Banyan three = trio.client(3)) {
                one.create("/a", "hi".getBytes(US_ASCII));
                three.sync("/");

                assertThat(three.get("/a").text()).isEqualTo("hi");
            }
            assertThat(answerTo(trio.electionPort(1), new byte[] {-1, -1})).isEmpty();
            assertThat(lines.awaitLine("it speaks plaintext")).startsWith("WARN election port");
        }
    }

    @Test
    void oneAfterTheOtherMayGoOverToTls() throws Exception {
        start(1, pki, "portUnification=true\n");
        start(2, pki, "portUnification=true\n");
        start(3, pki, "sslQuorum=true\nportUnification=true\n");

        try (Banyan two = trio.client(2);
                Banyan three = trio.client(3)) {
            two.create("/a", "hi".getBytes(US_ASCII));
            three.sync("/");

            assertThat(three.get("/a").text()).isEqualTo("hi");
        }
    }

    @Test
    void aServerWithAForeignCertificateStaysOutside() throws Exception {
        var foreign = new Pki(Files.createDirectory(directory.resolve("foreign")));
        try (LoggedLines lines = new LoggedLines()) {
            start(1, pki, "sslQuorum=true\n");
            start(2, pki, "sslQuorum=true\n");
            start(3, foreign, "sslQuorum=true\n");

            assertThat(lines.awaitLine("refused: TLS: Signature does not match"))
                    .startsWith("WARN ");
            try (Banyan one = trio.client(1)) {
                one.create("/a", null);
            }
            assertThat(trio.server(3).isServing()).isFalse();
        }
    }

    @Test
    void whatCannotWorkIsNamedBeforeAPortIsOpened() throws Exception {
        assertThatThrownBy(
                        () -> start(1, pki, "sslQuorum=true\nssl.quorum.keyStore.password=wrong\n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ssl.quorum.keyStore.location=")
                .hasMessageContaining("the password does not open it");
    }

    /// What comes until the other end closes.
    private static String answerTo(int port, byte[] bytes) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.setSoTimeout(Trio.WAIT_MILLIS_MAX);
            socket.getOutputStream().write(bytes);
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        }
    }
}
