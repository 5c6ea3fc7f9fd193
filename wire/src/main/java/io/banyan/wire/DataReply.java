package io.banyan.wire;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The reply to getData, and to reconfig with the new configuration as data.
///
/// @param data null and empty are different, and stay so; shared, not to be modified
@SuppressWarnings("ArrayRecordComponent") // compared by content, see equals
public record DataReply(byte @Nullable [] data, Stat stat) {
    public static DataReply decode(JuteReader in) {
        return new DataReply(in.readBuffer(), Stat.decode(in));
    }

    public void encode(JuteWriter out) {
        out.writeBuffer(data);
        stat.encode(out);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DataReply that
                && Arrays.equals(data, that.data)
                && stat.equals(that.stat);
    }

    @Override
    public int hashCode() {
        return Objects.hash(Arrays.hashCode(data), stat);
    }

    @Override
    public String toString() {
        return "DataReply[data=" + Hex.brief(data) + ", stat=" + stat + "]";
    }
}
