package io.banyan.store;

import io.banyan.wire.SnapshotSink;
import io.banyan.wire.Zxid;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.Adler32;
import org.jspecify.annotations.Nullable;

/// The writing end of the transaction log. Confined to the log thread.
///
/// In: transactions in rising order of zxid. Out: files that ZooKeeper reads, and from {@link
/// #sync} the zxid up to which everything is durable; nothing may be acknowledged before.
///
/// A write or sync that failed ends this log for good: what reached the disk is unknown then, and
/// an fsync tried again reports success for pages that the kernel has dropped. Every later call is
/// refused with the first cause; the server must stop and recover.
public final class TxnLog implements Closeable {
    /// A batch is synced early once it is this long, so that what a power failure can tear is
    /// bounded: {@link LogFileReader} takes damage farther from the end as corruption.
    static final int UNSYNCED_BYTES_MAX = 4 << 20;

    /// ZooKeeper extends a file when less than this is left.
    private static final int PREALLOC_MARGIN = 4096;

    private static final int PREALLOC_CHUNK_BYTES = 1 << 20;

    private static final int BUFFER_BYTES_MIN = 4 << 10;

    private final Disk disk;
    private final StoreConfig config;
    private final Adler32 adler = new Adler32();

    private ByteBuffer waiting = ByteBuffer.allocateDirect(0);
    private @Nullable ByteBuffer zeros;
    private @Nullable DiskFile file;
    private boolean folderDirty;
    private long position;
    private long allocated;

    private long lastZxid;
    private long durableZxid;
    private long txnsSinceRoll;
    private long bytesSinceRoll;
    private @Nullable Throwable failure;

    /// Opens the log for appending after recovery; files are made when the first entry comes, and
    /// those of earlier runs are never appended to.
    ///
    /// @param lastZxid of the recovered history; the next entry's must be greater
    public TxnLog(Disk disk, StoreConfig config, long lastZxid) {
        this.disk = disk;
        this.config = config;
        this.lastZxid = lastZxid;
        this.durableZxid = lastZxid;
    }

    /// @param payload header, record and digest of one transaction; copied
    public void append(long zxid, byte[] payload) throws IOException {
        append(zxid, payload, 0, payload.length);
    }

    /// Adds a transaction to those waiting for {@link #sync}. A long batch may be synced from here.
    ///
    /// @param payload holds header, record and digest of one transaction from index `from` up to
    ///   `end`; copied
    /// @throws IllegalArgumentException if the zxid does not rise or the payload is no transaction
    public void append(long zxid, byte[] payload, int from, int end) throws IOException {
        requireSound();
        int length = end - from;
        if (zxid <= lastZxid) {
            throw new IllegalArgumentException(
                    "zxid " + Zxid.hex(zxid) + " after " + Zxid.hex(lastZxid));
        }
        if (length <= 0) {
            throw new IllegalArgumentException("payload of " + length + " bytes");
        }
        try {
            if (waiting.position() > 0
                    && (long) waiting.position() + length + LogFormat.ENTRY_OVERHEAD
                            > UNSYNCED_BYTES_MAX) {
                syncWaiting();
            }
            if (file == null) {
                begin(zxid);
            }
            adler.reset();
            adler.update(payload, from, length);
            reserve(length + LogFormat.ENTRY_OVERHEAD);
            waiting.putLong(adler.getValue())
                    .putInt(length)
                    .put(payload, from, length)
                    .put(LogFormat.END_OF_ENTRY);
        } catch (IOException | RuntimeException e) {
            failure = e;
            throw e;
        }
        lastZxid = zxid;
        txnsSinceRoll++;
        bytesSinceRoll += length + LogFormat.ENTRY_OVERHEAD;
    }

    /// Makes everything appended so far durable: one write, one fsync.
    ///
    /// @return the zxid up to which the history is durable
    public long sync() throws IOException {
        requireSound();
        try {
            syncWaiting();
        } catch (IOException | RuntimeException e) {
            failure = e;
            throw e;
        }
        return durableZxid;
    }

    /// Ends the current file, after a sync; the next entry begins a new one. The counters start
    /// again. To be called when a snapshot is begun.
    public void roll() throws IOException {
        requireSound();
        try {
            endFile();
        } catch (IOException | RuntimeException e) {
            failure = e;
            throw e;
        }
        txnsSinceRoll = 0;
        bytesSinceRoll = 0;
    }

    /// Removes everything after `zxid` from the log, durably (a learner's TRUNC).
    ///
    /// Snapshots taken later go too, so a snapshot writer must not be at work. Memory is to be
    /// recovered anew afterwards.
    ///
    /// @throws CorruptFile if no valid snapshot and the log behind it lead to `zxid`; nothing is
    ///   changed then
    public void truncate(long zxid) throws IOException {
        sync();
        LogTruncation.requireRestorable(disk, config, zxid);
        try {
            endFile();
            LogTruncation.truncate(disk, config, zxid);
        } catch (IOException | RuntimeException e) {
            failure = e;
            throw e;
        }
        lastZxid = zxid;
        durableZxid = zxid;
    }

