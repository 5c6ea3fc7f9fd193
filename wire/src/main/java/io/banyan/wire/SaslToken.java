package io.banyan.wire;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The body of a SASL packet, in both directions.
///
/// @param token null when the server has nothing more to say
@SuppressWarnings("ArrayRecordComponent") // compared by content, see equals
public record SaslToken(byte @Nullable [] token) {
    public static SaslToken decode(JuteReader in) {
        return new SaslToken(in.readBuffer());
    }

    public void encode(JuteWriter out) {
        out.writeBuffer(token);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SaslToken that && Arrays.equals(token, that.token);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(token);
    }

    @Override
    public String toString() {
        return "SaslToken[token=" + Hex.brief(token) + "]";
    }
}
