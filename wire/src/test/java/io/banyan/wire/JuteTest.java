package io.banyan.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class JuteTest {
    private static JuteReader bytes(String hex) {
        return new JuteReader(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    private static String hex(JuteWriter out) {
        return HexFormat.of().formatHex(out.toByteArray());
    }

    @Test
    void nullAndEmptyAreDifferent() {
        var out = new JuteWriter();

        out.writeBuffer(null);
        out.writeBuffer(new byte[0]);
        out.writeString(null);
        out.writeString("");

        assertThat(hex(out)).isEqualTo("ffffffff00000000ffffffff00000000");
        var in = new JuteReader(out.toByteArray());
        assertThat(in.readBuffer()).isNull();
        assertThat(in.readBuffer()).isEmpty();
        assertThat(in.readString()).isNull();
        assertThat(in.readString()).isEmpty();
        assertThat(in.remaining()).isZero();
    }

    @Test
    void anyByteButZeroIsTrue() {
        var in = bytes("00 01 02 ff");

        assertThat(in.readBool()).isFalse();
        assertThat(in.readBool()).isTrue();
        assertThat(in.readBool()).isTrue();
        assertThat(in.readBool()).isTrue();
    }

    @Test
    void numbersAreBigEndian() {
        var out = new JuteWriter(1);

        out.writeInt(0x01020304);
        out.writeLong(0x0102030405060708L);
        out.writeByte(0xfe);

        assertThat(hex(out)).isEqualTo("010203040102030405060708fe");
        var in = new JuteReader(out.toByteArray());
        assertThat(in.readInt()).isEqualTo(0x01020304);
        assertThat(in.readLong()).isEqualTo(0x0102030405060708L);
        assertThat(in.readByte()).isEqualTo((byte) 0xfe);
    }

    @Test
    void lengthBeyondTheEndIsRefused() {
        assertThatThrownBy(() -> bytes("00000003 6162").readString())
                .isInstanceOf(MalformedRecord.class)
                .hasMessageContaining("length 3 with 2 bytes left");
        assertThatThrownBy(() -> bytes("7fffffff 6162").readBuffer())
                .isInstanceOf(MalformedRecord.class);
    }

    @Test
    void negativeLengthOtherThanNullIsRefused() {
        assertThatThrownBy(() -> bytes("fffffffe").readString())
                .isInstanceOf(MalformedRecord.class);
        assertThatThrownBy(() -> bytes("80000000").readBuffer())
                .isInstanceOf(MalformedRecord.class);
    }

    @Test
    void negativeCountOtherThanNullIsAnEmptyVector() {
        assertThat(bytes("ffffffff").readVector(JuteReader::readInt)).isNull();
        assertThat(bytes("fffffffe").readVector(JuteReader::readInt)).isEmpty();
        assertThat(bytes("80000000").readVector(JuteReader::readInt)).isEmpty();
    }

    @Test
    void countThatCannotBeTrueIsRefusedBeforeReading() {
        assertThatThrownBy(() -> bytes("7fffffff 00000000").readVector(JuteReader::readInt))
                .isInstanceOf(MalformedRecord.class)
                .hasMessageContaining("vector of 2147483647");
    }

    @Test
    void readerSeesNoByteOutsideItsRange() {
        byte[] array = HexFormat.of().parseHex("0000000161620000");

        assertThat(new JuteReader(array, 0, 5).readString()).isEqualTo("a");
        assertThatThrownBy(() -> new JuteReader(array, 0, 4).readString())
                .isInstanceOf(MalformedRecord.class);
        assertThatThrownBy(() -> new JuteReader(array, 4, 7).readInt())
                .isInstanceOf(MalformedRecord.class);
    }

    @Test
    void bytesThatAreNoUtf8BecomeReplacementCharacters() {
        assertThat(bytes("00000003 2fff78").readString()).isEqualTo("/\ufffdx");
    }

    @Test
    void nullWhereAStringIsNeededIsRefused() {
        assertThatThrownBy(() -> bytes("ffffffff").requireString())
                .isInstanceOf(MalformedRecord.class);
        assertThatThrownBy(() -> bytes("00000001 ffffffff").readStrings())
                .isInstanceOf(MalformedRecord.class);
        assertThat(bytes("ffffffff").readStringOrEmpty()).isEmpty();
        assertThat(bytes("ffffffff").readStrings()).isEqualTo(List.of());
    }

    @Test
    void whatWasReadDoesNotShareTheReadersArray() {
        byte[] array = HexFormat.of().parseHex("0000000161");
        byte[] read = new JuteReader(array).readBuffer();

        array[4] = 'x';

        assertThat(read).containsExactly('a');
    }

    @Test
    void writerTakesBackWhatStandsBehindAMark() {
        var out = new JuteWriter();
        out.writeInt(1);
        int mark = out.length();
        out.writeString("gone");

        out.truncate(mark);
        out.patchInt(0, 7);

        assertThat(hex(out)).isEqualTo("00000007");
        assertThatThrownBy(() -> out.truncate(5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> out.patchInt(1, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
