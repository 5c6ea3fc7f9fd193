package io.banyan.wire.txn;

import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;

/// A deleted node, by delete or deleteContainer.
public record DeleteTxn(String path) implements Txn {
    public static DeleteTxn decode(JuteReader in) {
        return new DeleteTxn(in.requireString());
    }

    @Override
    public void encode(JuteWriter out) {
        out.writeString(path);
    }
}
