package io.banyan.wire;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The body of setData.
///
/// @param path empty where the wire says null: both are refused alike, as bad arguments
/// @param data null and empty are different, and stay so; shared, not to be modified
/// @param version the version that the node must have, -1 for any
@SuppressWarnings("ArrayRecordComponent") // compared by content, see equals
public record SetDataRequest(String path, byte @Nullable [] data, int version) {
    public static SetDataRequest decode(JuteReader in) {
        return new SetDataRequest(in.readStringOrEmpty(), in.readBuffer(), in.readInt());
    }

    public void encode(JuteWriter out) {
        out.writeString(path);
        out.writeBuffer(data);
        out.writeInt(version);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SetDataRequest that
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
        return "SetDataRequest[path="
                + path
                + ", data="
                + Hex.brief(data)
                + ", version="
                + version
                + "]";
    }
}
