package io.banyan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.banyan.cli.command.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `banyan top` and `banyan doctor`.
class InspectTest {
    @TempDir Path folder;

    private static Said run(String... words) {
        return Said.by("", List.of(words));
    }

    private static String servers() {
        return Tree.server().connectString();
    }

    @Test
    void topShowsARowForEachServer() throws IOException {
        Said said = run("top", "--once", "--server", servers() + ",127.0.0.1:1");

        assertThat(said.exit()).isZero();
        assertThat(said.lines()).hasSize(3);
        assertThat(said.lines().get(1)).contains("standalone").contains("0x");
        assertThat(said.lines().get(2)).contains("down: ");
        Said json = run("top", "--once", "--json", "--server", servers());
        assertThat(new ObjectMapper().readTree(json.out()).at("/0/server_state").asText())
                .isEqualTo("standalone");
    }

    @Test
    void topEndsWhereNobodyIs() {
        assertThat(run("top", "--server", "127.0.0.1:1").exit()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run("top", "--every", "0s").exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run("top", "--server", "a:b").exit()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void doctorFindsAServerThatIsWell() {
        Said said = run("doctor", "--server", servers());

        assertThat(said.exit()).isZero();
        assertThat(said.out()).contains("good  peers   " + servers() + " is standalone at 0x");
    }

    @Test
    void doctorSaysWhatToDoAboutOneThatIsNot() {
        Said said = run("doctor", "--server", "127.0.0.1:1");

        assertThat(said.exit()).isEqualTo(ExitCode.REFUSED);
        assertThat(said.out())
                .contains("WRONG peers   127.0.0.1:1 serves no clients")
                .contains("do: start it and read its log");
    }

    @Test
    void doctorReadsAConfiguration() throws IOException {
        Path data = Files.createDirectory(folder.resolve("data"));
        Path file =
                Files.writeString(
                        folder.resolve("zoo.cfg"),
                        """
                        tickTime=2000
                        initLimit=10
                        syncLimit=5
                        dataDir=%s
                        clientPort=1
                        forceSync=no
                        autopurge.purgeInterval=0
                        server.1=127.0.0.1:2:3
                        server.2=no-such-host.invalid:2:3
                        """
                                .formatted(data));
        Files.writeString(data.resolve("myid"), "1");

        Said said = run("doctor", file.toString());

        assertThat(said.exit()).isEqualTo(ExitCode.REFUSED);
        assertThat(said.out())
                .contains("forceSync=no")
                .contains("never purged")
                .contains("2 voters")
                .contains("good  disk    myid is 1")
                .contains("a sync of the log's disk takes")
                .contains("nobody knows the name no-such-host.invalid")
                .contains("open files are allowed");
        try (var left = Files.list(data)) {
            assertThat(left).hasSize(1);
        }
    }

    @Test
    void doctorNamesTheLineThatIsWrong() throws IOException {
        Path file = Files.writeString(folder.resolve("zoo.cfg"), "dataDir=/tmp\ntickTime=x\n");

        Said said = run("doctor", file.toString());

        assertThat(said.exit()).isEqualTo(ExitCode.REFUSED);
        assertThat(said.out()).contains("tickTime");
        assertThat(run("doctor", "/no/such/file").exit()).isIn(ExitCode.LOCAL, ExitCode.REFUSED);
        assertThat(run("doctor", "a", "b").exit()).isEqualTo(ExitCode.USAGE);
    }
}
