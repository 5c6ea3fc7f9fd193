package io.banyan.wire;

/// The body of removeWatches.
///
/// @param path empty where the wire says null: nothing is watched there either
/// @param type 1 children, 2 data, 3 any, 4 persistent, 5 persistent recursive, or any other int
public record RemoveWatchesRequest(String path, int type) {
    public static RemoveWatchesRequest decode(JuteReader in) {
        return new RemoveWatchesRequest(in.readStringOrEmpty(), in.readInt());
    }

    public void encode(JuteWriter out) {
        out.writeString(path);
        out.writeInt(type);
    }
}
