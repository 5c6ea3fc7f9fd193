package io.banyan.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Ipv6Test {
    @ParameterizedTest
    @CsvSource({
        "::1,0:0:0:0:0:0:0:1",
        "::,0:0:0:0:0:0:0:0",
        "2001:DB8::0001,2001:db8:0:0:0:0:0:1",
        "1:2:3:4:5:6:7::,1:2:3:4:5:6:7:0",
        "::ffff:10.0.0.3,10.0.0.3",
        "::ffff:0a00:3,10.0.0.3",
        "64:ff9b::1.2.3.4,64:ff9b:0:0:0:0:102:304",
        "fe80::1%eth0,fe80:0:0:0:0:0:0:1%eth0"
    })
    void isSpeltAsZooKeeperDoes(String written, String spelt) {
        assertThat(Ipv6.spelt(written)).isEqualTo(spelt);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "host",
                "10.0.0.3",
                "",
                ":",
                ":1",
                "1:",
                "1:2",
                "1::2::3",
                ":::",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "12345::",
                "g::",
                "::1.2.3",
                "::1.2.3.256",
                "1.2.3.4::",
                "::-1",
                "::1.2.3.4:5",
                "\u0661::"
            })
    void whatIsNoneStaysAsItIs(String host) {
        assertThat(Ipv6.spelt(host)).isEqualTo(host);
    }

    /// Java's own class says how it is; whatever it does not take is left alone.
    @Test
    void agreesWithJava() {
        var random = new SplittableRandom(6);
        int addresses = 0;
        for (int round = 0; round < 20_000; round++) {
            var text = new StringBuilder();
            for (int left = random.nextInt(3, 12); left > 0; left--) {
                String pieces = random.nextInt(40) == 0 ? "1.2.3.40" : "0:1:ab:::ffff:0";
                int from = random.nextInt(pieces.length());
                text.append(pieces, from, random.nextInt(from, pieces.length()) + 1);
            }
            String written = text.toString();
            if (written.indexOf(':') < 0) {
                continue;
            }
            String expected;
            try {
                expected = InetAddress.ofLiteral(written).getHostAddress();
                addresses++;
            } catch (IllegalArgumentException none) {
                expected = written;
            }
            assertThat(Ipv6.spelt(written)).describedAs(written).isEqualTo(expected);
        }
        assertThat(addresses).isGreaterThan(100);
    }
}
