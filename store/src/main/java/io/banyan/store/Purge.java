package io.banyan.store;

import io.banyan.store.Disk.Folder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Deleting snapshots and logs that no restart can need. Confined to one thread; may run beside the
/// log thread and a snapshot writer.
public final class Purge {
    /// ZooKeeper's minimum, and the default.
    public static final int RETAIN_MIN = 3;

    private final Disk disk;
    private final StoreConfig config;

    /// Snapshots read in full and found valid by this object: each is read once.
    private final Set<String> verified = new HashSet<>();

    public Purge(Disk disk, StoreConfig config) {
        this.disk = disk;
        this.config = config;
    }

    /// When to purge.
    ///
    /// @param retain snapshots to keep
    /// @param intervalMillis 0: after each snapshot
    public record Policy(boolean enabled, int retain, long intervalMillis) {
        /// Unlike ZooKeeper's, which never purges: a full disk is the commoner disaster.
        public static final Policy DEFAULT = new Policy(true, RETAIN_MIN, 0);

        private static final long MILLIS_PER_HOUR = 3_600_000;

        public Policy {
            if (retain < RETAIN_MIN) {
                throw new IllegalArgumentException("retain=" + retain);
            }
        }

        /// @param intervalHours `autopurge.purgeInterval` where it is set: 0 or less switches
        ///   purging off
        /// @param retain `autopurge.snapRetainCount`, raised to {@link #RETAIN_MIN}
        public static Policy everyHours(int intervalHours, int retain) {
            return new Policy(
                    intervalHours > 0,
                    Math.max(RETAIN_MIN, retain),
                    Math.max(0, intervalHours) * MILLIS_PER_HOUR);
        }
    }

    /// Keeps the newest `retain` valid snapshots and every log entry behind the oldest of them;
    /// with fewer valid ones nothing is deleted.
    ///
    /// @return names of the deleted files
    public List<String> run(int retain) throws IOException {
        if (retain < 1) {
            throw new IllegalArgumentException("retain=" + retain);
        }
        List<String> snapshots = SnapshotFiles.names(disk);
        verified.retainAll(Set.copyOf(snapshots));
        int valid = 0;
        long oldest = -1;
        for (String name : snapshots.reversed()) {
            long zxid = SnapshotFiles.zxidOf(name);
            // The same state in two compressions is one place to restart from.
            if (zxid != oldest && isValid(name)) {
                valid++;
                oldest = zxid;
                if (valid == retain) {
                    return deleteBefore(oldest, snapshots);
                }
            }
        }
        return List.of();
    }

    private boolean isValid(String name) throws IOException {
        if (verified.contains(name)) {
            return true;
        }
        boolean valid =
                SnapshotFiles.looksComplete(disk, name)
                        && SnapshotFiles.isValid(disk, config, name);
        if (valid) {
            verified.add(name);
        }
        return valid;
    }

    private List<String> deleteBefore(long zxid, List<String> snapshots) throws IOException {
        var deleted = new ArrayList<String>();
        for (String name : snapshots) {
            if (SnapshotFiles.zxidOf(name) < zxid) {
                disk.delete(Folder.SNAP, name);
                deleted.add(name);
            }
        }
        // Before the logs: a snapshot without the log behind it is a trap for a restart.
        disk.syncFolder(Folder.SNAP);
        List<String> logs = LogReader.files(disk);
        // The newest log that begins at or before the snapshot may reach behind it.
        int needed = 0;
        for (int i = 0; i < logs.size(); i++) {
            if (LogFormat.zxidOf(logs.get(i), LogFormat.LOG_PREFIX) <= zxid) {
                needed = i;
            }
        }
        for (String name : logs.subList(0, needed)) {
            disk.delete(Folder.LOG, name);
            deleted.add(name);
        }
        disk.syncFolder(Folder.LOG);
        return deleted;
    }
}
