package io.banyan.client.secure;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Servers that prove to each other who they are.
final class PeerSaslTest {
    /// The three steps in which a running ensemble goes over.
    private static final String ENABLED = "quorum.auth.enableSasl=true\n";

    private static final String ASKED = ENABLED + "quorum.auth.learnerRequireSasl=true\n";
    private static final String REQUIRED = ASKED + "quorum.auth.serverRequireSasl=true\n";

    @TempDir Path directory;
    private Trio trio;

    @BeforeEach
    void prepare() throws IOException {
        trio = new Trio(directory);
    }

    @AfterEach
    void stop() {
        trio.close();
    }

    private void start(int id, String keys) throws IOException {
        start(id, keys, "peer-secret");
    }

    private void start(int id, String keys, String password) throws IOException {
        Path jaas =
                Files.writeString(
                        directory.resolve("jaas" + id + ".conf"),
                        """
                        QuorumServer {
                            org.apache.zookeeper.server.auth.DigestLoginModule required
                            user_member="PASSWORD";
                        };
                        QuorumLearner {
                            org.apache.zookeeper.server.auth.DigestLoginModule required
                            username="member" password="PASSWORD";
                        };
                        """
                                .replace("PASSWORD", password));
        trio.start(id, keys, Map.of("java.security.auth.login.config", jaas.toString()));
    }

    /// What one member is told the other two know.
    private void requireOneTree(String path) {
        try (Banyan one = trio.client(1);
                Banyan two = trio.client(2);
                Banyan three = trio.client(3)) {
            create(one, path);
            two.sync("/");
            three.sync("/");

            assertThat(two.get(path).text()).isEqualTo("hi");
            assertThat(three.get(path).text()).isEqualTo("hi");
        }
    }

    /// Whoever led may just have been stopped.
    private static void create(Banyan client, String path) {
        while (true) {
            try {
                client.create(path, "hi".getBytes(US_ASCII));
                return;
            } catch (BanyanException.ConnectionLost e) {
                // Again, on the next connection.
            } catch (BanyanException.NodeExists e) {
                return;
            }
        }
    }

    @Test
    void anEnsembleOfThoseWhoKnowThePasswordServes() throws Exception {
        for (int id = 1; id <= 3; id++) {
            start(id, REQUIRED);
        }

        requireOneTree("/a");
    }

    @Test
    void anIntruderWithAnotherPasswordStaysOutsideAndHarmsNobody() throws Exception {
        try (LoggedLines lines = new LoggedLines();
                LoggedLines ofTheIntruder = new LoggedLines()) {
            start(1, REQUIRED);
            start(2, REQUIRED);
            start(3, REQUIRED, "guessed");

            assertThat(lines.awaitLine("user member: its password is wrong"))
                    .startsWith("WARN election port: /127.0.0.1:");
            assertThat(ofTheIntruder.awaitLine("it does not know the user member, or by another"))
                    .startsWith("INFO server ");
            try (Banyan one = trio.client(1)) {
                one.create("/a", null);
            }
            assertThat(trio.server(3).isServing()).isFalse();
        }
    }

    @Test
    void anIntruderWithoutSaslStaysOutsideAndHarmsNobody() throws Exception {
        try (LoggedLines lines = new LoggedLines();
                LoggedLines ofWhoDial = new LoggedLines()) {
            start(1, REQUIRED);
            start(2, REQUIRED);
            start(3, "");

            assertThat(lines.awaitLine("it does not prove who it is"))
                    .startsWith("WARN election port: /127.0.0.1:");
            assertThat(ofWhoDial.awaitLine("does it have quorum.auth.enableSasl=true"))
                    .startsWith("INFO server 3 ");
            try (Banyan one = trio.client(1)) {
                one.create("/a", null);
            }
            assertThat(trio.server(3).isServing()).isFalse();
        }
    }

    @Test
    void oneAfterTheOtherMayGoOverToSasl() throws Exception {
        start(1, "");
        start(2, ENABLED);
        start(3, ENABLED);
        requireOneTree("/none-and-enabled");
        trio.stop(1);
        start(1, ENABLED);
        trio.stop(2);
        start(2, ASKED);
        requireOneTree("/enabled-and-asked");
        trio.stop(1);
        start(1, ASKED);
        trio.stop(3);
        start(3, ASKED);
        trio.stop(2);
        start(2, REQUIRED);
        requireOneTree("/asked-and-required");
    }

    @Test
    void tlsMayBeBelow() throws Exception {
        var pki = new Pki(directory);
        Path trusted = pki.trustStore("trusted.p12", "storepass");
        for (int id = 1; id <= 3; id++) {
            Path store =
                    pki.keyStore("server" + id + ".p12", pki.identity("CN=s" + id), "storepass");
            start(
                    id,
                    REQUIRED
                            + "sslQuorum=true\nssl.quorum.keyStore.location="
                            + store
                            + "\nssl.quorum.keyStore.password=storepass"
                            + "\nssl.quorum.trustStore.location="
                            + trusted
                            + "\nssl.quorum.trustStore.password=storepass\n");
        }

        requireOneTree("/a");
    }

    @Test
    void whatCannotWorkIsNamedBeforeAPortIsOpened() {
        assertThatThrownBy(() -> trio.start(1, REQUIRED, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("quorum.auth.server.saslLoginContext=QuorumServer: ");
        assertThatThrownBy(
                        () -> start(1, REQUIRED + "quorum.auth.learner.saslLoginContext=Nobody\n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("quorum.auth.learner.saslLoginContext=Nobody: ")
                .hasMessageContaining("there is no such section");
        assertThatThrownBy(() ->
                        start(
                                1,
                                REQUIRED
                                        + "quorum.auth.learner.saslLoginContext="
                                        + "QuorumServer\n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no option username");
        assertThatThrownBy(() -> start(1, REQUIRED + "fips-mode=true\n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("fips-mode=true has no DIGEST-MD5");
    }
}
