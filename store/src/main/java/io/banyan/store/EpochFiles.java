package io.banyan.store;

import io.banyan.store.Disk.Folder;
import io.banyan.wire.Zxid;
import java.io.IOException;
import java.util.List;

/// `acceptedEpoch` and `currentEpoch`: the promises a member of an ensemble must not forget.
/// Confined to one thread.
///
/// Invariant: what a getter returns is durable.
public final class EpochFiles {
    private static final String ACCEPTED = "acceptedEpoch";
    private static final String CURRENT = "currentEpoch";

    private final Disk disk;
    private long acceptedEpoch;
    private long currentEpoch;

    private EpochFiles(Disk disk, long acceptedEpoch, long currentEpoch) {
        this.disk = disk;
        this.acceptedEpoch = acceptedEpoch;
        this.currentEpoch = currentEpoch;
    }

    /// Reads both files, creating missing ones from the history.
    ///
    /// @param lastZxid of the recovered history
    /// @throws StartRefused if they contradict each other or the history
    public static EpochFiles open(Disk disk, long lastZxid) throws IOException {
        long lastEpoch = lastZxid < 0 ? 0 : Zxid.epoch(lastZxid);
        List<String> names = disk.list(Folder.SNAP);
        // A process that ended between a rename and its sync leaves a name that only the kernel
        // has. It is a promise from here on, so a power failure must not take it.
        disk.syncFolder(Folder.SNAP);
        var files =
                new EpochFiles(
                        disk, read(disk, names, ACCEPTED, -1), read(disk, names, CURRENT, -1));
        if (files.acceptedEpoch < 0) {
            files.saveAcceptedEpoch(lastEpoch);
        }
        if (files.currentEpoch < 0) {
            files.saveCurrentEpoch(lastEpoch);
        }
        if (lastEpoch > files.currentEpoch) {
            // A learner stores the history of an epoch first and the epoch second, so a crash
            // between them leaves this. An entry of the epoch in the log proves that all that came
            // before it is there too. Without a promise for that epoch it is no such crash.
            boolean interrupted =
                    files.acceptedEpoch >= lastEpoch
                            || names.contains(CURRENT + SmallFile.TMP_SUFFIX);
            if (!interrupted) {
                throw new StartRefused(
                        disk.describe(Folder.SNAP, CURRENT)
                                + " says epoch "
                                + files.currentEpoch
                                + ", but the log ends with zxid "
                                + Zxid.hex(lastZxid)
                                + " of epoch "
                                + lastEpoch
                                + ". An older file was put back, or the logs are another server's:"
                                + " in an ensemble, empty this server's version-2 directories and"
                                + " let it copy the data from the others");
            }
            if (files.acceptedEpoch < lastEpoch) {
                files.saveAcceptedEpoch(lastEpoch);
            }
            files.saveCurrentEpoch(lastEpoch);
        }
        if (files.acceptedEpoch < files.currentEpoch) {
            throw new StartRefused(
                    disk.describe(Folder.SNAP, ACCEPTED)
                            + " says epoch "
                            + files.acceptedEpoch
                            + ", which is less than the "
                            + files.currentEpoch
                            + " of currentEpoch: an older file was put back. In an ensemble, empty"
                            + " this server's version-2 directories and let it copy the data from"
                            + " the others");
        }
        removeTemporaryFiles(disk);
        return files;
    }

    public long acceptedEpoch() {
        return acceptedEpoch;
    }

    public long currentEpoch() {
        return currentEpoch;
    }

    /// Durable on return. A failure is final: the server must stop.
    public void saveAcceptedEpoch(long epoch) throws IOException {
        SmallFile.replace(disk, Folder.SNAP, ACCEPTED, Long.toString(epoch));
        acceptedEpoch = epoch;
    }

    /// Durable on return. A failure is final: the server must stop.
    public void saveCurrentEpoch(long epoch) throws IOException {
        SmallFile.replace(disk, Folder.SNAP, CURRENT, Long.toString(epoch));
        currentEpoch = epoch;
    }

    private static long read(Disk disk, List<String> names, String name, long missing)
            throws IOException {
        if (!names.contains(name)) {
            return missing;
        }
        String text = SmallFile.read(disk, Folder.SNAP, name).strip();
        try {
            long epoch = Long.parseLong(text);
            if (epoch >= 0) {
                return epoch;
            }
        } catch (NumberFormatException e) {
            // Refused below, like a negative number.
        }
        throw new StartRefused(
                disk.describe(Folder.SNAP, name)
                        + " holds \""
                        + text
                        + "\", which is no epoch. In an ensemble, empty this server's version-2"
                        + " directories and let it copy the data from the others");
    }

    private static void removeTemporaryFiles(Disk disk) throws IOException {
        boolean removed = false;
        for (String name :
                List.of(ACCEPTED + SmallFile.TMP_SUFFIX, CURRENT + SmallFile.TMP_SUFFIX)) {
            if (disk.list(Folder.SNAP).contains(name)) {
                disk.delete(Folder.SNAP, name);
                removed = true;
            }
        }
        if (removed) {
            disk.syncFolder(Folder.SNAP);
        }
    }
}
