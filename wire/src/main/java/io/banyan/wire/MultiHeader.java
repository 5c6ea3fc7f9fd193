package io.banyan.wire;

/// What stands before each part of a multi, in both directions, and behind the last.
///
/// @param type an {@link OpCode}; -1 before a failed result and at the end
/// @param done whether this is the end
/// @param err of a failed result; -1 in requests and at the end
public record MultiHeader(int type, boolean done, int err) {
    public static MultiHeader decode(JuteReader in) {
        return new MultiHeader(in.readInt(), in.readBool(), in.readInt());
    }

    public void encode(JuteWriter out) {
        out.writeInt(type);
        out.writeBool(done);
        out.writeInt(err);
    }

    /// What stands behind the last part.
    public static final MultiHeader END = new MultiHeader(-1, true, -1);
}
