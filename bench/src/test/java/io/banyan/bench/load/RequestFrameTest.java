package io.banyan.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class RequestFrameTest {
    @Test
    void getDataCarriesXidNumberAndWatch() {
        String hex = hex(RequestFrame.getData("/b", true), 0x01020304, 12_345_678);

        assertThat(hex)
                .isEqualTo(
                        "00000019" // length of the rest
                                + "01020304" // xid
                                + "00000004" // getData
                                + "0000000c2f622f6b3132333435363738" // "/b/k12345678"
                                + "01");
    }

    @Test
    void fanSpreadsNumbersOverDirectories() {
        var frame = RequestFrame.createInDirectory("/fan", 1_000, 0);

        assertThat(text(frame, 0)).contains("/fan/0000/0000");
        assertThat(text(frame, 999)).contains("/fan/0000/0999");
        assertThat(text(frame, 1_000)).contains("/fan/0001/0000");
        assertThat(text(frame, 999_999)).contains("/fan/0999/0999");
    }

    @Test
    void pingKeepsItsReservedXid() {
        assertThat(hex(RequestFrame.ping(), 77, 5)).isEqualTo("00000008fffffffe0000000b");
    }

    @Test
    void createHasOpenAclAndFlags() {
        String hex = hex(RequestFrame.create("/b", 2, true), 1, 7);

        assertThat(hex)
                .endsWith(
                        "000000027878" // data
                                + "000000010000001f00000005776f726c6400000006616e796f6e65"
                                + "00000001"); // ephemeral
        assertThat(text(RequestFrame.create("/b", 2, true), 7)).contains("/b/k00000007");
    }

    private static String text(RequestFrame frame, int number) {
        return new String(
                HexFormat.of().parseHex(hex(frame, 1, number)),
                java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private static String hex(RequestFrame frame, int xid, int number) {
        var out = ByteBuffer.allocate(frame.lengthBytes());
        frame.put(out, xid, number);
        assertThat(out.hasRemaining()).isFalse();
        return HexFormat.of().formatHex(out.array());
    }
}
