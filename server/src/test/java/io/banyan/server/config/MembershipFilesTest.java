package io.banyan.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MembershipFilesTest {
    private static final String MEMBERS =
            """
            server.1=h1:1:2:participant;0.0.0.0:2181
            server.2=h2:1:2:participant;0.0.0.0:2181
            version=100000005\
            """;

    @TempDir Path directory;
    private Path file;
    private MembershipFiles files;

    @BeforeEach
    void aFileAsAnOperatorWroteIt() throws Exception {
        Files.writeString(directory.resolve("myid"), "1");
        file = directory.resolve("zoo.cfg");
        Files.writeString(
                file,
                "tickTime=500\ninitLimit=20\nsyncLimit=10\nreconfigEnabled=true\nclientPort=2181\n"
                        + "dataDir="
                        + directory.toString().replace("\\", "\\\\")
                        + "\nserver.1=h1:1:2\npeerType=participant\n");
        files = new MembershipFiles(file);
    }

    private Path beside(String suffix) {
        return directory.resolve("zoo.cfg" + suffix);
    }

    @Test
    void membersMoveIntoAFileOfTheirOwnAndTheNextStartFindsThem() throws Exception {
        String before = Files.readString(file);

        files.activated(MEMBERS, 0x100000005L, true);

        assertThat(beside(".dynamic.100000005"))
                .content()
                .isEqualTo(
                        """
                        server.1=h1:1:2:participant;0.0.0.0:2181
                        server.2=h2:1:2:participant;0.0.0.0:2181\
                        """);
        assertThat(beside(".bak")).content().isEqualTo(before);
        assertThat(file)
                .content()
                .contains("tickTime=500", "dynamicConfigFile=")
                .doesNotContain("server.", "clientPort", "peerType");
        ServerConfig.Ensemble ensemble = ZooCfg.parse(file, Map.of()).ensemble();
        assertThat(ensemble.text()).isEqualTo(MEMBERS);
        assertThat(ensemble.version()).isEqualTo(0x100000005L);
    }

    @Test
    void theClientPortStaysWhereTheMembersDoNotTellIt() throws Exception {
        files.activated("server.1=h1:1:2:participant\nversion=1", 1, false);

        assertThat(file).content().contains("clientPort=2181");
    }

    @Test
    void whatIsProposedStandsBesideUntilItIsDecided() throws Exception {
        files.proposed(MEMBERS);
        assertThat(beside(".dynamic.next")).content().contains("server.2=", "version=100000005");

        files.withdrawn();
        assertThat(beside(".dynamic.next")).doesNotExist();

        files.proposed(MEMBERS);
        files.activated(MEMBERS, 0x100000005L, true);
        assertThat(beside(".dynamic.next")).doesNotExist();
    }

    @Test
    void theOperatorsFileIsKeptOnce() throws Exception {
        String before = Files.readString(file);

        files.activated(MEMBERS, 0x100000005L, true);
        files.activated(MEMBERS.replace("100000005", "100000009"), 0x100000009L, true);

        assertThat(beside(".bak")).content().isEqualTo(before);
        assertThat(file).content().contains("zoo.cfg.dynamic.100000009");
    }
}
