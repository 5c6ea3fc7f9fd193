package io.banyan.wire;

import org.jspecify.annotations.Nullable;

/// Who somebody is, by one scheme: `world:anyone`, `ip:10.0.0.7`, `digest:bob:...`. Null parts
/// occur on the wire only.
public record Id(@Nullable String scheme, @Nullable String id) {
    public static final Id ANYONE = new Id("world", "anyone");

    public static Id decode(JuteReader in) {
        return new Id(in.readString(), in.readString());
    }

    public void encode(JuteWriter out) {
        out.writeString(scheme);
        out.writeString(id);
    }
}
