package io.banyan.e2e.ensemble;

import io.banyan.e2e.server.Home;
import io.banyan.e2e.server.Keytool;
import io.banyan.e2e.server.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Settings of members that encrypt what they say to each other, or prove who they are.
final class PeerSecurity {
    /// The steps in which a running ensemble goes over to SASL.
    static final List<String> STEPS =
            List.of(
                    "quorum.auth.enableSasl",
                    "quorum.auth.learnerRequireSasl",
                    "quorum.auth.serverRequireSasl");

    private static final String PASSWORD = "storepass";

    private static final String JAAS =
            """
            QuorumServer {
                org.apache.zookeeper.server.auth.DigestLoginModule required
                user_member="peer-secret";
            };
            QuorumLearner {
                org.apache.zookeeper.server.auth.DigestLoginModule required
                username="member" password="peer-secret";
            };
            """;

    private PeerSecurity() {}

    /// With the files that SASL needs, and not yet turned on. ZooKeeper 3.9 has no DIGEST-MD5 in
    /// its FIPS mode, which is its default.
    static ServerConfig preparedForSasl(ServerConfig config) throws IOException {
        Path jaas = Files.writeString(directory().resolve("jaas.conf"), JAAS);
        return config.with("fips-mode", "false")
                .withJvmFlag("-Djava.security.auth.login.config=" + jaas);
    }

    static ServerConfig sasl(ServerConfig config) throws IOException {
        ServerConfig all = preparedForSasl(config);
        for (String each : STEPS) {
            all = all.with(each, "true");
        }
        return all;
    }

    static ServerConfig tls(ServerConfig config) throws IOException, InterruptedException {
        Path keys = directory().resolve("keys.p12");
        Path trusted = directory().resolve("trusted.pem");
        new Keytool(keys, PASSWORD)
                .addAll("-genkeypair", "-alias", "it", "-keyalg", "EC", "-dname", "CN=it")
                .addAll("-validity", "30", "-storetype", "PKCS12")
                .addAll("-ext", "SAN=ip:127.0.0.1,dns:localhost")
                .run();
        new Keytool(keys, PASSWORD)
                .addAll("-exportcert", "-rfc", "-alias", "it", "-file", trusted.toString())
                .run();
        return config.with("sslQuorum", "true")
                .with("ssl.quorum.keyStore.location", keys.toString())
                .with("ssl.quorum.keyStore.password", PASSWORD)
                .with("ssl.quorum.trustStore.location", trusted.toString());
    }

    private static Path directory() throws IOException {
        Files.createDirectories(Home.target());
        return Files.createTempDirectory(Home.target(), "e2e-security");
    }
}
