package io.banyan.wire;

/// The body of delete.
///
/// @param version the version that the node must have, -1 for any
public record DeleteRequest(String path, int version) {
    public static DeleteRequest decode(JuteReader in) {
        return new DeleteRequest(in.requireString(), in.readInt());
    }

    public void encode(JuteWriter out) {
        out.writeString(path);
        out.writeInt(version);
    }
}
