package io.banyan.wire;

/// The reply to create2, createContainer and createTTL.
public record PathStatReply(String path, Stat stat) {
    public static PathStatReply decode(JuteReader in) {
        return new PathStatReply(in.requireString(), Stat.decode(in));
    }

    public void encode(JuteWriter out) {
        out.writeString(path);
        stat.encode(out);
    }
}
