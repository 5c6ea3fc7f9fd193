package io.banyan.wire;

import java.util.ArrayList;
import java.util.List;

/// The body of multiRead: reads that are answered together, each for itself.
public record MultiReadRequest(List<Op> ops) {
    /// @param type {@link OpCode#GET_DATA} or {@link OpCode#GET_CHILDREN}
    /// @param request its `watch` has no effect here
    public record Op(int type, PathWatchRequest request) {
        public Op {
            if (type != OpCode.GET_DATA && type != OpCode.GET_CHILDREN) {
                throw new IllegalArgumentException("type=" + type);
            }
        }
    }

    public MultiReadRequest {
        ops = List.copyOf(ops);
    }

    /// @throws MalformedRecord also for operations that do not belong into a multiRead, as writes
    public static MultiReadRequest decode(JuteReader in) {
        var ops = new ArrayList<Op>();
        for (var header = MultiHeader.decode(in); !header.done(); header = MultiHeader.decode(in)) {
            int type = header.type();
            if (type != OpCode.GET_DATA && type != OpCode.GET_CHILDREN) {
                throw new MalformedRecord("multiRead with " + OpCode.name(type));
            }
            ops.add(new Op(type, PathWatchRequest.decode(in)));
        }
        return new MultiReadRequest(ops);
    }

    public void encode(JuteWriter out) {
        for (Op op : ops) {
            new MultiHeader(op.type(), false, -1).encode(out);
            op.request().encode(out);
        }
        MultiHeader.END.encode(out);
    }
}
