package io.banyan.zab;

import java.util.List;

/// What a server knows from its disk when it starts.
///
/// @param acceptedEpoch the newest epoch it promised to follow
/// @param currentEpoch the newest epoch whose first history it holds
/// @param lastZxid of the log; everything up to it is in the state machine, committed or not;
///   {@link #UNKNOWN} if the server lost its disk and must not vote before it has learnt
/// @param gaplessFrom the history after this zxid, up to `lastZxid`, is on disk without a gap (the
///   zxid of the snapshot that the state was built from)
/// @param newest the end of the history, contiguous, up to `lastZxid`; may be empty
public record Past(
        long acceptedEpoch,
        long currentEpoch,
        long lastZxid,
        long gaplessFrom,
        List<Entry> newest) {
    /// ZooKeeper's mark of a server without a database.
    public static final long UNKNOWN = -1;

    public Past {
        if (acceptedEpoch < currentEpoch || currentEpoch < 0) {
            throw new IllegalArgumentException(
                    "acceptedEpoch=" + acceptedEpoch + " currentEpoch=" + currentEpoch);
        }
    }
}
