package io.banyan.client.secure;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.CreateMode;
import io.banyan.server.BanyanServer;
import io.banyan.wire.Acl;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.Id;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The client port with TLS: our client, Apache's, and those who do it wrong.
final class TlsTest {
    private static final String PASSWORD = "storepass";
    private static final int WAIT_MILLIS_MAX = 60_000;

    @TempDir Path directory;
    private Pki pki;
    private Path serverKeys;
    private Path trusted;

    @BeforeEach
    void issue() throws Exception {
        pki = new Pki(directory);
        serverKeys = pki.keyStore("server.p12", pki.identity("CN=server"), PASSWORD);
        trusted = pki.trustStore("trusted.p12", PASSWORD);
    }

    private BanyanServer.Builder builder() {
        return BanyanServer.builder()
                .securePort(0)
                .property("zookeeper.ssl.keyStore.location", serverKeys.toString())
                .property("zookeeper.ssl.keyStore.password", PASSWORD)
                .property("zookeeper.ssl.trustStore.location", trusted.toString())
                .property("zookeeper.ssl.trustStore.password", PASSWORD)
                .property("zookeeper.4lw.commands.whitelist", "*");
    }

    private Properties clientProperties(String subject) throws Exception {
        return clientProperties(
                pki.keyStore(subject + ".p12", pki.identity(subject), PASSWORD), trusted);
    }

    private static Properties clientProperties(Path keys, Path trusted) {
        var properties = new Properties();
        properties.setProperty("zookeeper.client.secure", "true");
        properties.setProperty("zookeeper.ssl.keyStore.location", keys.toString());
        properties.setProperty("zookeeper.ssl.keyStore.password", PASSWORD);
        properties.setProperty("zookeeper.ssl.trustStore.location", trusted.toString());
        properties.setProperty("zookeeper.ssl.trustStore.password", PASSWORD);
        return properties;
    }

    private static Banyan ours(int port, Properties properties) {
        return Banyan.builder("localhost:" + port)
                .requestTimeout(Duration.ofMillis(WAIT_MILLIS_MAX))
                .properties(properties)
                .build();
    }

    private static ZooKeeper apaches(int port, Properties properties) throws Exception {
        var config = new ZKClientConfig();
        properties.forEach((key, value) -> config.setProperty((String) key, (String) value));
        config.setProperty(
                "zookeeper.clientCnxnSocket", "org.apache.zookeeper.ClientCnxnSocketNetty");
        var connected = new CountDownLatch(1);
        var client =
                new ZooKeeper(
                        "localhost:" + port,
                        WAIT_MILLIS_MAX,
                        event -> {
                            if (event.getState() == KeeperState.SyncConnected) {
                                connected.countDown();
                            }
                        },
                        config);
        assertThat(connected.await(WAIT_MILLIS_MAX, TimeUnit.MILLISECONDS)).isTrue();
        return client;
    }

    private static int port(BanyanServer server) {
        return server.secureClientAddress().getPort();
    }

