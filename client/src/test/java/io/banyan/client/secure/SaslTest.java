package io.banyan.client.secure;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.server.BanyanServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.URIParameter;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.security.auth.login.Configuration;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who clients are by SASL, as Apache's client proves it, and what becomes of those who cannot.
final class SaslTest {
    private static final int WAIT_MILLIS_MAX = 60_000;

    private static final String JAAS =
            """
            Server {
                org.apache.zookeeper.server.auth.DigestLoginModule required
                user_super="super-secret"
                user_bob="bob-secret"
                user_eve="eve-secret";
            };
            Bob {
                org.apache.zookeeper.server.auth.DigestLoginModule required
                username="bob" password="bob-secret";
            };
            Eve {
                org.apache.zookeeper.server.auth.DigestLoginModule required
                username="eve" password="eve-secret";
            };
            Liar {
                org.apache.zookeeper.server.auth.DigestLoginModule required
                username="bob" password="guessed";
            };
            Super {
                org.apache.zookeeper.server.auth.DigestLoginModule required
                username="super" password="super-secret";
            };
            """;

    @TempDir static Path directory;
    private static Path jaas;

    @BeforeAll
    static void configureClients() throws Exception {
        jaas = Files.writeString(directory.resolve("jaas.conf"), JAAS);
        Configuration.setConfiguration(
                Configuration.getInstance("JavaLoginConfig", new URIParameter(jaas.toUri())));
    }

    @AfterAll
    static void forgetClients() {
        Configuration.setConfiguration(null);
    }

    private static BanyanServer.Builder builder() {
        return BanyanServer.builder()
                .property("java.security.auth.login.config", jaas.toString())
                .property(
                        "zookeeper.authProvider.1",
                        "org.apache.zookeeper.server.auth.SASLAuthenticationProvider");
    }

    /// What a client of Apache's hears of its connection.
    private static final class Apache implements AutoCloseable {
        private final LinkedBlockingQueue<KeeperState> states = new LinkedBlockingQueue<>();
        final ZooKeeper client;

        /// @param section of the JAAS file
        Apache(BanyanServer server, String section) throws Exception {
            var config = new ZKClientConfig();
            config.setProperty(ZKClientConfig.LOGIN_CONTEXT_NAME_KEY, section);
            config.setProperty("zookeeper.fips-mode", "false");
            client =
                    new ZooKeeper(
                            server.connectString(),
                            WAIT_MILLIS_MAX,
                            event -> states.add(event.getState()),
                            config);
        }

        /// Waits for it; others before it are passed over.
        void await(KeeperState wanted) throws InterruptedException {
            KeeperState state = null;
            while (state != wanted) {
                state = states.poll(WAIT_MILLIS_MAX, TimeUnit.MILLISECONDS);
                assertThat(state).as("before " + wanted).isNotNull();
            }
        }

        @Override
        public void close() throws InterruptedException {
            client.close();
        }
    }

    @Test
    void aClientIsTheUserWhosePasswordItKnows() throws Exception {
        try (BanyanServer server = builder().start();
                Apache bob = new Apache(server, "Bob");
                Apache eve = new Apache(server, "Eve")) {
            bob.await(KeeperState.SaslAuthenticated);
            eve.await(KeeperState.SaslAuthenticated);

            bob.client.create("/his", null, ZooDefs.Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);

            var id = bob.client.getACL("/his", null).getFirst().getId();
            assertThat(id.getScheme() + ":" + id.getId()).isEqualTo("sasl:bob");
            assertThatThrownBy(() -> eve.client.getData("/his", false, null))
                    .isInstanceOf(KeeperException.NoAuthException.class);
        }
    }

    @Test
    void aWrongPasswordIsRefusedInOneLine() throws Exception {
        try (LoggedLines lines = new LoggedLines();
                BanyanServer server = builder().start();
                Apache liar = new Apache(server, "Liar")) {
            liar.await(KeeperState.AuthFailed);

            assertThat(lines.awaitLine("SASL failed")).contains("peer=/127.0.0.1:");
        }
    }

    @Test
    void theSuperUserMayDoEverything() throws Exception {
        try (BanyanServer server = builder().property("zookeeper.superUser", "super").start();
                Apache bob = new Apache(server, "Bob");
                Apache root = new Apache(server, "Super")) {
            bob.await(KeeperState.SaslAuthenticated);
            root.await(KeeperState.SaslAuthenticated);
            bob.client.create("/his", null, ZooDefs.Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);

            root.client.delete("/his", -1);

            assertThat(bob.client.exists("/his", false)).isNull();
        }
    }

    @Test
    void whereSaslIsRequiredNobodyIsServedWithoutIt() throws Exception {
        try (BanyanServer server =
                        builder()
                                .property("zookeeper.sessionRequireClientSASLAuth", "true")
                                .start();
                Banyan nobody =
                        Banyan.builder(server.connectString())
                                .requestTimeout(Duration.ofMillis(500))
                                .build();
                Apache bob = new Apache(server, "Bob")) {
            bob.await(KeeperState.SaslAuthenticated);

            assertThat(bob.client.exists("/", false)).isNotNull();
            assertThatThrownBy(() -> nobody.exists("/")).isInstanceOf(BanyanException.class);
        }
    }

    @Test
    void whatCannotWorkIsNamedBeforeAPortIsOpened() {
        assertThatThrownBy(() ->
                        BanyanServer.builder()
                                .property("zookeeper.sessionRequireClientSASLAuth", "true")
                                .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.security.auth.login.config");
        assertThatThrownBy(
                        () -> builder().property("zookeeper.sasl.serverconfig", "Nobody").start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there is no section Nobody");
        assertThatThrownBy(() -> builder().property("zookeeper.sasl.serverconfig", "Bob").start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no option user_NAME");
    }

    @Test
    void aClientThatMeansAnotherEnsembleLosesItsConnectionAndNothingElse() throws Exception {
        try (BanyanServer server =
                        BanyanServer.builder()
                                .property("zookeeper.ensembleAuthName", "one,two")
                                .start();
                ZooKeeper right = new ZooKeeper(server.connectString(), 30_000, event -> {});
                Apache wrong = new Apache(server, "Nobody")) {
            right.addAuthInfo("ensemble", "two".getBytes(US_ASCII));
            assertThat(right.exists("/", false)).isNotNull();

            wrong.await(KeeperState.SyncConnected);
            wrong.client.addAuthInfo("ensemble", "three".getBytes(US_ASCII));
            wrong.await(KeeperState.Disconnected);

            assertThat(right.exists("/", false)).isNotNull();
        }
    }
}
