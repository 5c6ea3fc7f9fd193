package io.banyan.e2e.raw;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads jute. Too few bytes, or a length that cannot be, is a [BufferUnderflowException].
public final class JuteIn {

    private final ByteBuffer in;

    public JuteIn(byte[] bytes) {
        this.in = ByteBuffer.wrap(bytes);
    }

    public int i32() {
        return in.getInt();
    }

    public long i64() {
        return in.getLong();
    }

    public boolean bool() {
        return in.get() != 0;
    }

    public byte @Nullable [] buf() {
        int length = in.getInt();
        if (length == -1) {
            return null;
        }
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] value = new byte[length];
        in.get(value);
        return value;
    }

    public @Nullable String str() {
        byte[] value = buf();
        return value == null ? null : new String(value, UTF_8);
    }

    /// A string that the protocol never leaves out.
    public String text() {
        String value = str();
        if (value == null) {
            throw new IllegalStateException("a null string where there must be one");
        }
        return value;
    }

    public List<String> strings() {
        int count = in.getInt();
        List<String> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(text());
        }
        return values;
    }

    public int remaining() {
        return in.remaining();
    }

    /// All the bytes that are left.
    public byte[] rest() {
        byte[] value = new byte[in.remaining()];
        in.get(value);
        return value;
    }
}
