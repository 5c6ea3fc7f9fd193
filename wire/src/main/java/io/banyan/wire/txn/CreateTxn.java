package io.banyan.wire.txn;

import io.banyan.wire.Acl;
import io.banyan.wire.Hex;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A created node, by create or create2.
///
/// @param data null and empty are different, and stay so; shared, not to be modified
/// @param ephemeral whether the header's session owns it
/// @param parentCVersion the parent's stored count of creations, this one included; -1 from logs of
///   old versions, which did not say
@SuppressWarnings("ArrayRecordComponent") // compared by content, see equals
public record CreateTxn(
        String path, byte @Nullable [] data, List<Acl> acl, boolean ephemeral, int parentCVersion)
        implements Txn {
    /// The parent's count was not logged: one more than it was.
    public static final int VERSION_UNKNOWN = -1;

    public CreateTxn {
        acl = List.copyOf(acl);
    }

    public static CreateTxn decode(JuteReader in) {
        return new CreateTxn(
                in.requireString(),
                in.readBuffer(),
                Acl.decodeList(in),
                in.readBool(),
                in.remaining() < 4 ? VERSION_UNKNOWN : in.readInt());
    }

    @Override
    public void encode(JuteWriter out) {
        out.writeString(path);
        out.writeBuffer(data);
        Acl.encodeList(acl, out);
        out.writeBool(ephemeral);
        out.writeInt(parentCVersion);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CreateTxn that
                && path.equals(that.path)
                && Arrays.equals(data, that.data)
                && acl.equals(that.acl)
                && ephemeral == that.ephemeral
                && parentCVersion == that.parentCVersion;
    }

    @Override
    public int hashCode() {
        return Objects.hash(path, Arrays.hashCode(data), acl, ephemeral, parentCVersion);
    }

    @Override
    public String toString() {
        return "CreateTxn[path="
                + path
                + ", data="
                + Hex.brief(data)
                + ", acl="
                + acl
                + ", ephemeral="
                + ephemeral
                + ", parentCVersion="
                + parentCVersion
                + "]";
    }
}
