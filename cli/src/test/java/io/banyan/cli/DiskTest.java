package io.banyan.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.banyan.cli.command.ExitCode;
import io.banyan.client.Banyan;
import io.banyan.client.CreateMode;
import io.banyan.client.Multi;
import io.banyan.server.BanyanServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `banyan log` and `banyan snapshot` on the files that a server left.
class DiskTest {
    @TempDir static Path data;

    private static long session;

    @TempDir Path copies;

    @BeforeAll
    static void leaveFiles() throws IOException {
        for (int run = 0; run < 2; run++) {
            try (BanyanServer server = BanyanServer.builder().dataDir(data).start();
                    Banyan client = Banyan.connect(server.connectString())) {
                session = client.awaitConnected(java.time.Duration.ofSeconds(10)).id();
                client.create("/run" + run, "hello".getBytes(UTF_8));
                client.create("/run" + run + "/e", null, CreateMode.EPHEMERAL);
                client.set("/run" + run, "again".getBytes(UTF_8));
                var multi = new Multi();
                multi.create("/multi" + run, null);
                multi.delete("/multi" + run);
                client.multi(multi);
            }
        }
    }

    private static Said run(String... words) {
        return Said.by("", List.of(words));
    }

    private static Path file(String prefix) throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("version-2"))) {
            return files.filter(each -> each.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .toList()
                    .getLast();
        }
    }

    @Test
    void logTellsEveryTransactionInItsOrder() {
        Said said = run("log", data.toString());

        assertThat(said.exit()).isZero();
        assertThat(said.out())
                .containsSubsequence(
                        "createSession timeout=",
                        "create2 /run0 5 B",
                        "/run0/e ephemeral",
                        "setData /run0 version=1 5 B",
                        "multi of 2\n    create2 /multi0 null\n    delete /multi0",
                        "closeSession deletes /run0/e",
                        "/run1");
    }

    @Test
    void logShowsOnlyWhatIsAskedFor() throws IOException {
        assertThat(run("log", data.toString(), "--path", "/run0").lines()).hasSize(4);
        assertThat(
                        run(
                                        "log",
                                        data.toString(),
                                        "--path",
                                        "/run0",
                                        "--type",
                                        "setData",
                                        "--data")
                                .out())
                .endsWith("setData /run0 version=1 \"again\"\n");
        assertThat(run("log", data.toString(), "--session", "0x" + Long.toHexString(session)).out())
                .contains("/run1")
                .doesNotContain("/run0");
        assertThat(run("log", data.toString(), "--zxid", "2..3").lines()).hasSize(2);
        assertThat(run("log", data.toString(), "--zxid", "0x2").lines()).hasSize(1);
        assertThat(run("log", data.toString(), "--to", "2001-01-01").out()).isEmpty();
        assertThat(run("log", data.toString(), "--from", "1h").lines()).hasSizeGreaterThan(10);
        JsonNode json =
                new ObjectMapper()
                        .readTree(run("log", data.toString(), "--zxid", "2", "--json").out());
        assertThat(json.at("/path").asText()).isEqualTo("/run0");
        assertThat(json.at("/zxid").asText()).isEqualTo("0x2");
    }

    @Test
    void logRefusesWhatIsNoLogAndNoQuestion() {
        assertThat(run("log", "/no/such/folder").exit()).isEqualTo(ExitCode.LOCAL);
        assertThat(run("log", copies.toString()).err()).contains("no file named log.ZXID");
        assertThat(run("log", data.toString(), "--from", "soon").exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run("log", data.toString(), "--zxid", "x").exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run("log", data.toString(), "--path", "x").exit()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void aDamagedLogIsSaidAndEndsWithItsOwnCode() throws IOException {
        Path copy = copies.resolve(file("log.").getFileName());
        byte[] bytes = Files.readAllBytes(file("log."));
        bytes[40] ^= 1;
        Files.write(copy, bytes);

        Said said = run("log", copy.toString());

        assertThat(said.exit()).isEqualTo(ExitCode.REFUSED);
        assertThat(said.err()).contains("damaged at offset 16");
    }

    @Test
    void snapshotTellsWhatIsInIt() throws IOException {
        // The snapshot of a new database: a server's own znodes and nothing else.
        Said said = run("snapshot", data.toString());
        assertThat(said.out()).contains("  znodes      ").contains("  digest      ");

        JsonNode json =
                new ObjectMapper().readTree(run("snapshot", data.toString(), "--json").out());
        assertThat(json.at("/0/znodes").asInt()).isGreaterThan(2);
        assertThat(run("snapshot", data.toString(), "--path", "/zookeeper").out())
                .contains("/zookeeper/quota ");
    }

    @Test
    void snapshotVerifiesAndSaysWhatIsDamaged() throws IOException {
        assertThat(run("snapshot", data.toString(), "--verify").out()).startsWith("good ");
        Path copy = copies.resolve("snapshot.0");
        byte[] bytes = Files.readAllBytes(file("snapshot."));
        bytes[60] ^= 1;
        Files.write(copy, bytes);

        Said said = run("snapshot", "--verify", copy.toString());

        assertThat(said.exit()).isEqualTo(ExitCode.REFUSED);
        assertThat(said.out()).startsWith("damaged ").contains("no valid snapshot");
        assertThat(run("snapshot", copy.toString()).exit()).isEqualTo(ExitCode.REFUSED);
        assertThat(run("snapshot", "/no/such/file").exit()).isEqualTo(ExitCode.LOCAL);
        assertThat(run("snapshot", data.toString(), "--top", "-1").exit())
                .isEqualTo(ExitCode.USAGE);
    }
}
