package io.banyan.bench.load;

import io.banyan.wire.JuteWriter;
import io.banyan.wire.OpCode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/// A request as bytes, complete but for the xid and the number in its path.
///
/// | offset | size | meaning |
/// | --- | --- | --- |
/// | 0 | 4 | length of the rest |
/// | 4 | 4 | xid, patched by {@link #put} |
/// | 8 | 4 | opcode |
/// | 12 | | body, with a path that may end in digits, patched by {@link #put} |
///
/// A number is written as two groups of four digits, each looked up in a table, so a path costs two
/// stores and no formatting.
final class RequestFrame {
    /// Where a number has its four high and its four low digits.
    private static final String HIGH = "HIGH";

    private static final String LOW = "LOW.";
    private static final int GROUP = 10_000;
    private static final int NO_DIGITS = -1;
    private static final int XID_OFFSET = 4;
    private static final int PERMS_ALL = 31;

    /// Numbers from 0 to 9999 as four ASCII digits.
    private static final int[] DIGITS = new int[GROUP];

    static {
        for (int i = 0; i < GROUP; i++) {
            DIGITS[i] =
                    ('0' + i / 1000) << 24
                            | ('0' + i / 100 % 10) << 16
                            | ('0' + i / 10 % 10) << 8
                            | ('0' + i % 10);
        }
    }

    private final byte[] bytes;
    private final int xid;
    private final int highOffset;
    private final int lowOffset;
    private final int lowRange;

    /// `fixedXid` is 0 for requests that count up, else the xid that the protocol reserves.
    private RequestFrame(int fixedXid, int opcode, int lowRange, Consumer<JuteWriter> body) {
        var out = new JuteWriter();
        out.writeInt(0);
        out.writeInt(fixedXid);
        out.writeInt(opcode);
        body.accept(out);
        out.patchInt(0, out.length() - 4);
        this.bytes = out.toByteArray();
        this.xid = fixedXid;
        this.highOffset = indexOf(bytes, HIGH);
        this.lowOffset = indexOf(bytes, LOW);
        this.lowRange = lowRange;
    }

    static RequestFrame getData(String base, boolean watch) {
        return numbered(OpCode.GET_DATA, out -> pathAndWatch(out, key(base), watch));
    }

    /// Always the same znode, without a number.
    static RequestFrame getDataOf(String path, boolean watch) {
        return numbered(OpCode.GET_DATA, out -> pathAndWatch(out, path, watch));
    }

    static RequestFrame exists(String base) {
        return numbered(OpCode.EXISTS, out -> pathAndWatch(out, key(base), false));
    }

    static RequestFrame getChildren(String path) {
        return numbered(OpCode.GET_CHILDREN, out -> pathAndWatch(out, path, false));
    }

    static RequestFrame setData(String base, int dataBytes) {
        return setDataOf(key(base), dataBytes);
    }

    static RequestFrame setDataOf(String path, int dataBytes) {
        return numbered(
                OpCode.SET_DATA,
                out -> {
                    out.writeString(path);
                    out.writeBuffer(data(dataBytes));
                    out.writeInt(-1);
                });
    }

    static RequestFrame create(String base, int dataBytes, boolean ephemeral) {
        return createOf(key(base), GROUP, dataBytes, ephemeral);
    }

    /// Children spread over directories: `base/0012/0345` is number 345 of directory 12.
    static RequestFrame createInDirectory(String base, int perDirectory, int dataBytes) {
        return createOf(base + "/" + HIGH + "/" + LOW, perDirectory, dataBytes, false);
    }

    static RequestFrame createDirectory(String base) {
        return createOf(base + "/" + LOW, GROUP, 0, false);
    }

    static RequestFrame createPath(String path) {
        return createOf(path, GROUP, 0, false);
    }

    static RequestFrame getDataInDirectory(String base, int perDirectory) {
        return new RequestFrame(
                0,
                OpCode.GET_DATA,
                checkRange(perDirectory),
                out -> pathAndWatch(out, base + "/" + HIGH + "/" + LOW, false));
    }

    static RequestFrame setDataInDirectory(String base, int perDirectory, int dataBytes) {
        return new RequestFrame(
                0,
                OpCode.SET_DATA,
                checkRange(perDirectory),
                out -> {
                    out.writeString(base + "/" + HIGH + "/" + LOW);
                    out.writeBuffer(data(dataBytes));
                    out.writeInt(-1);
                });
    }

    static RequestFrame delete(String base) {
        return numbered(
                OpCode.DELETE,
                out -> {
                    out.writeString(key(base));
                    out.writeInt(-1);
                });
    }

    static RequestFrame ping() {
        return new RequestFrame(-2, OpCode.PING, GROUP, out -> {});
    }

    static RequestFrame closeSession() {
        return numbered(OpCode.CLOSE_SESSION, out -> {});
    }

    /// The first frame of a connection, which has no header: a new session.
    static byte[] connect(int sessionTimeoutMillis) {
        var out = new JuteWriter();
        out.writeInt(0);
        out.writeInt(0);
        out.writeLong(0);
        out.writeInt(sessionTimeoutMillis);
        out.writeLong(0);
        out.writeBuffer(new byte[16]);
        out.writeBool(false);
        out.patchInt(0, out.length() - 4);
        return out.toByteArray();
    }

    private static RequestFrame createOf(
            String path, int lowRange, int dataBytes, boolean ephemeral) {
        return new RequestFrame(
                0,
                OpCode.CREATE,
                checkRange(lowRange),
                out -> {
                    out.writeString(path);
                    out.writeBuffer(data(dataBytes));
                    out.writeInt(1);
                    out.writeInt(PERMS_ALL);
                    out.writeString("world");
                    out.writeString("anyone");
                    out.writeInt(ephemeral ? 1 : 0);
                });
    }

    private static RequestFrame numbered(int opcode, Consumer<JuteWriter> body) {
        return new RequestFrame(0, opcode, GROUP, body);
    }

    private static String key(String base) {
        return base + "/k" + HIGH + LOW;
    }

    private static void pathAndWatch(JuteWriter out, String path, boolean watch) {
        out.writeString(path);
        out.writeBool(watch);
    }

    private static byte[] data(int count) {
        byte[] data = new byte[count];
        Arrays.fill(data, (byte) 'x');
        return data;
    }

    private static int checkRange(int lowRange) {
        if (lowRange < 1 || lowRange > GROUP) {
            throw new IllegalArgumentException("lowRange=" + lowRange);
        }
        return lowRange;
    }

    int lengthBytes() {
        return bytes.length;
    }

    /// The xid of every copy if the protocol reserves one for this request (ping), else 0.
    int fixedXid() {
        return xid;
    }

    /// Appends a copy with this xid and number.
    ///
    /// @param number from 0 up to `9999 * range of the low group`; ignored if the path has none
    void put(ByteBuffer out, int nextXid, int number) {
        int at = out.position();
        out.put(bytes);
        if (xid == 0) {
            out.putInt(at + XID_OFFSET, nextXid);
        }
        if (lowOffset != NO_DIGITS) {
            out.putInt(at + lowOffset, DIGITS[number % lowRange]);
            if (highOffset != NO_DIGITS) {
                out.putInt(at + highOffset, DIGITS[number / lowRange]);
            }
        }
    }

    private static int indexOf(byte[] bytes, String marker) {
        // One char is one byte in this charset, so the index of the char is the offset of the byte.
        return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(marker);
    }
}
