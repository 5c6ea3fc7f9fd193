package io.banyan.store;

import io.banyan.wire.SnapshotSink;
import java.io.IOException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Start-up: which snapshot and which log entries are this server's history.
@SuppressWarnings("DoNotCallSuggester") // Until the next commit.
public final class Recovery {
    private Recovery() {}

    /// What recovery tells its finds to.
    public interface Target {
        /// A snapshot is about to be told. Called anew when it turns out to be invalid and an older
        /// one is tried: whatever was told to an earlier sink must be forgotten.
        SnapshotSink newSnapshot();

        /// The sink given last was told a whole, valid snapshot. Not called where there is none.
        void snapshotLoaded(Snapshot snapshot) throws IOException;

        /// One transaction behind the snapshot, in rising order without a gap. After a fuzzy
        /// snapshot its effect may be there already.
        ///
        /// @param payload header, record and digest; belongs to the target
        void txn(long zxid, byte[] payload) throws IOException;
    }

    /// @param trustEmpty `zookeeper.snapshot.trust.empty`
    /// @param autocreate `zookeeper.db.autocreate`
    public record Rules(boolean trustEmpty, boolean autocreate) {
        public static final Rules DEFAULT = new Rules(false, true);
    }

    /// How this server's history begins.
    public enum Start {
        /// From a snapshot, and the log behind it.
        SNAPSHOT,
        /// From the log alone, onto the empty tree (`trustEmpty`).
        LOG_ONLY,
        /// A new database: the server writes `snapshot.0` of an empty tree, then calls {@link
        /// Recovery#created}.
        FRESH,
        /// Nothing here and no permission to make a new database: the server may join an ensemble
        /// and be synchronised, but its vote must not count. Last zxid is -1.
        UNINITIALIZED
    }

    /// @param lastZxid of the history, -1 if {@link Start#UNINITIALIZED}
    /// @param txns told to the target
    /// @param duplicates log entries left out because their zxid had been seen
    /// @param tornBytes unfinished bytes cut from the end of the last log file
    /// @param invalidSnapshots newer snapshots that could not be used, with the reasons
    /// @param loadNanos time for the snapshot, by the clock given
    /// @param replayNanos time for the log
    public record Result(
            Start start,
            long lastZxid,
            @Nullable Snapshot snapshot,
            long txns,
            long duplicates,
            long tornBytes,
            java.util.List<String> invalidSnapshots,
            long loadNanos,
            long replayNanos) {}

    /// @param nanoClock for the durations in the result only
    /// @throws StartRefused if the directories are not what they should be
    /// @throws CorruptFile if history is damaged or missing
    public static Result recover(
            Disk disk, StoreConfig config, Rules rules, Target target, LongSupplier nanoClock)
            throws IOException {
        throw new UnsupportedOperationException("the next commit");
    }

    /// The first snapshot of a {@link Start#FRESH} database is durable: removes the marker that
    /// allowed it.
    public static void created(Disk disk) throws IOException {
        throw new UnsupportedOperationException("the next commit");
    }
}
