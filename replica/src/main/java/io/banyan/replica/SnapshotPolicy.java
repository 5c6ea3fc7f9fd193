package io.banyan.replica;

import java.util.random.RandomGenerator;

/// When the log is long enough for the next snapshot: ZooKeeper's rule, half of `snapCount` (or of
/// the size limit) plus a random part of the other half, so that the servers of an ensemble do not
/// all write snapshots at once.
final class SnapshotPolicy {
    private final int snapCount;
    private final long snapSizeBytes;
    private final RandomGenerator random;
    private int txns;
    private long bytes;
    private int txnsWanted;
    private long bytesWanted;

    /// @param snapCount transactions, at least 2
    /// @param snapSizeBytes log bytes, 0 for no such limit
    SnapshotPolicy(int snapCount, long snapSizeBytes, RandomGenerator random) {
        this.snapCount = snapCount;
        this.snapSizeBytes = snapSizeBytes;
        this.random = random;
        draw();
    }

    /// Counts one log entry.
    ///
    /// @return whether a snapshot is due; counting starts anew if so
    boolean appended(int payloadBytes) {
        txns++;
        bytes += payloadBytes;
        if (txns <= txnsWanted && (snapSizeBytes <= 0 || bytes <= bytesWanted)) {
            return false;
        }
        restart();
        return true;
    }

    /// Counts anew, after a snapshot for another reason.
    void restart() {
        txns = 0;
        bytes = 0;
        draw();
    }

    private void draw() {
        txnsWanted = snapCount / 2 + random.nextInt(Math.max(1, snapCount / 2));
        bytesWanted =
                snapSizeBytes <= 0
                        ? 0
                        : snapSizeBytes / 2 + random.nextLong(Math.max(1, snapSizeBytes / 2));
    }
}
