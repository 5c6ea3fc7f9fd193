package io.banyan.client.secure;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.client.Banyan;
import io.banyan.server.BanyanServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Servers that talk TLS with each other.
final class PeerTlsTest {
    private static final String PASSWORD = "storepass";
    private static final int WAIT_MILLIS_MAX = 60_000;

    @TempDir Path directory;
    private final List<BanyanServer> servers = new ArrayList<>();
    private final List<Integer> clientPorts = new ArrayList<>();
    private final List<Integer> electionPorts = new ArrayList<>();
    private final StringBuilder members = new StringBuilder();
    private Pki pki;
    private Path trusted;

    @BeforeEach
    void prepare() throws Exception {
        pki = new Pki(directory);
        trusted = pki.trustStore("trusted.p12", PASSWORD);
        for (int id = 1; id <= 3; id++) {
            clientPorts.add(freePort());
            electionPorts.add(freePort());
            members.append("server.")
                    .append(id)
                    .append("=127.0.0.1:")
                    .append(freePort())
                    .append(':')
                    .append(electionPorts.getLast())
                    .append('\n');
        }
    }

    @AfterEach
    void stop() {
        servers.forEach(BanyanServer::close);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void start(int id, Pki authority, String keys) throws Exception {
        Path home = Files.createDirectories(directory.resolve("s" + id));
        Files.writeString(home.resolve("myid"), Integer.toString(id));
        Path store =
                authority.keyStore(
                        "server" + id + ".p12", authority.identity("CN=s" + id), PASSWORD);
        String text =
                "tickTime=500\ninitLimit=20\nsyncLimit=10\npreAllocSize=1024\n"
                        + "admin.enableServer=false\n4lw.commands.whitelist=*\ndataDir="
                        + home
                        + "\nclientPort="
                        + clientPorts.get(id - 1)
                        + "\nclientPortAddress=127.0.0.1"
                        + "\nssl.quorum.keyStore.location="
                        + store
                        + "\nssl.quorum.keyStore.password="
                        + PASSWORD
                        + "\nssl.quorum.trustStore.location="
                        + trusted
                        + "\nssl.quorum.trustStore.password="
                        + PASSWORD
                        + "\n"
                        + keys
                        + members;
        Path file = Files.writeString(directory.resolve("zoo" + id + ".cfg"), text);
        servers.add(BanyanServer.builder().zooCfg(file).start());
    }

    private Banyan client(int id) {
        return Banyan.builder("127.0.0.1:" + clientPorts.get(id - 1))
                .requestTimeout(Duration.ofMillis(WAIT_MILLIS_MAX))
                .build();
    }

    @Test
    void anEnsembleServesAndLetsNoPlaintextIn() throws Exception {
        try (LoggedLines lines = new LoggedLines()) {
            for (int id = 1; id <= 3; id++) {
                start(id, pki, "sslQuorum=true\n");
            }
            try (Banyan one = client(1);
                    Banyan three = client(3)) {
                one.create("/a", "hi".getBytes(US_ASCII));
                three.sync("/");

                assertThat(three.get("/a").text()).isEqualTo("hi");
            }
            assertThat(answerTo(electionPorts.getFirst(), new byte[] {-1, -1})).isEmpty();
            assertThat(lines.awaitLine("it speaks plaintext")).startsWith("WARN election port");
        }
    }

    @Test
    void oneAfterTheOtherMayGoOverToTls() throws Exception {
        start(1, pki, "portUnification=true\n");
        start(2, pki, "portUnification=true\n");
        start(3, pki, "sslQuorum=true\nportUnification=true\n");

        try (Banyan two = client(2);
                Banyan three = client(3)) {
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

            assertThat(lines.awaitLine("Signature does not match")).contains("refused: TLS");
            try (Banyan one = client(1)) {
                one.create("/a", null);
            }
            assertThat(servers.getLast().isServing()).isFalse();
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
            socket.setSoTimeout(WAIT_MILLIS_MAX);
            socket.getOutputStream().write(bytes);
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        }
    }
}
