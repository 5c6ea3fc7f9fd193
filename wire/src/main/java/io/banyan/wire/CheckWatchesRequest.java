package io.banyan.wire;

/// The body of checkWatches: has this connection such a watch?
///
/// @param path empty where the wire says null: nothing is watched there either
/// @param type 1 children, 2 data, 3 any, 4 persistent, 5 persistent recursive, or any other int
public record CheckWatchesRequest(String path, int type) {
    public static CheckWatchesRequest decode(JuteReader in) {
        return new CheckWatchesRequest(in.readStringOrEmpty(), in.readInt());
    }

    public void encode(JuteWriter out) {
        out.writeString(path);
        out.writeInt(type);
    }
}
