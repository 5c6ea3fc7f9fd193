package io.banyan.wire.txn;

import io.banyan.wire.Hex;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// New data of a node, by setData or reconfig.
///
/// @param data null and empty are different, and stay so; shared, not to be modified
/// @param version the node's version from now on; -1 from reconfig
@SuppressWarnings("ArrayRecordComponent") // compared by content, see equals
public record SetDataTxn(String path, byte @Nullable [] data, int version) implements Txn {
    public static SetDataTxn decode(JuteReader in) {
        return new SetDataTxn(in.requireString(), in.readBuffer(), in.readInt());
    }

    @Override
    public void encode(JuteWriter out) {
        out.writeString(path);
        out.writeBuffer(data);
        out.writeInt(version);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SetDataTxn that
                && path.equals(that.path)
                && Arrays.equals(data, that.data)
                && version == that.version;
    }

    @Override
    public int hashCode() {
        return Objects.hash(path, Arrays.hashCode(data), version);
    }

    @Override
    public String toString() {
        return "SetDataTxn[path="
                + path
                + ", data="
                + Hex.brief(data)
                + ", version="
                + version
                + "]";
    }
}