    /// Makes an image the whole history, durably (a learner's SNAP): everything after `zxid` is
    /// removed as by {@link #truncate}, and whatever is older too, since nothing shows that it
    /// leads to the image without a gap (ZOOKEEPER-2872, ZOOKEEPER-2099).
    ///
    /// A snapshot writer must not be at work. A crash leaves the former history or the new one: the
    /// snapshot is there before anything is removed, and what a former log holds behind it can only
    /// be the continuation of the same history.
    ///
    /// @param digest of the image's state; null for none
    public void replace(long zxid, Image image, @Nullable ZxidDigest digest) throws IOException {
        sync();
        try {
            endFile();
            try (var writer = SnapshotWriter.create(disk, config, zxid)) {
                image.writeTo(writer);
                writer.finish(digest);
            }
            LogTruncation.truncate(disk, config, zxid);
            LogTruncation.removeBefore(disk, zxid);
        } catch (IOException | RuntimeException e) {
            failure = e;
            throw e;
        }
        lastZxid = zxid;
        durableZxid = zxid;
    }

    /// A state that can write itself.
    public interface Image {
        void writeTo(SnapshotSink sink) throws IOException;
    }

    /// The last zxid appended, durable or not.
    public long lastZxid() {
        return lastZxid;
    }

    /// Everything up to here is durable.
    public long durableZxid() {
        return durableZxid;
    }

    /// Transactions appended since {@link #roll} was called: what `snapCount` is compared with.
    public long txnsSinceRoll() {
        return txnsSinceRoll;
    }

    /// Bytes appended since {@link #roll} was called: what `snapSizeLimitInKb` is compared with.
    public long bytesSinceRoll() {
        return bytesSinceRoll;
    }

    /// Closes the file. What was not synced is dropped; a clean stop calls {@link #sync} before.
    @Override
    public void close() throws IOException {
        if (failure == null) {
            failure = new IOException("the log was closed");
        }
        if (file != null) {
            file.close();
            file = null;
        }
    }

    private void begin(long zxid) throws IOException {
        String name = LogFormat.logName(zxid);
        // Recovery deletes files without an entry, so a file of this name would hold history.
        if (disk.list(Disk.Folder.LOG).contains(name)) {
            throw new IOException(
                    disk.describe(Disk.Folder.LOG, name)
                            + " exists already and would be overwritten");
        }
        file = disk.create(Disk.Folder.LOG, name);
        folderDirty = true;
        position = 0;
        allocated = LogFormat.HEADER_BYTES;
        reserve(LogFormat.HEADER_BYTES);
        waiting.putInt(LogFormat.MAGIC).putInt(LogFormat.VERSION).putLong(0);
    }

    private void endFile() throws IOException {
        syncWaiting();
        if (file != null) {
            file.close();
            file = null;
        }
    }

    private void syncWaiting() throws IOException {
        if (file == null || waiting.position() == 0) {
            return;
        }
        preallocate(file, position + waiting.position());
        waiting.flip();
        int length = waiting.remaining();
        file.write(waiting, position);
        position += length;
        waiting.clear();
        if (waiting.capacity() > UNSYNCED_BYTES_MAX) {
            waiting = ByteBuffer.allocateDirect(0);
        }
        if (config.forceSync()) {
            file.sync();
            if (folderDirty) {
                disk.syncFolder(Disk.Folder.LOG);
            }
        }
        folderDirty = false;
        durableZxid = lastZxid;
        if (config.logBytesMax() > 0 && position > config.logBytesMax()) {
            file.close();
            file = null;
        }
    }

    /// Writes zeros ahead of the content, so that a sync finds its blocks allocated and written. A
    /// sparse extension, as ZooKeeper makes it, costs each sync the allocation and the change from
    /// unwritten to written: measured on ext4, syncs of 60 kB took 147 to 197 us at the median
    /// then, and 76 to 112 us with zeros written 1 MiB ahead (4 kB: 84 to 135 and 60 to 78 us; 200
    /// B: 48 to 57 and 57 to 76 us). Longer chunks gained nothing and made longer pauses.
    private void preallocate(DiskFile to, long end) throws IOException {
        if (config.preAllocBytes() <= 0 || end + PREALLOC_MARGIN < allocated) {
            return;
        }
        if (zeros == null) {
            int chunk = (int) Math.min(config.preAllocBytes(), PREALLOC_CHUNK_BYTES);
            zeros = ByteBuffer.allocateDirect(chunk);
        }
        long from = Math.max(allocated, end);
        long length = zeros.capacity() - from % zeros.capacity();
        if (length < PREALLOC_MARGIN) {
            length = zeros.capacity();
        }
        to.write(zeros.clear().limit((int) length), from);
        allocated = from + length;
    }

    private void reserve(int count) {
        if (count <= waiting.remaining()) {
            return;
        }
        long wanted = (long) waiting.position() + count;
        long doubled = Math.max(BUFFER_BYTES_MIN, 2L * waiting.capacity());
        int capacity = (int) Math.min(Math.max(wanted, doubled), Integer.MAX_VALUE);
        waiting = ByteBuffer.allocateDirect(capacity).put(waiting.flip());
    }

    private void requireSound() throws IOException {
        if (failure != null) {
            throw new IOException("the log is out of use: " + failure, failure);
        }
    }
}
