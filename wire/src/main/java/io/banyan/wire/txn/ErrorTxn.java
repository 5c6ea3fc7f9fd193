package io.banyan.wire.txn;

import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;

/// A refused write: it takes a zxid and changes nothing.
///
/// @param err an {@link io.banyan.wire.ErrorCode}
public record ErrorTxn(int err) implements Txn {
    public static ErrorTxn decode(JuteReader in) {
        return new ErrorTxn(in.readInt());
    }

    @Override
    public void encode(JuteWriter out) {
        out.writeInt(err);
    }
}
