package io.banyan.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.banyan.cli.command.ExitCode;
import io.banyan.client.Banyan;
import io.banyan.client.CreateMode;
import io.banyan.wire.Acl;
import io.banyan.wire.Id;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SubtreeTest {
    private static final List<Acl> READABLE = List.of(new Acl(Acl.ALL, Id.ANYONE));
    private static final List<Acl> MINE =
            List.of(new Acl(Acl.READ | Acl.CREATE | Acl.DELETE, Id.ANYONE));

    @TempDir Path folder;

    private Tree tree;
    private Banyan client;

    @BeforeEach
    void plant() {
        tree = new Tree();
        client = tree.client();
        client.create("/app", "root".getBytes(UTF_8));
        client.create("/app/config", "a: 1\nb: \"two\"\n".getBytes(UTF_8));
        client.create("/app/config/raw", new byte[] {0, (byte) 0xff});
        client.create("/app/empty", null);
        client.create("/app/guarded", "x".getBytes(UTF_8), CreateMode.PERSISTENT, MINE);
        client.create("/app/here", "me".getBytes(UTF_8), CreateMode.EPHEMERAL);
        client.create("/dst", null);
    }

    @AfterEach
    void fell() {
        tree.close();
    }

    @Test
    void treeDrawsWhatIsThere() {
        assertThat(tree.run("tree", "/app", "-d").out())
                .isEqualTo(
                        """
                        /app  root
                        ├── config  a: 1 ...
                        │   └── raw  2 bytes
                        ├── empty
                        ├── guarded  x
                        └── here (ephemeral)  me
                        """);
        assertThat(tree.run("tree", "/app", "--depth", "1").out()).doesNotContain("raw");
        assertThat(tree.run("tree", "/none").exit()).isEqualTo(ExitCode.REFUSED);
        assertThat(tree.run("tree", "/app", "--depth", "x").exit()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void findTellsThoseThatAreAsWanted() {
        assertThat(tree.run("find", "/", "--name", "*n*g").out()).isEqualTo("/app/config\n");
        assertThat(tree.run("find", "/app", "--ephemeral").out()).isEqualTo("/app/here\n");
        assertThat(tree.run("find", "/app", "--data", "two").out()).isEqualTo("/app/config\n");
        assertThat(tree.run("find", "/", "--empty").out()).isEqualTo("/app/empty\n/dst\n");
        assertThat(tree.run("find", "/app", "--larger", "5").out()).isEqualTo("/app/config\n");
        assertThat(tree.run("find", "/app", "--older", "1h").out()).isEmpty();
        assertThat(tree.run("find", "/app", "--newer", "1h").lines()).hasSize(6);
        assertThat(tree.run("find", "/", "--older", "soon").err()).contains("is no time");
    }

    @Test
    void watchStreamsChangesInTheirOrder() throws Exception {
        var said = new CompletableFuture<Said>();
        Thread.ofVirtual()
                .start(() -> said.complete(tree.run("watch", "/dst", "--count", "3", "--json")));
        // Whenever the watch is in place: three changes in a row come after it.
        while (!said.isDone()) {
            client.create("/dst/a", "1".getBytes(UTF_8));
            client.set("/dst/a", "2".getBytes(UTF_8));
            client.delete("/dst/a");
        }

        List<String> kinds =
                said.get().lines().stream()
                        .map(line -> line.replaceAll(".*\"event\":\"(\\w+)\".*", "$1"))
                        .toList();
        assertThat(String.join(" ", List.of("CREATED DATA_CHANGED DELETED CREATED DATA_CHANGED")))
                .contains(String.join(" ", kinds));
        assertThat(kinds).hasSize(3);
    }

    @Test
    void copiesHaveDataAndAclAndNoEphemerals() {
        Said said = tree.run("cp", "-r", "/app", "/dst/app", "--json");

        assertThat(said.out()).contains("\"copied\": 5");
        assertThat(client.get("/dst/app/config/raw").bytes()).containsExactly(0, 0xff);
        assertThat(client.getAcl("/dst/app/guarded").acl()).isEqualTo(MINE);
        assertThat(client.exists("/dst/app/here")).isEmpty();
        assertThat(tree.run("cp", "/app", "/dst").err()).contains("the znode exists");
        assertThat(tree.run("cp", "-f", "/app/config", "/dst").exit()).isZero();
        assertThat(client.get("/dst").text()).startsWith("a: 1");
        assertThat(tree.run("cp", "-r", "/app", "/app/x").exit()).isEqualTo(ExitCode.USAGE);
        assertThat(tree.run("cp", "/app/here", "/dst/x").err()).contains("is ephemeral");
    }

    @Test
    void aMoveIsOneStepAndRefusesEphemerals() {
        assertThat(tree.run("mv", "/app", "/dst/app").err()).contains("/app/here is ephemeral");
        client.delete("/app/here");

        Said said = tree.run("mv", "/app", "/dst/app", "--json");

        assertThat(said.out()).contains("\"atomic\": true").contains("\"moved\": 5");
        assertThat(client.exists("/app")).isEmpty();
        assertThat(client.getAcl("/dst/app/guarded").acl()).isEqualTo(MINE);
        assertThat(client.getAcl("/dst/app").acl()).isEqualTo(READABLE);
        assertThat(tree.run("mv", "/dst/app", "/none/x").exit()).isEqualTo(ExitCode.REFUSED);
        assertThat(client.exists("/dst/app/config/raw")).isPresent();
    }

    @Test
    void whatIsTooMuchForOneStepIsCopiedAndThenDeleted() {
        client.create("/big", null);
        for (int i = 0; i < 3; i++) {
            client.create("/big/" + i, new byte[400_000]);
        }

        assertThat(tree.run("mv", "--atomic", "/big", "/dst/big").err()).contains("too much");
        assertThat(tree.run("mv", "/big", "/dst/big").exit()).isZero();

        assertThat(client.exists("/big")).isEmpty();
        assertThat(client.get("/dst/big/2").bytes()).hasSize(400_000);
    }

    @Test
    void anExportIsImportedAsItWas() throws Exception {
        for (String name : List.of("tree.json", "tree.yaml")) {
            String file = folder.resolve(name).toString();

            assertThat(tree.run("export", "/app", "-o", file, "--acl").exit()).isZero();
            Said said = tree.run("import", file, "/dst/" + name, "--json");

            assertThat(said.err()).isEmpty();
            assertThat(new ObjectMapper().readTree(said.out()).at("/created").asInt()).isEqualTo(5);
            assertThat(client.get("/dst/" + name).text()).isEqualTo("root");
            assertThat(client.get("/dst/" + name + "/config").text())
                    .isEqualTo("a: 1\nb: \"two\"\n");
            assertThat(client.get("/dst/" + name + "/config/raw").bytes()).containsExactly(0, 0xff);
            assertThat(client.getAcl("/dst/" + name + "/guarded").acl()).isEqualTo(MINE);
            assertThat(client.exists("/dst/" + name + "/here")).isEmpty();
            assertThat(tree.run("import", file, "/dst/" + name).out())
                    .isEqualTo("created 0, changed 0, unchanged 5\n");
        }
    }

    @Test
    void anImportChangesNothingUnlessToldTo() throws Exception {
        String file = folder.resolve("tree.json").toString();
        tree.run("export", "/app", "-o", file);
        client.set("/app/config", "mine".getBytes(UTF_8));

        assertThat(tree.run("import", file, "/app").err()).contains("other data");
        assertThat(tree.run("import", file, "/app", "--update", "--dry-run").out())
                .startsWith("set /app/config\n");
        assertThat(client.get("/app/config").text()).isEqualTo("mine");
        assertThat(tree.run("import", file, "/app", "--update").out())
                .isEqualTo("created 0, changed 1, unchanged 4\n");
        assertThat(client.get("/app/config").text()).startsWith("a: 1");
    }

    @Test
    void aFileThatIsNoExportIsRefusedWithItsLine() throws Exception {
        Path file = folder.resolve("wrong.json");
        for (String wrong :
                List.of(
                        "",
                        "{}",
                        "[1]",
                        "[{\"data\": \"x\"}]",
                        "[{\"path\": \"no\"}]",
                        "[{\"path\": \"/x\", \"base64\": \"?\"}]",
                        "[{\"path\": \"/x\", \"size\": 1}]",
                        "[{\"path\": \"/x\"}, {\"path\": \"/x\"}]",
                        "[{\"path\": \"/x\"")) {
            Files.writeString(file, wrong);
            Said said = tree.run("import", file.toString());
            assertThat(said.exit()).as(wrong).isEqualTo(ExitCode.LOCAL);
            assertThat(said.err().lines()).as(wrong).hasSize(1);
        }
        Files.writeString(file, "[{\"path\": \"/a/b/c\"}]");
        assertThat(tree.run("import", file.toString()).err()).contains("there is no /a/b");
        assertThat(tree.run("import", "/no/such/file").exit()).isEqualTo(ExitCode.LOCAL);
    }
}
