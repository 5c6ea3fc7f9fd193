package io.banyan.wire;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The body of createTTL.
///
/// @param data null and empty are different, and stay so; shared, not to be modified
/// @param acl empty where the wire says null: both are refused alike
/// @param flags 5 or 6, or any other int
/// @param ttlMillis any long
@SuppressWarnings("ArrayRecordComponent") // compared by content, see equals
public record CreateTtlRequest(
        String path, byte @Nullable [] data, List<Acl> acl, int flags, long ttlMillis) {
    public CreateTtlRequest {
        acl = List.copyOf(acl);
    }

    public static CreateTtlRequest decode(JuteReader in) {
        return new CreateTtlRequest(
                in.requireString(),
                in.readBuffer(),
                Acl.decodeList(in),
                in.readInt(),
                in.readLong());
    }

    public void encode(JuteWriter out) {
        out.writeString(path);
        out.writeBuffer(data);
        Acl.encodeList(acl, out);
        out.writeInt(flags);
        out.writeLong(ttlMillis);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CreateTtlRequest that
                && path.equals(that.path)
                && Arrays.equals(data, that.data)
                && acl.equals(that.acl)
                && flags == that.flags
                && ttlMillis == that.ttlMillis;
    }

    @Override
    public int hashCode() {
        return Objects.hash(path, Arrays.hashCode(data), acl, flags, ttlMillis);
    }

    @Override
    public String toString() {
        return "CreateTtlRequest[path="
                + path
                + ", data="
                + Hex.brief(data)
                + ", acl="
                + acl
                + ", flags="
                + flags
                + ", ttlMillis="
                + ttlMillis
                + "]";
    }
}
