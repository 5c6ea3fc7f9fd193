package io.banyan.wire.txn;

import io.banyan.wire.Acl;
import io.banyan.wire.Hex;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A created container.
///
/// @param data null and empty are different, and stay so; shared, not to be modified
/// @param parentCVersion the parent's stored count of creations, this one included
@SuppressWarnings("ArrayRecordComponent") // compared by content, see equals
public record CreateContainerTxn(
        String path, byte @Nullable [] data, List<Acl> acl, int parentCVersion) implements Txn {
    public CreateContainerTxn {
        acl = List.copyOf(acl);
    }

    public static CreateContainerTxn decode(JuteReader in) {
        return new CreateContainerTxn(
                in.requireString(), in.readBuffer(), Acl.decodeList(in), in.readInt());
    }

    @Override
    public void encode(JuteWriter out) {
        out.writeString(path);
        out.writeBuffer(data);
        Acl.encodeList(acl, out);
        out.writeInt(parentCVersion);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CreateContainerTxn that
                && path.equals(that.path)
                && Arrays.equals(data, that.data)
                && acl.equals(that.acl)
                && parentCVersion == that.parentCVersion;
    }

    @Override
    public int hashCode() {
        return Objects.hash(path, Arrays.hashCode(data), acl, parentCVersion);
    }

    @Override
    public String toString() {
        return "CreateContainerTxn[path="
                + path
                + ", data="
                + Hex.brief(data)
                + ", acl="
                + acl
                + ", parentCVersion="
                + parentCVersion
                + "]";
    }
}
