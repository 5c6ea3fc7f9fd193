package io.banyan.wire;

/// A check within a multi: it fails unless the node has this version.
///
/// @param path empty where the wire says null: both are refused alike, as bad arguments
/// @param version the version that the node must have, -1 for any
public record CheckVersionRequest(String path, int version) {
    public static CheckVersionRequest decode(JuteReader in) {
        return new CheckVersionRequest(in.readStringOrEmpty(), in.readInt());
    }

    public void encode(JuteWriter out) {
        out.writeString(path);
        out.writeInt(version);
    }
}
