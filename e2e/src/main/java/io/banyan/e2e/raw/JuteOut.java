package io.banyan.e2e.raw;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes jute: big-endian numbers, and strings, buffers and vectors with a length in front, -1 for
/// null.
public final class JuteOut {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    public JuteOut i8(int value) {
        bytes.write(value);
        return this;
    }

    public JuteOut bool(boolean value) {
        return i8(value ? 1 : 0);
    }

    public JuteOut i32(int value) {
        bytes.write(value >>> 24);
        bytes.write(value >>> 16);
        bytes.write(value >>> 8);
        bytes.write(value);
        return this;
    }

    public JuteOut i64(long value) {
        return i32((int) (value >>> 32)).i32((int) value);
    }

    public JuteOut raw(byte[] value) {
        bytes.writeBytes(value);
        return this;
    }

    public JuteOut buf(byte @Nullable [] value) {
        if (value == null) {
            return i32(-1);
        }
        return i32(value.length).raw(value);
    }

    public JuteOut str(@Nullable String value) {
        return buf(value == null ? null : value.getBytes(UTF_8));
    }

    public JuteOut strings(@Nullable List<String> values) {
        if (values == null) {
            return i32(-1);
        }
        i32(values.size());
        values.forEach(this::str);
        return this;
    }

    /// The ACL that lets everybody do everything.
    public JuteOut openAcl() {
        return i32(1).i32(31).str("world").str("anyone");
    }

    public byte[] bytes() {
        return bytes.toByteArray();
    }
}
