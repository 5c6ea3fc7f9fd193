package io.banyan.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.banyan.cli.command.ExitCode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Each of zkCli's commands by itself: `banyan ls / --server HOSTS --json`.
class CommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Tree tree;

    @BeforeEach
    void plant() {
        tree = new Tree();
        tree.client().create("/a", "hello".getBytes(UTF_8));
        tree.client().create("/a/b", new byte[] {(byte) 0xff});
        tree.client().create("/a/c", null);
    }

    @AfterEach
    void fell() {
        tree.close();
    }

    private JsonNode json(String... words) throws IOException {
        var all = new java.util.ArrayList<>(List.of(words));
        all.add("--json");
        Said said = tree.run(all.toArray(String[]::new));
        assertThat(said.err()).isEmpty();
        assertThat(said.exit()).isZero();
        return JSON.readTree(said.out());
    }

    private void assertRefused(int exit, String text, String... words) {
        Said said = tree.run(words);
        assertThat(said.exit()).isEqualTo(exit);
        assertThat(said.err()).startsWith("banyan: ").contains(text);
        assertThat(said.err().lines()).hasSize(1);
        assertThat(said.out()).isEmpty();
    }

    @Test
    void ls() throws IOException {
        assertThat(tree.run("ls", "/a").out()).isEqualTo("[b, c]\n");
        assertThat(tree.run("ls", "-R", "/a").out()).isEqualTo("/a\n/a/b\n/a/c\n");
        assertThat(json("ls", "-s", "/a").at("/stat/numChildren").asInt()).isEqualTo(2);
        assertThat(json("ls", "-R", "/").at("/paths")).hasSize(4);
        assertRefused(ExitCode.REFUSED, "no such znode", "ls", "/none");
        assertRefused(ExitCode.USAGE, "Path must start with /", "ls", "a");
        assertRefused(ExitCode.USAGE, "usage: banyan ls [-s]", "ls");
        assertRefused(ExitCode.USAGE, "Unrecognized option: -z", "ls", "-z", "/");
    }

    @Test
    void get() throws IOException {
        assertThat(tree.run("get", "/a").out()).isEqualTo("hello\n");
        assertThat(tree.run("get", "-b", "/a/b").out()).isEqualTo("/w==\n");
        assertThat(tree.run("get", "-x", "/a/b").out()).contains("|00000000| ff   ");
        assertThat(json("get", "/a").at("/data").asText()).isEqualTo("hello");
        assertThat(json("get", "/a/b").at("/base64").asText()).isEqualTo("/w==");
        assertThat(json("get", "/a/c").at("/data").isNull()).isTrue();
        assertRefused(ExitCode.REFUSED, "no such znode", "get", "/none");
    }

    @Test
    void stat() throws IOException {
        assertThat(tree.run("stat", "/a").lines()).contains("dataLength = 5");
        assertThat(json("stat", "/a").at("/stat/dataLength").asInt()).isEqualTo(5);
        assertRefused(ExitCode.REFUSED, "no such znode", "stat", "/none");
    }

    @Test
    void createPrintsThePathForScripts() throws IOException {
        assertThat(tree.run("create", "/d", "x").out()).isEqualTo("/d\n");
        assertThat(tree.run("create", "-s", "/d/n-").out()).isEqualTo("/d/n-0000000000\n");
        assertThat(json("create", "-t", "60000", "/ttl").at("/path").asText()).isEqualTo("/ttl");
        assertThat(tree.run("create", "-p", "/x/y/z", "1").exit()).isZero();
        assertThat(tree.run("create", "/dash", "--", "-q").out()).isEqualTo("/dash\n");
        assertThat(tree.client().get("/dash").text()).isEqualTo("-q");
        assertRefused(ExitCode.REFUSED, "the znode exists", "create", "/a");
        assertRefused(ExitCode.REFUSED, "no such znode", "create", "/none/x");
        assertRefused(ExitCode.USAGE, "Containers cannot", "create", "-c", "-e", "/x");
        assertRefused(ExitCode.USAGE, "must be a long", "create", "-t", "soon", "/x");
        assertRefused(ExitCode.USAGE, "Unknown perm type: x", "create", "/q", "d", "a:b:x");
    }

    @Test
    void setAndDelete() throws IOException {
        assertThat(tree.run("set", "/a", "new").out()).isEmpty();
        assertThat(json("set", "/a", "new").at("/stat/version").asInt()).isEqualTo(2);
        assertThat(tree.run("set", "-b", "/a", "aGk=").exit()).isZero();
        assertThat(tree.client().get("/a").text()).isEqualTo("hi");
        assertRefused(ExitCode.REFUSED, "another version", "set", "/a", "x", "-v", "9");
        assertRefused(ExitCode.USAGE, "no version", "set", "/a", "x", "-v", "last");
        assertRefused(ExitCode.USAGE, "no base64", "set", "-b", "/a", "==x");
        assertRefused(ExitCode.REFUSED, "has children", "delete", "/a");
        assertThat(tree.run("delete", "/a/c").exit()).isZero();
        assertThat(json("deleteall", "/a").at("/deleted").asInt()).isEqualTo(2);
        assertRefused(ExitCode.REFUSED, "no such znode", "deleteall", "/a");
        assertRefused(ExitCode.USAGE, "batch size", "deleteall", "/a", "-b", "0");
    }

    @Test
    void accessLists() throws IOException {
        assertThat(tree.run("getAcl", "/a").out()).isEqualTo("'world,'anyone\n: cdrwa\n");
        assertThat(tree.run("setAcl", "-R", "/a", "world:anyone:cra").exit()).isZero();
        assertThat(json("getAcl", "/a/b").at("/acl/0/perms").asText()).isEqualTo("cra");
        assertRefused(ExitCode.REFUSED, "not permitted", "set", "/a", "x");
        assertRefused(ExitCode.USAGE, "does not have the form", "setAcl", "/a", "me");
    }

    @Test
    void quotas() throws IOException {
        // Quotas are of the whole tree, so this needs the root of it.
        String root = Tree.server().connectString();
        tree.client().create("/q", null);
        String path = tree.servers().substring(root.length()) + "/q";

        assertThat(Said.by(root, List.of("setquota", "-n", "3", path)).exit()).isZero();
        assertThat(Said.by(root, List.of("listquota", path)).out()).contains("count=3,bytes=-1");
        assertThat(Said.by(root, List.of("setquota", "-b", "9", path + "/x")).exit()).isEqualTo(1);
        assertThat(Said.by(root, List.of("delquota", path)).exit()).isZero();
        assertThat(Said.by(root, List.of("listquota", path)).err())
                .isEqualTo("banyan: listquota: no quota for " + path + "\n");
        assertRefused(ExitCode.USAGE, "greater than zero", "setquota", "-n", "0", "/q");
        assertRefused(ExitCode.USAGE, "greater than zero", "setquota", "-N", "-1", "/q");
        assertRefused(ExitCode.USAGE, "or equal to zero", "setquota", "-b", "-1", "/q");
        assertRefused(ExitCode.USAGE, "only one of", "setquota", "-n", "1", "-b", "2", "/q");
    }

    @Test
    void aboutTheConnection() throws IOException {
        assertThat(tree.run("whoami", "--auth", "digest:u:p").out())
                .isEqualTo("Auth scheme: User\nip: 127.0.0.1\ndigest: u\n");
        assertThat(json("whoami").at("/0/scheme").asText()).isEqualTo("ip");
        assertThat(tree.run("sync", "/").out()).isEqualTo("Sync is OK\n");
        assertThat(json("getAllChildrenNumber", "/").at("/descendants").asInt()).isEqualTo(3);
        assertThat(tree.run("getEphemerals").out()).isEqualTo("[]\n");
        assertThat(json("version").at("/zookeeper").asText()).isEqualTo("3.9.5");
        assertRefused(ExitCode.REFUSED, "switched off", "reconfig", "-remove", "3");
        assertRefused(ExitCode.USAGE, "mixing", "reconfig", "-add", "x", "-members", "y");
        assertRefused(ExitCode.REFUSED, "no such watch", "removewatches", "/a");
    }

    @Test
    void aWatchingCommandEndsWithItsEvent() throws Exception {
        var said = new java.util.concurrent.CompletableFuture<Said>();
        Thread.ofVirtual().start(() -> said.complete(tree.run("get", "-w", "/a/c")));
        // Whenever it reads: one of these changes comes after it.
        while (!said.isDone()) {
            tree.client().set("/a/c", "x".getBytes(UTF_8));
        }

        assertThat(said.get().lines()).last().asString().startsWith("DATA_CHANGED /a/c zxid=0x");
    }

    @Test
    void nobodyThereIsOneLineAndItsOwnCode() throws IOException {
        Said said = Said.by("127.0.0.1:1", List.of("ls", "/", "--wait", "300"));
        assertThat(said.exit()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(said.err()).startsWith("banyan: ls: no server of 127.0.0.1:1 answers");

        Said json = Said.by("127.0.0.1:1", List.of("ls", "/", "--wait", "300", "--json"));
        assertThat(JSON.readTree(json.err()).at("/error/kind").asText()).isEqualTo("Unreachable");
    }

    @Test
    void errorsAsJsonSayKindPathAndCode() throws IOException {
        Said said = tree.run("get", "/none", "--json");

        JsonNode error = JSON.readTree(said.err()).at("/error");
        assertThat(error.at("/kind").asText()).isEqualTo("NoNode");
        assertThat(error.at("/path").asText()).isEqualTo("/none");
        assertThat(error.at("/mayHaveHappened").asBoolean()).isFalse();
    }

    @Test
    void helpIsComplete() {
        String all = Said.by("", List.of("help")).out();
        for (var command : new Catalog().all()) {
            assertThat(command.summary()).as(command.name()).endsWith(".");
            assertThat(all).contains("  " + command.name() + " ");
            Said help = Said.by("", List.of(command.name(), "--help"));
            assertThat(help.exit()).isZero();
            assertThat(help.out()).contains("banyan " + command.name()).contains("Exit codes:");
            command.options().forEach(option -> assertThat(help.out()).contains(option.name()));
        }
    }

    @Test
    void anUnknownCommandIsSaidAndHasItsOwnCode() {
        Said said = Said.by("", List.of("lss"));

        assertThat(said.exit()).isEqualTo(ExitCode.UNKNOWN_COMMAND);
        assertThat(said.err()).contains("there is no command 'lss'");
    }

    @Test
    void globalOptionsMayStandBeforeTheCommand() {
        Said said = Said.by("", List.of("--server", tree.servers(), "--json", "ls", "/a"));

        assertThat(said.out()).contains("\"children\"");
    }

    @Test
    void anEphemeralOfASingleCommandEndsWithIt() {
        assertThat(tree.run("create", "-e", "/gone").exit()).isZero();

        assertThat(tree.client().exists("/gone")).isEmpty();
    }
}
