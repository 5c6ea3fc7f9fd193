package io.banyan.tree;

import io.banyan.wire.JuteWriter;
import io.banyan.wire.OpCode;

/// The frame of a multi's results: a header (type, done, error) before each, and one at the end.
final class Multi {
    private static final int END = -1;

    private Multi() {}

    static void writeHeader(JuteWriter out, int type, int err) {
        out.writeInt(type);
        out.writeBool(false);
        out.writeInt(err);
    }

    static void writeError(JuteWriter out, int err) {
        writeHeader(out, OpCode.ERROR, err);
        out.writeInt(err);
    }

    static void writeEnd(JuteWriter out) {
        out.writeInt(END);
        out.writeBool(true);
        out.writeInt(END);
    }

    /// Every creation that is answered with a stat has the type of create2.
    static int resultType(int type) {
        return type == OpCode.CREATE_CONTAINER || type == OpCode.CREATE_TTL ? OpCode.CREATE2 : type;
    }
}
