package io.banyan.wire.txn;

import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;

/// A check that held, within a multi. It changes nothing.
///
/// @param version the node's version and one
public record CheckVersionTxn(String path, int version) implements Txn {
    public static CheckVersionTxn decode(JuteReader in) {
        return new CheckVersionTxn(in.requireString(), in.readInt());
    }

    @Override
    public void encode(JuteWriter out) {
        out.writeString(path);
        out.writeInt(version);
    }
}
