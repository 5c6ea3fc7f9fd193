package io.banyan.wire;

/// The body of sync, getACL, getAllChildrenNumber and deleteContainer.
public record PathRequest(String path) {
    public static PathRequest decode(JuteReader in) {
        return new PathRequest(in.requireString());
    }

    public void encode(JuteWriter out) {
        out.writeString(path);
    }
}
