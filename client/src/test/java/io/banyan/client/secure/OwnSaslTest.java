package io.banyan.client.secure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.SessionEvent;
import io.banyan.client.SessionState;
import io.banyan.server.BanyanServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.URIParameter;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.security.auth.login.Configuration;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Our client proves who it is, to Banyan and to ZooKeeper.
final class OwnSaslTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String PROVIDER =
            "org.apache.zookeeper.server.auth.SASLAuthenticationProvider";

    private static final String JAAS =
            """
            Server {
                org.apache.zookeeper.server.auth.DigestLoginModule required
                user_bob="bob-secret";
            };
            Client {
                org.apache.zookeeper.server.auth.DigestLoginModule required
                username="bob" password="bob-secret";
            };
            Liar {
                org.apache.zookeeper.server.auth.DigestLoginModule required
                username="bob" password="guessed";
            };
            Nameless {
                org.apache.zookeeper.server.auth.DigestLoginModule required
                password="guessed";
            };
            """;

    @TempDir static Path directory;
    private static Path jaas;

    @BeforeAll
    static void writeSections() throws Exception {
        jaas = Files.writeString(directory.resolve("jaas.conf"), JAAS);
    }

    private static Properties properties(String... pairs) {
        var properties = new Properties();
        properties.setProperty("java.security.auth.login.config", jaas.toString());
        for (int i = 0; i < pairs.length; i += 2) {
            properties.setProperty(pairs[i], pairs[i + 1]);
        }
        return properties;
    }

    private static Banyan client(String servers, Properties properties) {
        return Banyan.builder(servers).requestTimeout(PATIENCE).properties(properties).build();
    }

    private static BanyanServer.Builder server() {
        return BanyanServer.builder()
                .property("java.security.auth.login.config", jaas.toString())
                .property("zookeeper.sessionRequireClientSASLAuth", "true")
                .property("zookeeper.authProvider.1", PROVIDER);
    }

    private static void requireBob(Banyan client) {
        assertThat(client.whoAmI())
                .anySatisfy(id -> {
                    assertThat(id.authScheme()).isEqualTo("sasl");
                    assertThat(id.user()).isEqualTo("bob");
                });
    }

    @Test
    void theServerKnowsWhoWeAreBeforeItIsAskedForAnything() throws Exception {
        try (BanyanServer server = server().start();
                Banyan bob = client(server.connectString(), properties())) {
            requireBob(bob);
        }
    }

    @Test
    void aWrongPasswordIsOneClearErrorAndTheEnd() throws Exception {
        var events = new LinkedBlockingQueue<SessionEvent>();
        try (BanyanServer server = server().start();
                Banyan liar =
                        Banyan.builder(server.connectString())
                                .requestTimeout(PATIENCE)
                                .listener(events::add)
                                .properties(properties("zookeeper.sasl.clientconfig", "Liar"))
                                .build()) {
            assertThatThrownBy(() -> liar.exists("/"))
                    .isInstanceOf(BanyanException.AuthFailed.class)
                    .hasMessageContaining("user bob of the section Liar: the server does not know");
            assertThatThrownBy(() -> liar.awaitConnected(PATIENCE))
                    .isInstanceOf(BanyanException.AuthFailed.class);
            SessionEvent only = events.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(only).isNotNull();
            assertThat(only.state()).isEqualTo(SessionState.AUTH_FAILED);
        }
    }

    @Test
    void whoIsNotToProveAnythingDoesNot() throws Exception {
        try (BanyanServer server = BanyanServer.builder().start();
                Banyan nobody =
                        client(
                                server.connectString(),
                                properties("zookeeper.sasl.client", "false"))) {
            assertThat(nobody.exists("/")).isPresent();
        }
    }

    @Test
    void whatCannotWorkIsNamedAtOnce() {
        assertThatThrownBy(() ->
                        client("a", properties("zookeeper.sasl.clientconfig", "Nobody")).close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("zookeeper.sasl.clientconfig=Nobody");
        assertThatThrownBy(() ->
                        client("a", properties("zookeeper.sasl.clientconfig", "Nameless")).close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no option username");
    }

    @Test
    void zooKeeperKnowsUsToo() throws Exception {
        List<String> set =
                List.of(
                        "zookeeper.authProvider.sasl",
                        PROVIDER,
                        "zookeeper.sessionRequireClientSASLAuth",
                        "true",
                        "zookeeper.fips-mode",
                        "false");
        for (int i = 0; i < set.size(); i += 2) {
            System.setProperty(set.get(i), set.get(i + 1));
        }
        Configuration.setConfiguration(
                Configuration.getInstance("JavaLoginConfig", new URIParameter(jaas.toUri())));
        var factory = new NIOServerCnxnFactory();
        try {
            Path home = Files.createDirectory(directory.resolve("apache"));
            var server = new ZooKeeperServer(home.toFile(), home.toFile(), 500);
            factory.configure(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            factory.startup(server);
            String at = "127.0.0.1:" + factory.getLocalPort();
            try (Banyan bob = client(at, properties());
                    Banyan liar = client(at, properties("zookeeper.sasl.clientconfig", "Liar"))) {
                requireBob(bob);
                assertThatThrownBy(() -> liar.exists("/"))
                        .isInstanceOf(BanyanException.AuthFailed.class);
            }
        } finally {
            factory.shutdown();
            Configuration.setConfiguration(null);
            for (int i = 0; i < set.size(); i += 2) {
                System.clearProperty(set.get(i));
            }
        }
    }
}
