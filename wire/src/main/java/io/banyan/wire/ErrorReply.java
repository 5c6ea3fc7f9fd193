package io.banyan.wire;

/// An error as a body: the reply to addWatch (with 0), and a failed part of a multi.
///
/// @param err an {@link ErrorCode}
public record ErrorReply(int err) {
    public static ErrorReply decode(JuteReader in) {
        return new ErrorReply(in.readInt());
    }

    public void encode(JuteWriter out) {
        out.writeInt(err);
    }
}
