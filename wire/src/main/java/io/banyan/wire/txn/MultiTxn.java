package io.banyan.wire.txn;

import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.OpCode;
import java.util.List;

/// The parts of a multi. If any of them is an {@link ErrorTxn} the multi was refused, and none of
/// them may be applied.
public record MultiTxn(List<Part> parts) implements Txn {
    /// @param type as in a header: it decides what `txn` means
    public record Part(int type, Txn txn) {
        static Part decode(JuteReader in) {
            int type = in.readInt();
            int length = in.skipBuffer();
            if (length < 0) {
                throw new MalformedRecord("part of a multi without record");
            }
            int end = in.position();
            return new Part(type, decodeTxn(type, new JuteReader(in.array(), end - length, end)));
        }

        // No multi within a multi, for one thing: nesting without end would end on the stack.
        private static Txn decodeTxn(int type, JuteReader in) {
            return switch (type) {
                case OpCode.CREATE,
                        OpCode.CREATE2,
                        OpCode.CREATE_CONTAINER,
                        OpCode.CREATE_TTL,
                        OpCode.DELETE,
                        OpCode.DELETE_CONTAINER,
                        OpCode.SET_DATA,
                        OpCode.ERROR ->
                        Txn.decode(type, in);
                case OpCode.CHECK -> CheckVersionTxn.decode(in);
                default -> throw new MalformedRecord("multi with " + OpCode.name(type));
            };
        }

        void encode(JuteWriter out) {
            out.writeInt(type);
            int mark = out.length();
            out.writeInt(0);
            txn.encode(out);
            out.patchInt(mark, out.length() - mark - 4);
        }
    }

    public MultiTxn {
        parts = List.copyOf(parts);
    }

    /// Whether the multi was refused.
    public boolean failed() {
        for (Part part : parts) {
            if (part.type() == OpCode.ERROR) {
                return true;
            }
        }
        return false;
    }

    public static MultiTxn decode(JuteReader in) {
        List<Part> parts = in.readVector(Part::decode);
        return new MultiTxn(parts == null ? List.of() : parts);
    }

    @Override
    public void encode(JuteWriter out) {
        out.writeVector(parts, (writer, part) -> part.encode(writer));
    }
}
