package io.banyan.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// A growing byte array that jute records are appended to. Confined to one thread; reusable through
/// {@link #clear}.
public final class JuteWriter {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /// Arrays of the JVM end a little before `Integer.MAX_VALUE`.
    private static final int CAPACITY_MAX = Integer.MAX_VALUE - 8;

    private byte[] bytes;
    private int length;

    public JuteWriter() {
        this(256);
    }

    public JuteWriter(int capacityBytes) {
        bytes = new byte[capacityBytes];
    }

    /// The array behind the writer, valid up to {@link #length} and only until the next write.
    public byte[] array() {
        return bytes;
    }

    public int length() {
        return length;
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, length);
    }

    /// Forgets what was written and keeps the array.
    public void clear() {
        length = 0;
    }

    /// Takes back everything written since `mark`, a former {@link #length}.
    public void truncate(int mark) {
        if (mark < 0 || mark > length) {
            throw new IllegalArgumentException("mark=" + mark + " length=" + length);
        }
        length = mark;
    }

    public void writeByte(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
    }

    public void writeBool(boolean value) {
        writeByte(value ? 1 : 0);
    }

    public void writeInt(int value) {
        reserve(4);
        INT.set(bytes, length, value);
        length += 4;
    }

    public void writeLong(long value) {
        reserve(8);
        LONG.set(bytes, length, value);
        length += 8;
    }

    /// Overwrites four bytes written before, as for a length that is known only afterwards.
    public void patchInt(int index, int value) {
        if (index < 0 || index + 4 > length) {
            throw new IllegalArgumentException("index=" + index + " length=" + length);
        }
        INT.set(bytes, index, value);
    }

    /// Four bytes written before.
    public int intAt(int index) {
        if (index < 0 || index + 4 > length) {
            throw new IllegalArgumentException("index=" + index + " length=" + length);
        }
        return (int) INT.get(bytes, index);
    }

    /// A buffer with its length before it; null becomes length -1.
    public void writeBuffer(byte @Nullable [] value) {
        if (value == null) {
            writeInt(-1);
        } else {
            writeBuffer(value, 0, value.length);
        }
    }

    public void writeBuffer(byte[] value, int from, int end) {
        writeInt(end - from);
        writeRaw(value, from, end);
    }

    /// Bytes as they are, without a length.
    public void writeRaw(byte[] value, int from, int end) {
        reserve(end - from);
        System.arraycopy(value, from, bytes, length, end - from);
        length += end - from;
    }

    public void writeString(@Nullable String value) {
        writeBuffer(value == null ? null : value.getBytes(StandardCharsets.UTF_8));
    }

    public <T> void writeVector(@Nullable List<T> list, BiConsumer<JuteWriter, T> element) {
        if (list == null) {
            writeInt(-1);
            return;
        }
        writeInt(list.size());
        for (T each : list) {
            element.accept(this, each);
        }
    }

    private void reserve(int count) {
        if (count > bytes.length - length) {
            grow(count);
        }
    }

    private void grow(int count) {
        long wanted = Math.max((long) length + count, Math.min(2L * bytes.length, CAPACITY_MAX));
        if (wanted > CAPACITY_MAX) {
            throw new IllegalStateException(
                    "a record of " + wanted + " bytes does not fit an array");
        }
        bytes = Arrays.copyOf(bytes, (int) wanted);
    }
}
