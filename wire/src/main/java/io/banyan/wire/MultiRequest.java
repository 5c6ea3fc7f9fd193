package io.banyan.wire;

import java.util.ArrayList;
import java.util.List;

/// The body of multi: writes of which all are done or none.
public record MultiRequest(List<MultiOp> ops) {
    public MultiRequest {
        ops = List.copyOf(ops);
    }

    /// @throws MalformedRecord also for operations that do not belong into a multi, as reads
    public static MultiRequest decode(JuteReader in) {
        var ops = new ArrayList<MultiOp>();
        for (var header = MultiHeader.decode(in); !header.done(); header = MultiHeader.decode(in)) {
            ops.add(MultiOp.decode(header.type(), in));
        }
        return new MultiRequest(ops);
    }

    public void encode(JuteWriter out) {
        for (MultiOp op : ops) {
            new MultiHeader(op.type(), false, -1).encode(out);
            op.encode(out);
        }
        MultiHeader.END.encode(out);
    }
}
