package io.banyan.wire;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The body of create, create2 and createContainer.
///
/// @param path for sequential nodes without its number
/// @param data null and empty are different, and stay so; shared, not to be modified
/// @param acl empty where the wire says null: both are refused alike
/// @param flags 0 to 6 as ZooKeeper numbers its create modes, or any other int
@SuppressWarnings("ArrayRecordComponent") // compared by content, see equals
public record CreateRequest(String path, byte @Nullable [] data, List<Acl> acl, int flags) {
    public CreateRequest {
        acl = List.copyOf(acl);
    }

    public static CreateRequest decode(JuteReader in) {
        return new CreateRequest(
                in.requireString(), in.readBuffer(), Acl.decodeList(in), in.readInt());
    }

    public void encode(JuteWriter out) {
        out.writeString(path);
        out.writeBuffer(data);
        Acl.encodeList(acl, out);
        out.writeInt(flags);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CreateRequest that
                && path.equals(that.path)
                && Arrays.equals(data, that.data)
                && acl.equals(that.acl)
                && flags == that.flags;
    }

    @Override
    public int hashCode() {
        return Objects.hash(path, Arrays.hashCode(data), acl, flags);
    }

    @Override
    public String toString() {
        return "CreateRequest[path="
                + path
                + ", data="
                + Hex.brief(data)
                + ", acl="
                + acl
                + ", flags="
                + flags
                + "]";
    }
}
