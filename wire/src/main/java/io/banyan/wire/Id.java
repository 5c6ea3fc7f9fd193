package io.banyan.wire;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Who somebody is, by one scheme: `world:anyone`, `ip:10.0.0.7`, `digest:bob:...`. Null parts
/// occur on the wire only.
public record Id(@Nullable String scheme, @Nullable String id) {
    public static final Id ANYONE = new Id("world", "anyone");

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Id that
                && Objects.equals(scheme, that.scheme)
                && Objects.equals(id, that.id);
    }

    @Override
    public int hashCode() {
        return 31 * Objects.hashCode(scheme) + Objects.hashCode(id);
    }

    public static Id decode(JuteReader in) {
        return new Id(in.readString(), in.readString());
    }

    public void encode(JuteWriter out) {
        out.writeString(scheme);
        out.writeString(id);
    }
}
