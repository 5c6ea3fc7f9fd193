package io.banyan.store;

import io.banyan.store.Disk.Folder;
import io.banyan.wire.SnapshotSink;
import io.banyan.wire.Zxid;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Start-up: which snapshot and which log entries are this server's history.
///
/// | snapshot | log | allowed by | result |
/// |---|---|---|---|
/// | valid | any | | {@link Start#SNAPSHOT} |
/// | none | some | `trustEmpty` | {@link Start#LOG_ONLY} |
/// | none | some | | refused |
/// | none | none | marker `initialize` or `autocreate` | {@link Start#FRESH} |
/// | none | none | | {@link Start#UNINITIALIZED} |
/// | only damaged ones | any | | refused |
///
/// It also cleans up what a crash left: temporary files, and the unfinished batch at the end of the
/// log. A crash during that is one more crash: the next recovery ends the same.
public final class Recovery {
    /// ZooKeeper looks at no more either.
    private static final int CANDIDATES_MAX = 100;

    private static final String MARKER = "initialize";

    private final Disk disk;
    private final StoreConfig config;
    private final Rules rules;
    private final Target target;
    private final LongSupplier nanoClock;
    private final List<String> invalid = new ArrayList<>();
    private long invalidZxid = -1;

    private Recovery(
            Disk disk, StoreConfig config, Rules rules, Target target, LongSupplier nanoClock) {
        this.disk = disk;
        this.config = config;
        this.rules = rules;
        this.target = target;
        this.nanoClock = nanoClock;
    }

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
    /// @param tornBytes unfinished bytes cut from the end of the log, padding included
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
            List<String> invalidSnapshots,
            long loadNanos,
            long replayNanos) {}

    /// Tells the history to the target and cleans up behind a crash.
    ///
    /// @param nanoClock for the durations in the result only
    /// @throws StartRefused if the directories are not what they should be
    /// @throws CorruptFile if history is damaged or missing
    public static Result recover(
            Disk disk, StoreConfig config, Rules rules, Target target, LongSupplier nanoClock)
            throws IOException {
        return new Recovery(disk, config, rules, target, nanoClock).run();
    }

    /// The first snapshot of a {@link Start#FRESH} database is durable: removes the marker that
    /// allowed it.
    public static void created(Disk disk) throws IOException {
        if (disk.list(Folder.DATA_LOG).contains(MARKER)) {
            disk.delete(Folder.DATA_LOG, MARKER);
            disk.syncFolder(Folder.DATA_LOG);
        }
    }

    private Result run() throws IOException {
        requireOwnFolders();
        removeTemporaryFiles();
        long begin = nanoClock.getAsLong();
        Snapshot snapshot = loadNewest();
        if (snapshot == null) {
            return withoutSnapshot(begin);
        }
        // Its name may be known to the kernel only, as with the epoch files.
        disk.syncFolder(Folder.SNAP);
        target.snapshotLoaded(snapshot);
        created(disk);
        return replay(Start.SNAPSHOT, snapshot, begin);
    }

    private void requireOwnFolders() throws IOException {
        if (disk.sameFolder(Folder.SNAP, Folder.LOG)) {
            return;
        }
        refuseFiles(Folder.LOG, LogFormat.SNAPSHOT_PREFIX, "dataLogDir", "dataDir");
        refuseFiles(Folder.SNAP, LogFormat.LOG_PREFIX, "dataDir", "dataLogDir");
    }

    private void refuseFiles(Folder folder, String prefix, String here, String there)
            throws IOException {
        for (String name : disk.list(folder)) {
            if (name.startsWith(prefix + ".")) {
                throw new StartRefused(
                        disk.describe(folder, name)
                                + " lies in the directory of "
                                + here
                                + ", where no "
                                + prefix
                                + " files belong when dataDir and dataLogDir differ: move all "
                                + prefix
                                + ".* to version-2 of "
                                + there
                                + ", or correct the two settings");
            }
        }
    }

    private void removeTemporaryFiles() throws IOException {
        boolean removed = false;
        for (String name : disk.list(Folder.SNAP)) {
            if (SnapshotFiles.isTemporary(name)) {
                disk.delete(Folder.SNAP, name);
                removed = true;
            }
        }
        if (removed) {
            disk.syncFolder(Folder.SNAP);
        }
    }

    private @Nullable Snapshot loadNewest() throws IOException {
        int candidates = 0;
        for (String name : SnapshotFiles.names(disk).reversed()) {
            if (candidates == CANDIDATES_MAX) {
                break;
            }
            if (!SnapshotFiles.looksComplete(disk, name)) {
                // ZooKeeper writes under the final name: a crash of its leaves this.
                invalid.add(disk.describe(Folder.SNAP, name) + ": was not written to its end");
                continue;
            }
            candidates++;
            try {
                return SnapshotFiles.read(disk, config, name, target.newSnapshot());
            } catch (IOException e) {
                invalid.add(String.valueOf(e.getMessage()));
                invalidZxid = Math.max(invalidZxid, SnapshotFiles.zxidOf(name));
            }
        }
        if (candidates > 0) {
            throw new StartRefused(
                    "no snapshot of this server is valid: "
                            + String.join("; ", invalid)
                            + ". In an ensemble: empty its version-2 directories and let it copy"
                            + " the data from the others. Alone: restore a backup");
        }
        return null;
    }

    private Result withoutSnapshot(long begin) throws IOException {
        if (logHasEntries()) {
            if (!rules.trustEmpty()) {
                throw new StartRefused(
                        disk.describe(Folder.LOG, "")
                                + " has transaction logs, but "
                                + disk.describe(Folder.SNAP, "")
                                + " has no snapshot they build on. Put the snapshots back, or check"
                                + " dataDir. Only if this server never wrote one (ZooKeeper 3.4):"
                                + " start once with zookeeper.snapshot.trust.empty=true"
                                + reasons());
            }
            return replay(Start.LOG_ONLY, null, begin);
        }
        requireNothingLost();
        LogTruncation.trim(disk, emptyLogs());
        boolean allowed = rules.autocreate() || disk.list(Folder.DATA_LOG).contains(MARKER);
        return new Result(
                allowed ? Start.FRESH : Start.UNINITIALIZED,
                allowed ? 0 : -1,
                null,
                0,
                0,
                0,
                List.copyOf(invalid),
                nanoClock.getAsLong() - begin,
                0);
    }

    /// A half-written `snapshot.0` is what a crash during the very first start leaves; of a later
    /// zxid it was a database once, and beginning a new one would bury it.
    private void requireNothingLost() throws IOException {
        for (String name : SnapshotFiles.names(disk)) {
            if (SnapshotFiles.zxidOf(name) > 0) {
                throw new StartRefused(
                        disk.describe(Folder.SNAP, name)
                                + " is damaged and there are no logs: this server had data. In an"
                                + " ensemble: empty its version-2 directories and let it copy the"
                                + " data from the others. Alone: restore a backup, or check dataDir"
                                + " and dataLogDir"
                                + reasons());
            }
        }
    }

    private String reasons() {
        return invalid.isEmpty() ? "" : " (" + String.join("; ", invalid) + ")";
    }

    private boolean logHasEntries() throws IOException {
        for (String name : LogReader.files(disk)) {
            try (var reader = LogFileReader.open(disk, config, name)) {
                if (reader.next() != null) {
                    return true;
                }
                switch (reader.end().ending()) {
                    case CLEAN, TORN -> {}
                    case CUT, CORRUPT -> throw reader.corrupt(0);
                }
            }
        }
        return false;
    }

    private List<LogReader.Trim> emptyLogs() throws IOException {
        return LogReader.files(disk).stream().map(name -> new LogReader.Trim(name, 0, 0)).toList();
    }

    private Result replay(Start start, @Nullable Snapshot snapshot, long begin) throws IOException {
        long replayBegin = nanoClock.getAsLong();
        long base = snapshot == null ? 0 : snapshot.zxid();
        long txns = 0;
        try (var reader = LogReader.from(disk, config, base + 1)) {
            for (LogEntry entry = reader.next(); entry != null; entry = reader.next()) {
                target.txn(entry.zxid(), entry.payload());
                txns++;
            }
            if (reader.lastZxid() < invalidZxid) {
                throw new StartRefused(
                        "the newest snapshot is damaged and the logs end at "
                                + Zxid.hex(reader.lastZxid())
                                + ", before its zxid "
                                + Zxid.hex(invalidZxid)
                                + ": what lies between is lost here. In an ensemble: empty this"
                                + " server's version-2 directories and let it copy the data from"
                                + " the others. Alone: restore a backup, or move that snapshot away"
                                + " to go on without it"
                                + reasons());
            }
            long tornBytes = trimLogs(reader.trims());
            syncLastLog();
            long end = nanoClock.getAsLong();
            return new Result(
                    start,
                    reader.lastZxid(),
                    snapshot,
                    txns,
                    reader.duplicates(),
                    tornBytes,
                    List.copyOf(invalid),
                    replayBegin - begin,
                    end - replayBegin);
        }
    }

    /// A process that ended between a write and its sync leaves entries that only the kernel has.
    /// They are history from here on and others may be built on them, so a power failure must not
    /// take them. Earlier files were synced before the last one was begun.
    private void syncLastLog() throws IOException {
        List<String> logs = LogReader.files(disk);
        if (!logs.isEmpty()) {
            try (DiskFile last = disk.openForWriting(Folder.LOG, logs.getLast())) {
                last.sync();
            }
            disk.syncFolder(Folder.LOG);
        }
    }

    private long trimLogs(List<LogReader.Trim> trims) throws IOException {
        LogTruncation.trim(disk, trims);
        return trims.stream().mapToLong(LogReader.Trim::tornBytes).sum();
    }
}
