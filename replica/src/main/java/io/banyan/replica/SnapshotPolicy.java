package io.banyan.replica;

import java.util.random.RandomGenerator;

/// When the next snapshot is written.
///
/// The log is long enough by ZooKeeper's rule: half of `snapCount` (or of the size limit) plus a
/// random part of the other half, so that the servers of an ensemble do not all write snapshots at
/// once. But a large tree under many writes would be written without a pause then, since writing it
/// takes longer than the log needs to grow: so there is a rest after each snapshot, as many times
/// as long as writing it took, and the log is longer by what is written meanwhile.
final class SnapshotPolicy {
    /// Writing snapshots takes a quarter of one processor at most.
    private static final int RESTS = 3;

    /// However slow the disk is, the log does not grow for longer than this.
    private static final long REST_MILLIS_MAX = 60_000;

    private final int snapCount;
    private final long snapSizeBytes;
    private final RandomGenerator random;
    private int txns;
    private long bytes;
    private int txnsWanted;
    private long bytesWanted;
    private boolean due;
    private boolean wanted;
    private boolean running;
    private long beganMillis;
    private long restUntilMillis;

    /// @param snapCount transactions, at least 2
    /// @param snapSizeBytes log bytes, 0 for no such limit
    SnapshotPolicy(int snapCount, long snapSizeBytes, long nowMillis, RandomGenerator random) {
        this.snapCount = snapCount;
        this.snapSizeBytes = snapSizeBytes;
        this.random = random;
        this.restUntilMillis = nowMillis;
        draw();
    }

    /// Counts one log entry.
    void appended(int payloadBytes) {
        txns++;
        bytes += payloadBytes;
        if (txns > txnsWanted || (snapSizeBytes > 0 && bytes > bytesWanted)) {
            due = true;
        }
    }

    /// An operator wants one, however long the log is.
    void wanted() {
        wanted = true;
    }

    /// Begins a snapshot if it is time for one; the log is counted anew then.
    ///
    /// @return whether it is to be written
    boolean begins(long nowMillis) {
        if (running || !(wanted || (due && nowMillis - restUntilMillis >= 0))) {
            return false;
        }
        wanted = false;
        due = false;
        running = true;
        beganMillis = nowMillis;
        txns = 0;
        bytes = 0;
        draw();
        return true;
    }

    /// It is on disk, or failed.
    void done(long nowMillis) {
        running = false;
        restUntilMillis = nowMillis + Math.min(RESTS * (nowMillis - beganMillis), REST_MILLIS_MAX);
    }

    boolean isRunning() {
        return running;
    }

    private void draw() {
        txnsWanted = snapCount / 2 + random.nextInt(Math.max(1, snapCount / 2));
        bytesWanted =
                snapSizeBytes <= 0
                        ? 0
                        : snapSizeBytes / 2 + random.nextLong(Math.max(1, snapSizeBytes / 2));
    }
}
