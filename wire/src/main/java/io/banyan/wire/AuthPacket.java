package io.banyan.wire;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The body of an auth packet.
///
/// @param type 0, ignored
/// @param scheme empty where the wire says null: both are refused alike
/// @param auth what the scheme asks for, as `user:password` for digest; null is not the same as
///   empty
@SuppressWarnings("ArrayRecordComponent") // compared by content, see equals
public record AuthPacket(int type, String scheme, byte @Nullable [] auth) {
    public static AuthPacket decode(JuteReader in) {
        return new AuthPacket(in.readInt(), in.readStringOrEmpty(), in.readBuffer());
    }

    public void encode(JuteWriter out) {
        out.writeInt(type);
        out.writeString(scheme);
        out.writeBuffer(auth);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AuthPacket that
                && type == that.type
                && scheme.equals(that.scheme)
                && Arrays.equals(auth, that.auth);
    }

    @Override
    public int hashCode() {
        return Objects.hash(type, scheme, Arrays.hashCode(auth));
    }

    @Override
    public String toString() {
        return "AuthPacket[type=" + type + ", scheme=" + scheme + ", auth=" + Hex.brief(auth) + "]";
    }
}
