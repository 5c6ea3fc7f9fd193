package io.banyan.wire.txn;

import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The end of a session; the header says which.
///
/// @param pathsToDelete its ephemerals in the order in which they are deleted; null where the log
///   does not say, as old versions did not, and the tree must know
public record CloseSessionTxn(@Nullable List<String> pathsToDelete) implements Txn {
    public CloseSessionTxn {
        pathsToDelete = pathsToDelete == null ? null : List.copyOf(pathsToDelete);
    }

    public static CloseSessionTxn decode(JuteReader in) {
        return new CloseSessionTxn(isAbsent(in) ? null : in.readStrings());
    }

    // A log may have no list and yet a digest. Twelve bytes that begin with the digest's version
    // are
    // no list: they would be two paths, both empty.
    private static boolean isAbsent(JuteReader in) {
        if (in.remaining() != TxnDigest.BYTES) {
            return in.remaining() == 0;
        }
        var ahead = new JuteReader(in.array(), in.position(), in.position() + 4);
        return ahead.readInt() == TxnDigest.VERSION;
    }

    @Override
    public void encode(JuteWriter out) {
        if (pathsToDelete != null) {
            out.writeVector(pathsToDelete, JuteWriter::writeString);
        }
    }
}
