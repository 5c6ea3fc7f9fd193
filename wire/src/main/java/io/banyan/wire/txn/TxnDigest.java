package io.banyan.wire.txn;

import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;

/// What the tree's digest is right after a transaction, by the leader's account.
///
/// @param version {@link #VERSION}; digests of another are not comparable
public record TxnDigest(int version, long treeDigest) {
    public static final int BYTES = 12;
    public static final int VERSION = 2;

    public static TxnDigest decode(JuteReader in) {
        return new TxnDigest(in.readInt(), in.readLong());
    }

    public void encode(JuteWriter out) {
        out.writeInt(version);
        out.writeLong(treeDigest);
    }
}
