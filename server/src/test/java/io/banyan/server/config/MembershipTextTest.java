package io.banyan.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What Apache ZooKeeper 3.9.5 makes of the same lines: each expected text was printed by it.
final class MembershipTextTest {
    @TempDir Path directory;

    @BeforeEach
    void thisIsServerOne() throws Exception {
        Files.writeString(directory.resolve("myid"), "1");
    }

    private String textOf(String lines) throws Exception {
        String common =
                "initLimit=20\nsyncLimit=10\nclientPort=2181\ndataDir="
                        + directory.toString().replace("\\", "\\\\")
                        + "\n";
        return ZooCfg.parse(new StringReader(common + lines), "test", Map.of()).ensemble().text();
    }

    @Test
    void clientAddressIsThereIfTheServersLineTellsIt() throws Exception {
        assertThat(
                        textOf(
                                """
                                server.1=h1:2888:3888
                                server.2=h2:2888:3888:participant;0.0.0.0:2181
                                server.3=h3:2888:3888:observer;10.0.0.3:2182
                                server.4=localhost:2888:3888;localhost:2181
                                server.5=h5:2888:3888;2181
                                """))
                .isEqualTo(
                        """
                        server.1=h1:2888:3888:participant
                        server.2=h2:2888:3888:participant;0.0.0.0:2181
                        server.3=h3:2888:3888:observer;10.0.0.3:2182
                        server.4=localhost:2888:3888:participant;localhost:2181
                        server.5=h5:2888:3888:participant;0.0.0.0:2181
                        version=0\
                        """);
    }

    @Test
    void linesAreInTheOrderOfAHashMap() throws Exception {
        assertThat(
                        textOf(
                                """
                                server.1=h1:2888:3888
                                server.11=h11:2888:3888
                                server.12=h12:2888:3888
                                server.21=h21:2888:3888
                                server.22=h22:2888:3888
                                server.101=h101:2888:3888:observer
                                """))
                .isEqualTo(
                        """
                        server.1=h1:2888:3888:participant
                        server.21=h21:2888:3888:participant
                        server.101=h101:2888:3888:observer
                        server.22=h22:2888:3888:participant
                        server.11=h11:2888:3888:participant
                        server.12=h12:2888:3888:participant
                        version=0\
                        """);
    }

    @Test
    void groupsAndWeightsOfVotersFollowTheServers() throws Exception {
        assertThat(
                        textOf(
                                """
                                server.1=h1:2888:3888
                                server.2=h2:2888:3888
                                server.3=h3:2888:3888
                                server.4=h4:2888:3888
                                server.5=h5:2888:3888
                                server.6=h6:2888:3888
                                server.7=h7:2888:3888:observer
                                group.2=4:5:6
                                group.1=3:1:2
                                weight.1=2
                                weight.4=0
                                """))
                .isEqualTo(
                        """
                        server.1=h1:2888:3888:participant
                        server.2=h2:2888:3888:participant
                        server.3=h3:2888:3888:participant
                        server.4=h4:2888:3888:participant
                        server.5=h5:2888:3888:participant
                        server.6=h6:2888:3888:participant
                        server.7=h7:2888:3888:observer
                        group.1=1:2:3
                        group.2=4:5:6
                        weight.1=2
                        weight.2=1
                        weight.3=1
                        weight.4=0
                        weight.5=1
                        weight.6=1
                        version=0\
                        """);
    }

    @Test
    void addressesOfIpv6AreWrittenOut() throws Exception {
        assertThat(
                        textOf(
                                """
                                server.1=[::1]:2888:3888;[::1]:2181
                                server.2=[2001:db8::1]:2888:3888
                                server.3=127.0.0.1:2888:3888:PARTICIPANT;127.0.0.1:2181
                                """))
                .isEqualTo(
                        """
                        server.1=[0:0:0:0:0:0:0:1]:2888:3888:participant;[0:0:0:0:0:0:0:1]:2181
                        server.2=[2001:db8:0:0:0:0:0:1]:2888:3888:participant
                        server.3=127.0.0.1:2888:3888:participant;127.0.0.1:2181
                        version=0\
                        """);
    }

    @Test
    void severalAddressesAreInTheOrderOfTheirNames() throws Exception {
        assertThat(
                        textOf(
                                """
                                multiAddress.enabled=true
                                server.1=h1:2888:3888|a1:2889:3889
                                server.2=h2:2888:3888|h2b:2889:3889
                                server.3=h3:2888:3888
                                """))
                .isEqualTo(
                        """
                        server.1=a1:2889:3889|h1:2888:3888:participant
                        server.2=h2:2888:3888|h2b:2889:3889:participant
                        server.3=h3:2888:3888:participant
                        version=0\
                        """);
    }

    @Test
    void versionIsInTheNameOfAMembershipFile() throws Exception {
        Path members = directory.resolve("zoo.cfg.dynamic.100000007");
        Files.writeString(
                members,
                """
                server.1=h1:2888:3888;2181
                server.2=h2:2888:3888;2181
                server.3=h3:2888:3888;2181
                """);

        assertThat(textOf("dynamicConfigFile=" + members + "\n"))
                .isEqualTo(
                        """
                        server.1=h1:2888:3888:participant;0.0.0.0:2181
                        server.2=h2:2888:3888:participant;0.0.0.0:2181
                        server.3=h3:2888:3888:participant;0.0.0.0:2181
                        version=100000007\
                        """);
    }

    @Test
    void nameThatEndsInNoNumberIsVersionZero() throws Exception {
        Path members = directory.resolve("zoo.cfg.dynamic");
        Files.writeString(members, "server.1=h1:2888:3888;2181\nserver.2=h2:2888:3888;2181\n");

        assertThat(textOf("dynamicConfigFile=" + members + "\n")).endsWith("version=0");
    }
}
