package io.banyan.sim;

import java.util.Locale;

/// Mistakes that the simulation can make on purpose around the production code, to show that its
/// checkers notice. `docs/simulation.md` says within how many seeds each must be caught.
public enum PlantedBug {
    NONE,
    /// A write is acknowledged when it is appended, not when it is synced.
    ACK_BEFORE_SYNC,
    /// Events leave a gateway behind the next reply.
    REPLY_BEFORE_WATCH,
    /// A one-shot watch fires twice.
    ONE_SHOT_NOT_CONSUMED,
    /// Every tenth event is lost.
    EVENT_LOST,
    /// Recovery leaves the last transaction of the log out.
    RECOVERY_SKIPS_LAST,
    /// A snapshot holds transactions that are proposed only.
    SNAPSHOT_OF_UNCOMMITTED,
    /// The session clock runs three times too fast.
    EARLY_EXPIRY,
    /// A gateway answers a batch late: it adopts batches in pairs, the second one first.
    BATCHES_SWAPPED,
    /// A gateway misses every twentieth batch.
    BATCH_LOST,
    /// A frame of a client is handed over twice.
    REQUEST_TWICE;

    static PlantedBug of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
