package io.banyan.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.wire.txn.MultiTxn;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What may stand in a multi, as a ZooKeeper 3.9.5 server was seen to answer.
class MultiTest {
    private static final String END = "ffffffff 01 ffffffff";
    private static final String PATH = "00000002 2f6d";
    private static final String OPEN =
            "00000001 0000001f 00000005 776f726c64 00000006 616e796f6e65";

    private static JuteReader bytes(String hex) {
        return new JuteReader(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    private static String header(int type) {
        return HexFormat.of().toHexDigits(type) + "00ffffffff";
    }

    private static String create(int type, int flags) {
        return header(type)
                + PATH
                + "ffffffff"
                + OPEN
                + HexFormat.of().toHexDigits(flags)
                + (type == OpCode.CREATE_TTL ? "0000000000000005" : "");
    }

    @ParameterizedTest(name = "{0} with flags {1} is {2}")
    @CsvSource({
        "1, 0, 1",
        "1, 3, 1",
        "1, 4, 19",
        "15, 0, 15",
        "15, 4, 19",
        "19, 4, 19",
        "19, 0, 19",
        "21, 5, 21",
        "21, 6, 21",
        "21, 0, 1",
        "21, 4, 19",
        "21, 7, 21",
        "21, -1, 21"
    })
    void flagsHaveASayInWhatACreateIs(int type, int flags, int taken) {
        var multi = MultiRequest.decode(bytes(create(type, flags) + END));

        assertThat(multi.ops()).extracting(MultiOp::type).containsExactly(taken);
    }

    @ParameterizedTest(name = "{0} with flags {1}")
    @CsvSource({"1, 5", "1, 7", "1, -1", "15, 5", "15, 6", "19, 5", "19, 2147483647"})
    void flagsThatNoSuchCreateHasSpoilTheWholeMulti(int type, int flags) {
        assertRefused(create(type, flags) + END);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 6, 7, 8, 9, 12, 14, 16, 20, 22, 0, -1, -10, -11, 999})
    void operationsThatDoNotBelongThereSpoilTheWholeMulti(int type) {
        // Bytes enough for whatever the body of such an operation might be.
        assertRefused(header(type) + PATH + "00".repeat(64) + END);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 12, 13, 15, 21, 22, -1})
    void onlyGetDataAndGetChildrenBelongIntoAMultiRead(int type) {
        var in = bytes(header(type) + PATH + "00".repeat(64) + END);

        assertThatThrownBy(() -> MultiReadRequest.decode(in)).isInstanceOf(MalformedRecord.class);
    }

    @Test
    void nullPathOrAclSpoilsTheWholeMulti() {
        assertRefused(header(OpCode.SET_DATA) + "ffffffff ffffffff ffffffff" + END);
        assertRefused(header(OpCode.CHECK) + "ffffffff ffffffff" + END);
        assertRefused(header(OpCode.DELETE) + "ffffffff ffffffff" + END);
        assertRefused(header(OpCode.CREATE) + "ffffffff ffffffff" + OPEN + "00000000" + END);
        assertRefused(header(OpCode.CREATE) + PATH + "ffffffff ffffffff 00000000" + END);
    }

    @Test
    void outsideAMultiANullPathOrAclIsAsGoodAsAnEmptyOne() {
        assertThat(SetDataRequest.decode(bytes("ffffffff ffffffff ffffffff")))
                .isEqualTo(new SetDataRequest("", null, -1));
        assertThat(CreateRequest.decode(bytes(PATH + "ffffffff ffffffff 00000000")))
                .isEqualTo(new CreateRequest("/m", null, List.of(), 0));
    }

    @Test
    void endIsWhereTheHeaderSaysSoWhateverElseItSays() {
        assertThat(MultiRequest.decode(bytes("00000001 01 00000000")).ops()).isEmpty();
        assertThat(MultiReadRequest.decode(bytes(END)).ops()).isEmpty();
        assertRefused("");
        assertRefused(header(OpCode.DELETE) + PATH + "ffffffff");
    }

    @Test
    void refusedMultiOfTheLogIsRecognised() {
        var refused =
                MultiTxn.decode(
                        bytes("00000002 ffffffff 00000004 00000000 ffffffff 00000004 fffffffe"));
        var done = MultiTxn.decode(bytes("00000001 00000002 00000006" + PATH));

        assertThat(refused.failed()).isTrue();
        assertThat(done.failed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {-11, -10, 3, 7, 14, 16, 22})
    void transactionsThatDoNotBelongIntoAMultiAreRefused(int type) {
        var in =
                bytes("00000001" + HexFormat.of().toHexDigits(type) + "00000020" + "00".repeat(32));

        assertThatThrownBy(() -> MultiTxn.decode(in)).isInstanceOf(MalformedRecord.class);
    }

    private static void assertRefused(String hex) {
        assertThatThrownBy(() -> MultiRequest.decode(bytes(hex)))
                .isInstanceOf(MalformedRecord.class);
    }
}
