package io.banyan.wire;

/// The reply to getAllChildrenNumber.
///
/// @param totalNumber all descendants
public record AllChildrenNumberReply(int totalNumber) {
    public static AllChildrenNumberReply decode(JuteReader in) {
        return new AllChildrenNumberReply(in.readInt());
    }

    public void encode(JuteWriter out) {
        out.writeInt(totalNumber);
    }
}
