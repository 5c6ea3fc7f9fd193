package io.banyan.store;

import io.banyan.store.LogFileReader.End;
import io.banyan.store.LogFileReader.Ending;
import io.banyan.wire.JuteReader;
import io.banyan.wire.OpCode;
import io.banyan.wire.TxnHeader;
import io.banyan.wire.Zxid;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The reading end of the log: entries in order, over all files. Confined to one thread.
///
/// May run beside the writer; it then sees entries that are not durable yet, and an unfinished
/// batch looks like a torn tail: stop at {@link TxnLog#durableZxid}.
///
/// Each entry returned is proven to follow the one before: the next of its epoch or the first of a
/// later one. Entries whose zxid was seen already are left out: ZooKeeper logs the refusal of a
/// malformed write under the zxid before it.
public final class LogReader implements Closeable {
    /// How a file that has nothing more to say is to be cleaned up, so that no later run finds the
    /// rest of an unfinished batch.
    ///
    /// @param offset the file's proper length; 0: it holds no entry and is to be deleted
    record Trim(String file, long offset, long tornBytes) {}

    private final Disk disk;
    private final StoreConfig config;
    private final List<String> files;
    private final long wanted;
    private final List<Trim> trims = new ArrayList<>();

    private int fileIndex;
    private @Nullable LogFileReader file;
    private @Nullable CorruptFile passedDamage;

    /// Of a file whose end looks torn but was whole once: a crash leaves that at the very end of
    /// the log, but whoever goes on behind it has read it before.
    private @Nullable CorruptFile passedLoss;

    private boolean fileHasEntries;
    private long lastZxid;
    private long duplicates;

    private LogReader(Disk disk, StoreConfig config, List<String> files, long wanted) {
        this.disk = disk;
        this.config = config;
        this.files = files;
        this.wanted = wanted;
        this.lastZxid = wanted - 1;
    }

    /// @param zxid the first entry wanted, at least 1: the log must hold it, or nothing behind it
    ///   but a later epoch
    public static LogReader from(Disk disk, StoreConfig config, long zxid) throws IOException {
        if (zxid < 1) {
            throw new IllegalArgumentException("zxid=" + zxid);
        }
        List<String> all = files(disk);
        int first = 0;
        for (int i = 0; i < all.size(); i++) {
            if (LogFormat.zxidOf(all.get(i), LogFormat.LOG_PREFIX) <= zxid) {
                first = i;
            }
        }
        if (first > 0 && beginsWithRefusal(disk, config, all.get(first), zxid)) {
            first--;
        }
        return new LogReader(disk, config, all.subList(first, all.size()), zxid);
    }

    /// A stretch of history for a learner, proven to lack nothing.
    ///
    /// @param after the entry before the first one wanted: it must be in the log, since the first
    ///   entry of an epoch does not tell what it follows (ZOOKEEPER-2099)
    /// @param upTo the last entry wanted, durable
    /// @param bytesMax more than this is not worth it
    /// @return null if it is too much, or the log cannot show that it is whole
    public static @Nullable List<LogEntry> stretch(
            Disk disk, StoreConfig config, long after, long upTo, long bytesMax)
            throws IOException {
        if (after < 1 || after > upTo) {
            return null;
        }
        var entries = new ArrayList<LogEntry>();
        long bytes = 0;
        try (var reader = from(disk, config, after)) {
            LogEntry entry = reader.next();
            if (entry == null || entry.zxid() != after) {
                return null;
            }
            while (entry.zxid() < upTo) {
                entry = reader.next();
                if (entry == null) {
                    return null;
                }
                bytes += entry.payload().length;
                if (bytes > bytesMax) {
                    return null;
                }
                entries.add(entry);
            }
            return entry.zxid() == upTo ? entries : null;
        } catch (CorruptFile | NoSuchFileException e) {
            return null; // Damaged, or purged while we read: there are other ways to help a
            // learner.
        }
    }

