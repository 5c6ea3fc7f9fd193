package io.banyan.wire;

/// The body of exists, getData, getChildren and getChildren2.
///
/// @param watch whether a one-shot watch is to be left
public record PathWatchRequest(String path, boolean watch) {
    public static PathWatchRequest decode(JuteReader in) {
        return new PathWatchRequest(in.requireString(), in.readBool());
    }

    public void encode(JuteWriter out) {
        out.writeString(path);
        out.writeBool(watch);
    }
}
