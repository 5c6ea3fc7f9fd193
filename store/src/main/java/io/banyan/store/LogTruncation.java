package io.banyan.store;

import io.banyan.wire.Zxid;
import java.io.IOException;
import java.util.List;

/// Cutting the history behind one transaction.
final class LogTruncation {
    private LogTruncation() {}

    /// Removes everything after `zxid`, snapshots too: one taken later would bring it back
    /// (ZOOKEEPER-1549). Afterwards a recovery ends at exactly this zxid, if {@link
    /// #requireRestorable} allowed it.
    ///
    /// A crash in between leaves a longer history, never one with a hole.
    static void truncate(Disk disk, StoreConfig config, long zxid) throws IOException {
        for (String name : SnapshotFiles.names(disk).reversed()) {
            if (LogFormat.zxidOf(name, LogFormat.SNAPSHOT_PREFIX) > zxid) {
                disk.delete(Disk.Folder.SNAP, name);
            }
        }
        disk.syncFolder(Disk.Folder.SNAP);
        List<String> files = LogReader.files(disk);
        for (String name : files.reversed()) {
            if (LogFormat.zxidOf(name, LogFormat.LOG_PREFIX) <= zxid) {
                cut(disk, config, name, zxid);
                return;
            }
            // One by one and newest first: deletions that a crash reorders would leave a hole.
            disk.delete(Disk.Folder.LOG, name);
            disk.syncFolder(Disk.Folder.LOG);
        }
    }

    /// Removes snapshots older than `zxid`, where there is one, and all logs: to be called when the
    /// history ends there.
    static void removeBefore(Disk disk, long zxid) throws IOException {
        for (String name : SnapshotFiles.names(disk)) {
            if (LogFormat.zxidOf(name, LogFormat.SNAPSHOT_PREFIX) < zxid) {
                disk.delete(Disk.Folder.SNAP, name);
            }
        }
        // Before the logs: a snapshot without the log behind it is a trap for a restart.
        disk.syncFolder(Disk.Folder.SNAP);
        for (String name : LogReader.files(disk)) {
            disk.delete(Disk.Folder.LOG, name);
        }
        disk.syncFolder(Disk.Folder.LOG);
    }

    /// Carries out what a {@link LogReader} found at the end of the log.
    static void trim(Disk disk, List<LogReader.Trim> trims) throws IOException {
        for (LogReader.Trim trim : trims.reversed()) {
            if (trim.offset() == 0) {
                disk.delete(Disk.Folder.LOG, trim.file());
                disk.syncFolder(Disk.Folder.LOG);
            } else {
                setLength(disk, trim.file(), trim.offset());
            }
        }
    }

    static void requireRestorable(Disk disk, StoreConfig config, long zxid) throws IOException {
        for (String name : SnapshotFiles.names(disk).reversed()) {
            long base = LogFormat.zxidOf(name, LogFormat.SNAPSHOT_PREFIX);
            if (base > zxid || !SnapshotFiles.isValid(disk, config, name)) {
                continue;
            }
            long last = base;
            try (var reader = LogReader.from(disk, config, base + 1)) {
                while (last < zxid) {
                    LogEntry entry = reader.next();
                    if (entry == null) {
                        break;
                    }
                    last = entry.zxid();
                }
            }
            if (last == zxid) {
                return;
            }
            break;
        }
        throw new CorruptFile(
                disk.describe(Disk.Folder.LOG, ""),
                0,
                "cannot go back to zxid "
                        + Zxid.hex(zxid)
                        + ": no valid snapshot with the log behind it leads there. Empty this"
                        + " server's version-2 directories and let it copy the data from the"
                        + " others");
    }

    private static void cut(Disk disk, StoreConfig config, String name, long zxid)
            throws IOException {
        long offset = LogFormat.HEADER_BYTES;
        try (var reader = LogFileReader.open(disk, config, name)) {
            LogEntry entry = reader.next();
            while (entry != null && entry.zxid() <= zxid) {
                offset = entry.end();
                entry = reader.next();
            }
        }
        setLength(disk, name, offset);
    }

    private static void setLength(Disk disk, String name, long lengthBytes) throws IOException {
        try (DiskFile file = disk.openForWriting(Disk.Folder.LOG, name)) {
            file.truncate(lengthBytes);
            file.sync();
        }
    }
}