    /// A file named by the zxid wanted may begin with the refusal of a malformed write under a zxid
    /// used before: then the entry itself ends the file before.
    private static boolean beginsWithRefusal(Disk disk, StoreConfig config, String name, long zxid)
            throws IOException {
        if (LogFormat.zxidOf(name, LogFormat.LOG_PREFIX) != zxid) {
            return false;
        }
        try (var reader = LogFileReader.open(disk, config, name)) {
            LogEntry entry = reader.next();
            return entry != null
                    && TxnHeader.decode(new JuteReader(entry.payload())).type() == OpCode.ERROR;
        }
    }

    /// @return names of the log files in rising order of zxid
    static List<String> files(Disk disk) throws IOException {
        return disk.list(Disk.Folder.LOG).stream()
                .filter(name -> LogFormat.zxidOf(name, LogFormat.LOG_PREFIX) >= 0)
                .sorted((a, b) ->
                        Long.compare(
                                LogFormat.zxidOf(a, LogFormat.LOG_PREFIX),
                                LogFormat.zxidOf(b, LogFormat.LOG_PREFIX)))
                .toList();
    }

    /// @return the next entry, null behind the last
    /// @throws CorruptFile if an entry in the middle is damaged or missing
    public @Nullable LogEntry next() throws IOException {
        while (true) {
            if (file == null) {
                if (fileIndex == files.size()) {
                    // Damage in an earlier file is harmless only if history provably goes on
                    // behind it, and here nothing followed.
                    if (passedDamage != null) {
                        throw passedDamage;
                    }
                    return null;
                }
                file = LogFileReader.open(disk, config, files.get(fileIndex++));
                fileHasEntries = false;
            }
            LogEntry entry = file.next();
            if (entry == null) {
                endFile(file);
                file.close();
                file = null;
                continue;
            }
            fileHasEntries = true;
            trims.clear();
            if (entry.zxid() <= lastZxid) {
                if (entry.zxid() >= wanted) {
                    duplicates++;
                }
                continue;
            }
            requireFollows(file, entry);
            passedDamage = null;
            passedLoss = null;
            lastZxid = entry.zxid();
            return entry;
        }
    }

    /// Entries left out because their zxid had been seen.
    public long duplicates() {
        return duplicates;
    }

    /// The last zxid returned; one less than the first wanted while there was none.
    public long lastZxid() {
        return lastZxid;
    }

    /// What to clean up at the end of the log, newest file last. To be asked after the end.
    List<Trim> trims() {
        return trims;
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
            file = null;
        }
    }

    private void endFile(LogFileReader ended) {
        End end = ended.end();
        if (end.ending() == Ending.CORRUPT || end.ending() == Ending.CUT) {
            passedDamage = ended.corrupt(lastZxid);
        } else if (end.ending() == Ending.TORN && end.wasWhole()) {
            passedLoss = ended.corrupt(lastZxid);
        }
        if (!fileHasEntries) {
            trims.add(new Trim(ended.name(), 0, ended.length()));
        } else if (end.ending() == Ending.TORN) {
            trims.add(new Trim(ended.name(), end.offset(), ended.length() - end.offset()));
        }
    }

    private void requireFollows(LogFileReader in, LogEntry entry) throws CorruptFile {
        if (entry.zxid() == lastZxid + 1 && Zxid.counter(entry.zxid()) != 0) {
            return;
        }
        if (passedDamage != null) {
            throw passedDamage;
        }
        if (passedLoss != null) {
            throw passedLoss;
        }
        if (!LogFormat.follows(lastZxid, entry.zxid())) {
            throw new CorruptFile(
                    in.path(),
                    entry.offset(),
                    "zxid "
                            + Zxid.hex(entry.zxid())
                            + " stands behind "
                            + Zxid.hex(lastZxid)
                            + ": the transactions between are missing. In an ensemble: empty this"
                            + " server's version-2 directories and let it copy the data from the"
                            + " others. Alone: put the missing log file back, or restore a backup;"
                            + " to go on with the history up to "
                            + Zxid.hex(lastZxid)
                            + " and lose the rest, move this file and those after it away");
        }
    }
}
