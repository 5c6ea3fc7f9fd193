package io.banyan.replica;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.zab.Configuration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MembersTest {
    private static final String THREE =
            """
            server.1=h1:2888:3888:participant;0.0.0.0:2181
            server.2=h2:2888:3888:participant;0.0.0.0:2181
            server.3=h3:2888:3888:observer;0.0.0.0:2181
            version=100000000\
            """;

    @Test
    void textIsReadAndWrittenAsItWas() throws Exception {
        Members members = Members.parse(THREE);

        assertThat(members.text()).isEqualTo(THREE);
        assertThat(members.version()).isEqualTo(0x100000000L);
        Configuration configuration = members.configuration();
        assertThat(configuration.electorate().voters()).containsExactly(1L, 2L);
        assertThat(configuration.observers()).containsExactly(3L);
        assertThat(configuration.version()).isEqualTo(0x100000000L);
    }

    @Test
    void whatNobodyWroteIsAsZooKeeperTakesIt() throws Exception {
        assertThat(
                        Members.parse("server.1=[::1]:1:2;3\nserver.2=a:1:2|b:1:3:observer;[::]:4")
                                .text())
                .isEqualTo(
                        """
                        server.1=[0:0:0:0:0:0:0:1]:1:2:participant;0.0.0.0:3
                        server.2=a:1:2|b:1:3:observer;[0:0:0:0:0:0:0:0]:4
                        version=0\
                        """);
    }

    /// Printed by ZooKeeper 3.9.5 for the same lines.
    @Test
    void whatChangedHasTheBytesOfZooKeepers() throws Exception {
        Members before =
                Members.parse(
                        """
                        server.1=[::1]:2888:3888;[::1]:2181
                        server.2=h2:2890:3890|[2001:DB8::1]:2888:3888|10.0.0.2:2889:3889;1
                        """);
        String joining =
                "server.2=b:2888:3888|[a::1]:2:3|9.9.9.9:3:4:observer;[::1]:5,"
                        + "server.3=[::ffff:10.0.0.3]:2888:3888;[::]:2181,"
                        + "server.4=[::1]:2890:3890|[::1]:2889:3889;1,"
                        + "server.5=[::1.2.3.4]:2888:3888|[fe80::1]:1:2|[::2]:3:4:observer;2181";

        Members next = before.with(joining, null).withVersion(0x100000000L);

        assertThat(next.text())
                .isEqualTo(
                        """
                        server.1=[0:0:0:0:0:0:0:1]:2888:3888:participant;[0:0:0:0:0:0:0:1]:2181
                        server.2=9.9.9.9:3:4|[a:0:0:0:0:0:0:1]:2:3|b:2888:3888:observer;\
                        [0:0:0:0:0:0:0:1]:5
                        server.3=10.0.0.3:2888:3888:participant;[0:0:0:0:0:0:0:0]:2181
                        server.4=[0:0:0:0:0:0:0:1]:2889:3889|\
                        [0:0:0:0:0:0:0:1]:2890:3890:participant;0.0.0.0:1
                        server.5=[0:0:0:0:0:0:0:2]:3:4|[0:0:0:0:0:0:102:304]:2888:3888|\
                        [fe80:0:0:0:0:0:0:1]:1:2:observer;0.0.0.0:2181
                        version=100000000\
                        """);
    }

    @Test
    void oneAddressIsOneHoweverItIsSpelt() throws Exception {
        Members members = Members.parse("server.1=[::1]:1:2;3\n");

        assertThatThrownBy(() -> members.with("server.2=[0::0:1]:1:4;5", null))
                .isInstanceOf(Members.Wrong.class);
    }

    @Test
    void groupsAndWeightsAreReadAndWritten() throws Exception {
        String text =
                """
                server.1=h1:1:2:participant;0.0.0.0:3
                server.2=h2:1:2:participant;0.0.0.0:3
                server.3=h3:1:2:participant;0.0.0.0:3
                group.1=1:2
                group.2=3
                weight.1=1
                weight.2=0
                weight.3=1
                version=0\
                """;
        Members members = Members.parse(text);

        assertThat(members.text()).isEqualTo(text);
        assertThat(members.configuration().electorate().isQuorum(List.of(1L, 3L))).isTrue();
        assertThat(members.configuration().electorate().isQuorum(List.of(2L, 3L))).isFalse();
    }

    @Test
    void serversJoinLeaveAndChangeTheirRole() throws Exception {
        Members next =
                Members.parse(THREE)
                        .with("server.3=h3:2888:3888;2181,server.4=h4:1:2:observer;5", "2,9")
                        .withVersion(0x100000007L);

        assertThat(next.text())
                .isEqualTo(
                        """
                        server.1=h1:2888:3888:participant;0.0.0.0:2181
                        server.3=h3:2888:3888:participant;0.0.0.0:2181
                        server.4=h4:1:2:observer;0.0.0.0:5
                        version=100000007\
                        """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "server.4=h4:1",
                "server.4",
                "server.4=h4:1:2",
                "server.4=h4:1:2:voter;3",
                "server.4=h4:1:70000;3",
                "server.x=h4:1:2;3",
                // Where server 1 is.
                "server.4=h1:2888:2;3"
            })
    void whatIsNoServerDoesNotJoin(String joining) throws Exception {
        Members members = Members.parse(THREE);

        assertThatThrownBy(() -> members.with(joining, null)).isInstanceOf(Members.Wrong.class);
    }

    @Test
    void somebodyHasToVote() throws Exception {
        Members members = Members.parse(THREE);

        assertThatThrownBy(() -> members.with(null, "1,2")).isInstanceOf(Members.Wrong.class);
        assertThat(Members.parse("".getBytes(UTF_8))).isNull();
    }

    @Test
    void membersWithGroupsAreReplacedAsAWholeOnly() throws Exception {
        Members members =
                Members.parse("server.1=a:1:2;3\nserver.2=b:1:2;3\ngroup.1=1\ngroup.2=2\n");

        assertThatThrownBy(() -> members.with(null, "2")).isInstanceOf(Members.Wrong.class);
    }

    @Test
    void aWeightCountsInAGroupOnly() {
        String text = "server.1=a:1:2;3\nweight.1=2\n";

        assertThatThrownBy(() -> Members.parse(text))
                .isInstanceOf(Members.Wrong.class)
                .hasMessageContaining("group");
    }
}
