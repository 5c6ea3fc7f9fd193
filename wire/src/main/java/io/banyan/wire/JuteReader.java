package io.banyan.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A cursor over one jute-encoded range of a byte array. Confined to one thread; reusable through
/// {@link #reset}.
///
/// The array is never modified and never kept by what is read: buffers and strings are copies,
/// except where a method says that it leaves the cursor on the bytes themselves ({@link
/// #skipBuffer}).
public final class JuteReader {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final byte[] NO_BYTES = {};

    private byte[] bytes;
    private int position;
    private int end;

    public JuteReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    /// @param from index of the first byte of the range
    /// @param end index behind its last byte
    public JuteReader(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.position = from;
        this.end = end;
    }

    /// Points this reader at another range, so that a hot path needs no new one.
    public void reset(byte[] newBytes, int from, int newEnd) {
        this.bytes = newBytes;
        this.position = from;
        this.end = newEnd;
    }

    /// The array under the cursor; indices of {@link #position} refer to it.
    public byte[] array() {
        return bytes;
    }

    public int position() {
        return position;
    }

    public int remaining() {
        return end - position;
    }

    public byte readByte() {
        require(1);
        return bytes[position++];
    }

    /// Any byte but zero is true, as ZooKeeper reads it.
    public boolean readBool() {
        return readByte() != 0;
    }

    public int readInt() {
        require(4);
        int value = (int) INT.get(bytes, position);
        position += 4;
        return value;
    }

    public long readLong() {
        require(8);
        long value = (long) LONG.get(bytes, position);
        position += 8;
        return value;
    }

    /// @return a copy of the buffer, or null where the length is -1
    public byte @Nullable [] readBuffer() {
        int length = skipBuffer();
        if (length < 0) {
            return null;
        }
        return length == 0 ? NO_BYTES : Arrays.copyOfRange(bytes, position - length, position);
    }

    /// Steps over a buffer or string without copying it.
    ///
    /// @return its length in bytes, -1 for null; the content ends at {@link #position}
    public int skipBuffer() {
        int length = readInt();
        if (length == -1) {
            return -1;
        }
        if (length < 0 || length > end - position) {
            throw new MalformedRecord(
                    "length " + length + " with " + (end - position) + " bytes left");
        }
        position += length;
        return length;
    }

    /// @return the string, null where the length is -1; bytes that are not UTF-8 become U+FFFD
    public @Nullable String readString() {
        int length = skipBuffer();
        return length < 0
                ? null
                : new String(bytes, position - length, length, StandardCharsets.UTF_8);
    }

    /// A string that the record cannot do without.
    public String requireString() {
        String value = readString();
        if (value == null) {
            throw new MalformedRecord("null string");
        }
        return value;
    }

    /// The string, empty where the wire says null: for fields whose null and empty are refused
    /// alike.
    public String readStringOrEmpty() {
        String value = readString();
        return value == null ? "" : value;
    }

    /// A vector of strings none of which may be null; empty where the wire says null.
    public List<String> readStrings() {
        List<String> list = readVector(JuteReader::requireString);
        return list == null ? List.of() : list;
    }

    /// Reads a vector; ZooKeeper takes -1 as null and other negative counts as empty.
    ///
    /// @param element reads one element; it must consume at least one byte, or a huge count could
    ///   not be refused early
    public <T> @Nullable List<T> readVector(Function<JuteReader, T> element) {
        int count = readInt();
        if (count == -1) {
            return null;
        }
        // Every element takes a byte at least: a count beyond that is a lie, and is refused before
        // memory is set aside.
        if (count > remaining()) {
            throw new MalformedRecord(
                    "vector of " + count + " with " + remaining() + " bytes left");
        }
        var list = new ArrayList<T>(Math.max(0, Math.min(count, 1024)));
        for (int i = 0; i < count; i++) {
            list.add(element.apply(this));
        }
        return list;
    }

    private void require(int count) {
        if (end - position < count) {
            throw new MalformedRecord(count + " bytes wanted, " + (end - position) + " left");
        }
    }
}
