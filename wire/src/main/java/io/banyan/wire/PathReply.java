package io.banyan.wire;

/// The reply to create and sync.
public record PathReply(String path) {
    public static PathReply decode(JuteReader in) {
        return new PathReply(in.requireString());
    }

    public void encode(JuteWriter out) {
        out.writeString(path);
    }
}
