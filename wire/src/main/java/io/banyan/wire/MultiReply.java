package io.banyan.wire;

import java.util.ArrayList;
import java.util.List;

/// The reply to multi and multiRead: one result for each operation, in their order.
public record MultiReply(List<MultiResult> results) {
    public MultiReply {
        results = List.copyOf(results);
    }

    public static MultiReply decode(JuteReader in) {
        var results = new ArrayList<MultiResult>();
        for (var header = MultiHeader.decode(in); !header.done(); header = MultiHeader.decode(in)) {
            results.add(MultiResult.decode(header.type(), in));
        }
        return new MultiReply(results);
    }

    public void encode(JuteWriter out) {
        for (MultiResult result : results) {
            int err = result instanceof MultiResult.Failed failed ? failed.err() : ErrorCode.OK;
            new MultiHeader(result.type(), false, err).encode(out);
            result.encode(out);
        }
        MultiHeader.END.encode(out);
    }
}
