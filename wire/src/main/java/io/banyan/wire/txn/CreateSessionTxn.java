package io.banyan.wire.txn;

import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;

/// A new session; the header says which.
public record CreateSessionTxn(int timeoutMillis) implements Txn {
    public static CreateSessionTxn decode(JuteReader in) {
        return new CreateSessionTxn(in.readInt());
    }

    @Override
    public void encode(JuteWriter out) {
        out.writeInt(timeoutMillis);
    }
}
