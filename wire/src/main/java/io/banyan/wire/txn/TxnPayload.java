package io.banyan.wire.txn;

import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.TxnHeader;
import org.jspecify.annotations.Nullable;

/// One entry of the log, one proposal: header, record and digest.
///
/// @param digest null where the writer knew none; it is recognised by there being bytes left
public record TxnPayload(TxnHeader header, Txn txn, @Nullable TxnDigest digest) {
    /// Reads up to the end of the reader's range. Fewer bytes than a digest behind the record are
    /// ignored, as are bytes behind the digest.
    public static TxnPayload decode(JuteReader in) {
        var header = TxnHeader.decode(in);
        var txn = Txn.decode(header.type(), in);
        var digest = in.remaining() < TxnDigest.BYTES ? null : TxnDigest.decode(in);
        return new TxnPayload(header, txn, digest);
    }

    public void encode(JuteWriter out) {
        header.encode(out);
        txn.encode(out);
        if (digest != null) {
            digest.encode(out);
        }
    }
}
