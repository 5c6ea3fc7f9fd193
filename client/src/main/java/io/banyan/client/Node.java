package io.banyan.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.wire.Stat;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A znode as it was read.
///
/// @param data null where the znode was made with null, which is not the same as empty to a server;
///   yours alone, no one else has this array
@SuppressWarnings("ArrayRecordComponent") // compared by content, see equals
public record Node(String path, byte @Nullable [] data, Stat stat) {
    private static final byte[] NO_BYTES = {};

    /// The data, empty where it is null.
    public byte[] bytes() {
        return data == null ? NO_BYTES : data;
    }

    /// The data as UTF-8, empty where it is null.
    public String text() {
        return new String(bytes(), UTF_8);
    }

    /// For a conditional set or delete.
    public int version() {
        return stat.version();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Node that
                && path.equals(that.path)
                && Arrays.equals(data, that.data)
                && stat.equals(that.stat);
    }

    @Override
    public int hashCode() {
        return Objects.hash(path, Arrays.hashCode(data), stat);
    }

    @Override
    public String toString() {
        return "Node[path=" + path + ", bytes=" + bytes().length + ", stat=" + stat + "]";
    }
}