    @Test
    void aClientIsWhoItsCertificateSaysAndItsZnodesAreItsOwn() throws Exception {
        try (BanyanServer server = builder().start();
                Banyan alice = ours(port(server), clientProperties("CN=alice"));
                Banyan bob = ours(port(server), clientProperties("CN=bob"))) {
            var mine = List.of(new Acl(Acl.ALL, new Id("auth", "")));
            alice.create("/hers", "hi".getBytes(US_ASCII), CreateMode.PERSISTENT, mine);

            assertThat(alice.whoAmI())
                    .extracting(each -> each.authScheme() + ":" + each.user())
                    .contains("x509:CN=alice");
            assertThat(alice.getAcl("/hers").acl())
                    .containsExactly(new Acl(Acl.ALL, new Id("x509", "CN=alice")));
            assertThat(alice.get("/hers").text()).isEqualTo("hi");
            assertThatThrownBy(() -> bob.get("/hers"))
                    .isInstanceOfSatisfying(
                            BanyanException.Refused.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_AUTH));
        }
    }

    @Test
    void apachesClientIsServedTheSame() throws Exception {
        try (BanyanServer server = builder().start();
                ZooKeeper alice = apaches(port(server), clientProperties("CN=alice"));
                ZooKeeper bob = apaches(port(server), clientProperties("CN=bob"))) {
            alice.create(
                    "/hers",
                    new byte[300_000],
                    ZooDefs.Ids.CREATOR_ALL_ACL,
                    org.apache.zookeeper.CreateMode.PERSISTENT);

            assertThat(alice.getData("/hers", false, null)).hasSize(300_000);
            assertThat(alice.getACL("/hers", null).getFirst().getId().getId())
                    .isEqualTo("CN=alice");
            assertThatThrownBy(() -> bob.getData("/hers", false, null))
                    .isInstanceOf(KeeperException.NoAuthException.class);
        }
    }

    @Test
    void theSuperUserByCertificateMayDoEverything() throws Exception {
        try (BanyanServer server =
                        builder()
                                .property(
                                        "zookeeper.X509AuthenticationProvider.superUser", "CN=root")
                                .start();
                Banyan alice = ours(port(server), clientProperties("CN=alice"));
                Banyan root = ours(port(server), clientProperties("CN=root"))) {
            var mine = List.of(new Acl(Acl.ALL, new Id("auth", "")));
            alice.create("/hers", null, CreateMode.PERSISTENT, mine);

            root.delete("/hers");

            assertThat(alice.find("/hers")).isEmpty();
        }
    }

    @Test
    void pemFilesAndPasswordFilesDo() throws Exception {
        Path password = Files.writeString(directory.resolve("password"), PASSWORD + "\n");
        Path pemKeys = pki.pemKeys("server.pem", pki.identity("CN=pem"));
        Path pemTrusted = pki.pemTrusted("trusted.pem");
        var properties = new Properties();
        properties.setProperty("zookeeper.client.secure", "true");
        properties.setProperty("zookeeper.ssl.keyStore.location", serverKeys.toString());
        properties.setProperty("zookeeper.ssl.keyStore.passwordPath", password.toString());
        properties.setProperty("zookeeper.ssl.trustStore.location", pemTrusted.toString());

        try (BanyanServer server =
                        BanyanServer.builder()
                                .securePort(0)
                                .property("zookeeper.ssl.keyStore.location", pemKeys.toString())
                                .property(
                                        "zookeeper.ssl.trustStore.location", pemTrusted.toString())
                                .start();
                Banyan client = ours(port(server), properties)) {
            assertThat(client.children("/").names()).contains("zookeeper");
        }
    }

    /// The new and the old default of `openssl pkcs8 -topk8`.
    @ParameterizedTest
    @ValueSource(strings = {"PBEWithHmacSHA256AndAES_256", "PBEWithSHA1AndDESede"})
    void anEncryptedPemKeyIsOpenedByItsPassword(String scheme) throws Exception {
        Path keys = pki.pemKeys("server.pem", pki.identity("CN=pem"), scheme, PASSWORD);
        Path ofAlice = pki.pemKeys("alice.pem", pki.identity("CN=alice"), scheme, PASSWORD);

        try (BanyanServer server =
                        builder()
                                .property("zookeeper.ssl.keyStore.location", keys.toString())
                                .start();
                Banyan alice = ours(port(server), clientProperties(ofAlice, trusted))) {
            assertThat(alice.exists("/")).isPresent();
        }
        assertThatThrownBy(() ->
                        builder()
                                .property("zookeeper.ssl.keyStore.location", keys.toString())
                                .property("zookeeper.ssl.keyStore.password", "wrong")
                                .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ssl.keyStore.location=" + keys)
                .hasMessageContaining("the password does not open its private key");
    }

    @Test
    void whoseCertificateIsRevokedIsNotServed() throws Exception {
        pki.revokesBy(directory.resolve("revoked.crl"));
        Pki.Identity stolen = pki.identity("CN=stolen");
        pki.revoke(stolen.certificate());
        try (LoggedLines lines = new LoggedLines();
                BanyanServer server = builder().property("zookeeper.ssl.crl", "true").start();
                Banyan alice = ours(port(server), clientProperties("CN=alice"))) {
            assertThat(alice.exists("/")).isPresent();

            handshakeFails(context(stolen), port(server));

            assertThat(lines.awaitLine("connection closed")).containsIgnoringCase("revoked");
        }
    }

    @Test
    void whoseCertificateIsRevokedByItsResponderIsNotServed() throws Exception {
        try (OcspResponder responder = new OcspResponder(pki)) {
            pki.isAskedAt(responder.uri());
            Pki.Identity stolen = pki.identity("CN=stolen");
            responder.revoke(stolen.certificate().getSerialNumber());
            Pki.Identity good = pki.identity("CN=alice");
            Path keys = pki.keyStore("alice.p12", good, PASSWORD);
            try (LoggedLines lines = new LoggedLines();
                    BanyanServer server = builder().property("zookeeper.ssl.ocsp", "true").start();
                    Banyan alice = ours(port(server), clientProperties(keys, trusted))) {
                assertThat(alice.exists("/")).isPresent();
                assertThat(responder.wasAsked(good.certificate().getSerialNumber())).isTrue();

                handshakeFails(context(stolen), port(server));

                assertThat(lines.awaitLine("connection closed")).containsIgnoringCase("revoked");
            }
        }
    }

    @Test
    void whoseResponderDoesNotKnowIsNotServed() throws Exception {
        try (OcspResponder responder = new OcspResponder(pki);
                LoggedLines lines = new LoggedLines();
                BanyanServer server = builder().property("zookeeper.ssl.ocsp", "true").start()) {
            responder.breakDown();
            pki.isAskedAt(responder.uri());

            handshakeFails(context(pki.identity("CN=unknown")), port(server));

            assertThat(lines.awaitLine("connection closed"))
                    .contains("its certificate is not trusted");
        }
    }

    @Test
    void onePortServesBothWhereItIsToldTo() throws Exception {
        try (BanyanServer server =
                        builder().property("zookeeper.client.portUnification", "true").start();
                Banyan plain = ours(server.clientPort(), new Properties());
                Banyan tls = ours(server.clientPort(), clientProperties("CN=alice"));
                ZooKeeper apache = apaches(server.clientPort(), clientProperties("CN=carol"))) {
            plain.create("/from-plain", null);
            tls.create("/from-tls", null);

            assertThat(apache.getChildren("/", false)).contains("from-plain", "from-tls");
            assertThat(answer(new Socket("localhost", server.clientPort()), "ruok"))
                    .isEqualTo("imok");
        }
    }

    @Test
    void fourLetterWordsAreAnsweredThroughTls() throws Exception {
        try (BanyanServer server = builder().start()) {
            SSLContext context = context(pki.identity("CN=operator"));

            assertThat(answer(dial(context, port(server)), "ruok")).isEqualTo("imok");
            assertThat(answer(dial(context, port(server)), "conf"))
                    .contains("secureClientPort=" + port(server) + "\n");
        }
    }

    @Test
    void whoDoesItWrongIsToldAboutInOneLineAndOthersAreServedOn() throws Exception {
        var life = Duration.ofHours(-1);
        var foreign = new Pki(Files.createDirectory(directory.resolve("foreign")));
        try (LoggedLines lines = new LoggedLines();
                BanyanServer server = builder().start();
                Banyan alice = ours(port(server), clientProperties("CN=alice"))) {
            alice.create("/before", null);

            handshakeFails(context(pki.identity("CN=late", life)), port(server));
            assertThat(lines.awaitLine("connection closed")).contains("certificate has expired");

            handshakeFails(context(foreign.identity("CN=stranger")), port(server));
            assertThat(lines.awaitLine("connection closed"))
                    .contains("its certificate is not trusted");

            handshakeFails(context(null), port(server));
            assertThat(lines.awaitLine("connection closed")).containsIgnoringCase("certificate");

            assertThat(answer(new Socket("localhost", port(server)), "ruok")).isNotEqualTo("imok");
            assertThat(lines.awaitLine("connection closed")).contains("it speaks plaintext");

            handshakeFails(context(pki.identity("CN=lost")), server.clientPort());
            assertThat(lines.awaitLine("connection closed"))
                    .contains("it speaks TLS, and this port is for plaintext");

            assertThat(alice.find("/before")).isPresent();
        }
    }

    @Test
    void whoNeedsNoCertificateIsServedWithoutOne() throws Exception {
        var properties = new Properties();
        properties.setProperty("zookeeper.client.secure", "true");
        properties.setProperty("zookeeper.ssl.trustStore.location", trusted.toString());
        properties.setProperty("zookeeper.ssl.trustStore.password", PASSWORD);
        try (BanyanServer server = builder().property("zookeeper.ssl.clientAuth", "want").start();
                Banyan client = ours(port(server), properties)) {
            assertThat(client.whoAmI()).extracting(each -> each.authScheme()).containsExactly("ip");
        }
    }

    @Test
    void anEnabledProtocolAndCipherSuiteAreTheOnesUsed() throws Exception {
        try (BanyanServer server =
                builder()
                        .property("zookeeper.ssl.enabledProtocols", "TLSv1.2")
                        .property(
                                "zookeeper.ssl.ciphersuites",
                                "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")
                        .start()) {
            SSLSocket socket = dial(context(pki.identity("CN=a")), port(server));

            socket.startHandshake();

            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.2");
            assertThat(socket.getSession().getCipherSuite())
                    .isEqualTo("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
            socket.close();
        }
    }

    @Test
    void whatCannotWorkIsNamedBeforeAPortIsOpened() {
        assertThatThrownBy(() ->
                        builder().property("zookeeper.ssl.keyStore.password", "wrong").start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ssl.keyStore.location=" + serverKeys)
                .hasMessageContaining("the password does not open it");
        assertThatThrownBy(() ->
                        builder()
                                .property("zookeeper.ssl.trustStore.passwordPath", "/no/such")
                                .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ssl.trustStore.passwordPath=/no/such");
        assertThatThrownBy(() ->
                        builder().property("zookeeper.ssl.keyStore.location", "/no/such").start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ssl.keyStore.location=/no/such: there is no such file");
        assertThatThrownBy(
                        () -> builder().property("zookeeper.ssl.enabledProtocols", "TLSv9").start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("TLSv9");
    }

    @Test
    void aCertificateThatIsReplacedIsShownToTheNextWhoConnect() throws Exception {
        try (BanyanServer server =
                builder().property("zookeeper.client.certReload", "true").start()) {
            SSLContext context = context(pki.identity("CN=a"));
            assertThat(subject(context, port(server))).isEqualTo("CN=server");

            pki.keyStore("server.p12", pki.identity("CN=renewed"), PASSWORD);
            // Not every file system tells two writes of one second apart.
            Files.setLastModifiedTime(
                    serverKeys, FileTime.from(Instant.now().minus(Duration.ofMinutes(1))));

            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WAIT_MILLIS_MAX);
            String seen = subject(context, port(server));
            while (!seen.equals("CN=renewed") && System.nanoTime() - end < 0) {
                seen = subject(context, port(server));
            }
            assertThat(seen).isEqualTo("CN=renewed");
        }
    }

    // ---- bare sockets

    private static String subject(SSLContext context, int port) throws IOException {
        try (SSLSocket socket = dial(context, port)) {
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName();
        }
    }

    private static SSLSocket dial(SSLContext context, int port) throws IOException {
        var socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", port);
        socket.setSoTimeout(WAIT_MILLIS_MAX);
        return socket;
    }

    /// In TLS 1.3 the client learns of it by the first byte that it waits for.
    private static void handshakeFails(SSLContext context, int port) {
        assertThatThrownBy(
                        () -> {
                            try (SSLSocket socket = dial(context, port)) {
                                socket.startHandshake();
                                socket.getOutputStream().write("ruok".getBytes(US_ASCII));
                                if (socket.getInputStream().read() < 0) {
                                    throw new IOException("closed");
                                }
                            }
                        })
                .isInstanceOf(IOException.class);
    }

    /// What comes until the server closes.
    private static String answer(Socket socket, String word) throws IOException {
        try (socket) {
            socket.setSoTimeout(WAIT_MILLIS_MAX);
            socket.getOutputStream().write(word.getBytes(US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        }
    }

    /// @param identity null to show no certificate
    private SSLContext context(Pki.Identity identity) throws GeneralSecurityException, IOException {
        var context = SSLContext.getInstance("TLS");
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        if (identity == null) {
            keys.init(null, null);
        } else {
            keys.init(Pki.inMemory(identity), new char[0]);
        }
        context.init(keys.getKeyManagers(), new TrustManager[] {new Credulous()}, null);
        return context;
    }

    /// For those whose own certificate is the question.
    private static final class Credulous implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
