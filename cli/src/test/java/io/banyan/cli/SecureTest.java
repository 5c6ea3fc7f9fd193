package io.banyan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.server.BanyanServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The command line at a port for TLS, by the file that zkCli takes.
class SecureTest {
    private static final String PASSWORD = "storepass";

    @TempDir Path directory;

    @Test
    void aFileOfZooKeepersClientPropertiesIsEnoughForTls() throws Exception {
        Path keys = directory.resolve("keys.p12");
        Path trusted = directory.resolve("trusted.pem");
        keytool(
                keys,
                List.of("-genkeypair", "-alias", "it", "-keyalg", "EC", "-dname", "CN=it"),
                List.of("-validity", "30", "-ext", "SAN=ip:127.0.0.1,dns:localhost"));
        keytool(
                keys,
                List.of("-exportcert", "-rfc", "-alias", "it"),
                List.of("-file", trusted.toString()));
        Path good = properties("good", keys, trusted, PASSWORD);
        Path bad = properties("bad", keys, trusted, "wrong");

        try (BanyanServer server =
                BanyanServer.builder()
                        .securePort(0)
                        .property("zookeeper.ssl.keyStore.location", keys.toString())
                        .property("zookeeper.ssl.keyStore.password", PASSWORD)
                        .property("zookeeper.ssl.trustStore.location", trusted.toString())
                        .start()) {
            String at = "127.0.0.1:" + server.secureClientAddress().getPort();

            Said listed =
                    Said.by(at, List.of("ls", "--client-configuration", good.toString(), "/"));
            Said refused =
                    Said.by(at, List.of("ls", "--client-configuration", bad.toString(), "/"));

            assertThat(listed.err()).isEmpty();
            assertThat(listed.out()).isEqualTo("[zookeeper]\n");
            assertThat(refused.exit()).isNotZero();
            assertThat(refused.err())
                    .contains("zookeeper.ssl.keyStore.location=" + keys)
                    .contains("the password does not open it");
        }
    }

    private Path properties(String name, Path keys, Path trusted, String password)
            throws IOException {
        return Files.writeString(
                directory.resolve(name),
                "zookeeper.client.secure=true\nzookeeper.ssl.keyStore.location="
                        + keys
                        + "\nzookeeper.ssl.keyStore.password="
                        + password
                        + "\nzookeeper.ssl.trustStore.location="
                        + trusted
                        + "\n");
    }

    private static void keytool(Path store, List<String> what, List<String> options)
            throws Exception {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(what);
        command.addAll(options);
        command.addAll(
                List.of(
                        "-keystore",
                        store.toString(),
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
    }
}
