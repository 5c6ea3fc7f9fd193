package io.banyan.wire;

/// The body of addWatch. Its reply is an {@link ErrorReply}.
///
/// @param path empty where the wire says null: it is accepted and nothing ever happens there
/// @param mode 0 persistent, 1 persistent recursive, or any other int
public record AddWatchRequest(String path, int mode) {
    public static AddWatchRequest decode(JuteReader in) {
        return new AddWatchRequest(in.readStringOrEmpty(), in.readInt());
    }

    public void encode(JuteWriter out) {
        out.writeString(path);
        out.writeInt(mode);
    }
}
