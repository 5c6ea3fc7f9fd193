package io.banyan.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ConnectStringTest {
    @Test
    void serversPortsAndChroot() {
        ConnectString parsed = ConnectString.parse("a:1,b , [::1]:3,[fe80::2]/x/y");

        assertThat(parsed.servers())
                .containsExactly(
                        new ConnectString.Server("a", 1),
                        new ConnectString.Server("b", 2181),
                        new ConnectString.Server("::1", 3),
                        new ConnectString.Server("fe80::2", 2181));
        assertThat(parsed.chroot()).isEqualTo("/x/y");
        assertThat(parsed.servers().get(2)).hasToString("[::1]:3");
    }

    @Test
    void rootIsNoChroot() {
        assertThat(ConnectString.parse("a/").chroot()).isEmpty();
        assertThat(ConnectString.parse("a").chroot()).isEmpty();
    }

    @Test
    void addressWithoutBracketsIsAnAddress() {
        assertThat(ConnectString.parse("::1").servers())
                .containsExactly(new ConnectString.Server("::1", 2181));
    }

    @Test
    void everyMistakeIsNamed() {
        for (String wrong : List.of("", ",", "/x", "a:0", "a:65536", "a:b", ":1", "a/x/", "a//x")) {
            assertThatThrownBy(() -> ConnectString.parse(wrong))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("connect string \"" + wrong + "\"");
        }
    }

    @Test
    void chrootGoesOnAndComesOff() {
        var chroot = new Chroot("/app");

        assertThat(chroot.toServer("/")).isEqualTo("/app");
        assertThat(chroot.toServer("/a")).isEqualTo("/app/a");
        assertThat(chroot.toServer("/zookeeper/config")).isEqualTo("/zookeeper/config");
        assertThat(chroot.toClient("/app")).isEqualTo("/");
        assertThat(chroot.toClient("/app/a")).isEqualTo("/a");
        assertThat(chroot.toClient("/apple")).isEqualTo("/apple");
        assertThat(chroot.toClient("/zookeeper/config")).isEqualTo("/zookeeper/config");
    }
}
