package io.banyan.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ZkCliTest {
    private Tree tree;

    @BeforeEach
    void plant() {
        tree = new Tree();
        tree.client().create("/a", "hello".getBytes(UTF_8));
    }

    @AfterEach
    void fell() {
        tree.close();
    }

    @Test
    void oneCommandSaysWhereItConnectsAndThatItDid() {
        Said said = Said.by(tree.servers(), List.of("cli", "ls", "/"));

        assertThat(said.out())
                .isEqualTo(
                        "Connecting to "
                                + tree.servers()
                                + "\n\nWATCHER::\n\nWatchedEvent state:SyncConnected type:None"
                                + " path:null zxid: -1\n[a]\n");
        assertThat(said.exit()).isZero();
    }

    @Test
    void getPrintsDataAndStat() {
        Said said = tree.zkCli("get", "-s", "/a");

        assertThat(said.lines()).first().isEqualTo("hello");
        assertThat(said.lines()).element(1).asString().matches("cZxid = 0x[0-9a-f]+");
        assertThat(said.lines()).last().isEqualTo("numChildren = 0");
    }

    @Test
    void createSaysOnTheStreamOfErrorsWhatItMade() {
        Said said = tree.zkCli("create", "-s", "/a/n-", "x");

        assertThat(said.err()).isEqualTo("Created /a/n-0000000000\n");
        assertThat(said.out()).isEmpty();
    }

    @Test
    void refusalsHaveZkClisWordsAndCode1() {
        tree.client().create("/a/b", null);

        assertThat(tree.zkCli("get", "/none").err()).isEqualTo("Node does not exist: /none\n");
        assertThat(tree.zkCli("create", "/a").err()).isEqualTo("Node already exists: /a\n");
        assertThat(tree.zkCli("delete", "/a").err()).isEqualTo("Node not empty: /a\n");
        assertThat(tree.zkCli("set", "-v", "7", "/a", "x").err())
                .isEqualTo("version No is not valid : /a\n");
        assertThat(tree.zkCli("get", "a").err()).isEqualTo("Path must start with / character\n");
        assertThat(tree.zkCli("get", "/none").exit()).isEqualTo(1);
    }

    @Test
    void anUnknownCommandEndsWith127() {
        Said said = tree.zkCli("foo");

        assertThat(said.exit()).isEqualTo(127);
        assertThat(said.err())
                .contains("\tls [-s] [-w] [-R] path\n")
                .endsWith("Command not found: Command not found foo\n");
    }

    @Test
    void wrongWordsAreAnsweredWithTheUsage() {
        Said said = tree.zkCli("ls");

        assertThat(said.err()).isEqualTo("ls [-s] [-w] [-R] path\n");
        assertThat(said.exit()).isEqualTo(1);
    }

    @Test
    void linesOfAPipeRunInOneSessionAndTheLastOneDecidesTheCode() {
        Said said =
                Said.by(
                        tree.servers(),
                        List.of("cli"),
                        """
                        create -e /a-e "two words"
                        get /a-e
                        getEphemerals /
                        history
                        redo 1
                        get /none
                        quit
                        """);

        assertThat(said.out())
                .contains("JLine support is disabled\n")
                .contains("two words\n[/a-e]\n0 - create -e /a-e \"two words\"\n1 - get /a-e\n")
                .contains("3 - history\ntwo words\n")
                .endsWith(
                        "\nWATCHER::\n\nWatchedEvent state:Closed type:None path:null zxid: -1\n");
        assertThat(said.exit()).isEqualTo(1);
        assertThat(tree.run("ls", "/").out()).isEqualTo("[a]\n");
    }

    @Test
    void aWatchIsToldOnceAndAnAddedOneAgainAndAgain() {
        Said said =
                Said.by(
                        tree.servers(),
                        List.of("cli"),
                        """
                        get -w /a
                        addWatch /a
                        set /a 1
                        set /a 2
                        removewatches /none
                        sync /a
                        removewatches /a
                        set /a 3
                        printwatches off
                        printwatches
                        """);

        // Its one-shot watch and its lasting one are one for the first change.
        assertThat(said.out().split("type:NodeDataChanged path:/a", -1)).hasSize(3);
        assertThat(said.out()).endsWith("printwatches is off\n");
    }

    @Test
    void closeEndsTheSessionAndConnectBeginsAnother() {
        Said said =
                Said.by(
                        tree.servers(),
                        List.of("cli"),
                        "close\nls /\nconnect " + tree.servers() + "\nls /\n");

        assertThat(said.out()).contains("\nNot connected\n").endsWith("\n[a]\n");
    }

    @Test
    void nobodyThereIsOneLineAndCode1() {
        Said said = Said.by("127.0.0.1:1", List.of("cli", "-timeout", "300", "ls", "/"));

        assertThat(said.err()).isEqualTo("KeeperErrorCode = ConnectionLoss for /\n");
        assertThat(said.exit()).isEqualTo(1);
    }

    @Test
    void aConnectStringThatIsNoneIsRefused() {
        assertThat(Said.by("host:port", List.of("cli", "ls", "/")).err()).contains("port");
        assertThat(Said.by("127.0.0.1:2181//x", List.of("cli", "ls", "/")).err())
                .contains("chroot");
    }
}
