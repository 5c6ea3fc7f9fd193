package io.banyan.e2e.secure;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.e2e.server.Ensemble;
import io.banyan.e2e.server.Home;
import io.banyan.e2e.server.Keytool;
import io.banyan.e2e.server.Ports;
import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.URIParameter;
import java.util.List;
import java.util.concurrent.CountDownLatch;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Apache's client by TLS and SASL, and TLS between servers of both kinds, with the same files and
/// the same settings for each.
@Tag("fast")
class SecurityTest {
    private static final String PASSWORD = "storepass";
    private static final int WAIT_SECONDS = 60;

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
            """;

    @TempDir static Path directory;
    private static Path keys;
    private static Path trusted;
    private static Path jaas;

    static List<ServerKind> servers() {
        return ServerKind.tested();
    }

    @BeforeAll
    static void makeFiles() throws Exception {
        keys = directory.resolve("keys.p12");
        trusted = directory.resolve("trusted.pem");
        keytool("-genkeypair", "-alias", "it", "-keyalg", "EC", "-dname", "CN=it")
                .addAll("-validity", "30", "-storetype", "PKCS12")
                .addAll("-ext", "SAN=ip:127.0.0.1,dns:localhost")
                .run();
        keytool("-exportcert", "-rfc", "-alias", "it", "-file", trusted.toString()).run();
        jaas = Files.writeString(directory.resolve("jaas.conf"), JAAS);
        Configuration.setConfiguration(
                Configuration.getInstance("JavaLoginConfig", new URIParameter(jaas.toUri())));
    }

    @AfterAll
    static void forget() {
        Configuration.setConfiguration(null);
    }

    private static Keytool keytool(String... words) {
        return new Keytool(keys, PASSWORD).addAll(words);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aClientIsWhoItsCertificateSays(ServerKind kind) throws Exception {
        int port = Ports.free();
        ServerConfig config =
                ServerConfig.standard()
                        .with("secureClientPort", Integer.toString(port))
                        .with("secureClientPortAddress", "127.0.0.1")
                        .with("ssl.keyStore.location", keys.toString())
                        .with("ssl.keyStore.password", PASSWORD)
                        .with("ssl.trustStore.location", trusted.toString())
                        .with(
                                "serverCnxnFactory",
                                "org.apache.zookeeper.server.NettyServerCnxnFactory")
                        .withJvmFlag(
                                "-Dzookeeper.serverCnxnFactory="
                                        + "org.apache.zookeeper.server.NettyServerCnxnFactory");
        try (ServerProcess server = ServerProcess.start(kind, config);
                ZooKeeper client = connect("127.0.0.1:" + port, tls(), KeeperState.SyncConnected)) {
            client.create("/its", null, ZooDefs.Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);

            var id = client.getACL("/its", null).getFirst().getId();
            assertThat(id.getScheme() + ":" + id.getId()).isEqualTo("x509:CN=it");
            assertThat(server.running()).isTrue();
        }
    }

    private static ZKClientConfig tls() {
        var config = new ZKClientConfig();
        config.setProperty("zookeeper.client.secure", "true");
        config.setProperty(
                "zookeeper.clientCnxnSocket", "org.apache.zookeeper.ClientCnxnSocketNetty");
        config.setProperty("zookeeper.ssl.keyStore.location", keys.toString());
        config.setProperty("zookeeper.ssl.keyStore.password", PASSWORD);
        config.setProperty("zookeeper.ssl.trustStore.location", trusted.toString());
        config.setProperty("zookeeper.sasl.client", "false");
        return config;
    }

    @ParameterizedTest
    @MethodSource("servers")
    void aClientIsTheUserWhosePasswordItKnows(ServerKind kind) throws Exception {
        ServerConfig config =
                ServerConfig.standard()
                        .with("fips-mode", "false")
                        .with("sessionRequireClientSASLAuth", "true")
                        .with(
                                "authProvider.1",
                                "org.apache.zookeeper.server.auth.SASLAuthenticationProvider")
                        .withJvmFlag("-Djava.security.auth.login.config=" + jaas);
        var sasl = new ZKClientConfig();
        sasl.setProperty("zookeeper.fips-mode", "false");
        var nobody = new ZKClientConfig();
        nobody.setProperty("zookeeper.sasl.client", "false");
        try (ServerProcess server = ServerProcess.start(kind, config)) {
            String address = "127.0.0.1:" + server.port();
            try (ZooKeeper bob = connect(address, sasl, KeeperState.SaslAuthenticated);
                    ZooKeeper other = connect(address, nobody, KeeperState.SyncConnected)) {
                bob.create("/his", null, ZooDefs.Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);

                var id = bob.getACL("/his", null).getFirst().getId();
                assertThat(id.getScheme() + ":" + id.getId()).isEqualTo("sasl:bob");
                assertThatThrownBy(() -> other.exists("/his", false))
                        .isInstanceOf(KeeperException.class);
            }
            assertThat(commandLine(address, "Client")).contains("[his, zookeeper]");
            assertThat(commandLine(address, "Liar"))
                    .contains("user bob of the section Liar: the server does not know it");
        }
    }

    /// What Banyan's own command line says to `ls /`.
    private static String commandLine(String address, String section) throws Exception {
        Path properties =
                Files.writeString(
                        directory.resolve(section + ".properties"),
                        "java.security.auth.login.config="
                                + jaas
                                + "\nzookeeper.sasl.clientconfig="
                                + section
                                + "\n");
        Process process =
                new ProcessBuilder(
                                Home.root().resolve("bin/banyan").toString(),
                                "ls",
                                "--server",
                                address,
                                "--client-configuration",
                                properties.toString(),
                                "/")
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), US_ASCII);
        assertThat(process.waitFor(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    @Test
    void apacheAndBanyanServersTalkTlsWithEachOther() throws Exception {
        ServerConfig config =
                ServerConfig.standard()
                        .with("sslQuorum", "true")
                        .with("ssl.quorum.keyStore.location", keys.toString())
                        .with("ssl.quorum.keyStore.password", PASSWORD)
                        .with("ssl.quorum.trustStore.location", trusted.toString());
        var kinds = List.of(ServerKind.BANYAN, ServerKind.APACHE_39, ServerKind.BANYAN);
        try (var ensemble = Ensemble.of(kinds, config)) {
            ensemble.start();
            writeAndReadOfAll(ensemble, "/first");

            // Whoever led, and then whoever leads next: of three, Apache's is among them or among
            // those who follow.
            int leader = ensemble.awaitLeader();
            ensemble.member(leader).kill();
            ensemble.awaitLeader();
            ensemble.awaitServing();

            writeAndReadOfAll(ensemble, "/second");
        }
    }

    private static void writeAndReadOfAll(Ensemble ensemble, String path) throws Exception {
        boolean made = false;
        for (ServerProcess each : ensemble.members()) {
            if (!each.running()) {
                continue;
            }
            try (ZooKeeper client = plain("127.0.0.1:" + each.port())) {
                if (!made) {
                    client.create(
                            path,
                            "hi".getBytes(US_ASCII),
                            ZooDefs.Ids.OPEN_ACL_UNSAFE,
                            CreateMode.PERSISTENT);
                    made = true;
                }
                var synced = new CountDownLatch(1);
                client.sync("/", (code, of, context) -> synced.countDown(), null);
                assertThat(synced.await(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
                assertThat(client.getData(path, false, null)).asString(US_ASCII).isEqualTo("hi");
            }
        }
    }

    private static ZooKeeper plain(String address) throws IOException, InterruptedException {
        var config = new ZKClientConfig();
        config.setProperty("zookeeper.sasl.client", "false");
        return connect(address, config, KeeperState.SyncConnected);
    }

    private static ZooKeeper connect(String address, ZKClientConfig config, KeeperState wanted)
            throws IOException, InterruptedException {
        var reached = new CountDownLatch(1);
        var client =
                new ZooKeeper(
                        address,
                        WAIT_SECONDS * 1_000,
                        event -> {
                            if (event.getState() == wanted) {
                                reached.countDown();
                            }
                        },
                        config);
        assertThat(reached.await(WAIT_SECONDS, TimeUnit.SECONDS))
                .as(wanted + " at " + address)
                .isTrue();
        return client;
    }
}
