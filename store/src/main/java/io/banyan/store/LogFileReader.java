package io.banyan.store;

import io.banyan.wire.TxnHeader;
import io.banyan.wire.Zxid;
import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.Adler32;
import org.jspecify.annotations.Nullable;

/// Reads one log file from its start to its end and judges how it ends. Confined to one thread.
///
/// A crash leaves any subset of the blocks written since the last sync. New log files are zeros
/// where nothing was written, so a lost block is a block of zeros (or the file ends early), and all
/// of them lie within one unsynced batch. Damage that looks otherwise was durable once: it is
/// corruption, and cutting it off could lose what was acknowledged.
final class LogFileReader implements Closeable {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /// Smallest piece that disks write or lose as a whole.
    private static final int SECTOR_BYTES = 512;

    private static final int WINDOW_BYTES = 1 << 20;

    /// Where the zxid stands in an entry's payload, and how long the header around it is.
    private static final int ZXID_IN_PAYLOAD = 12;

    private static final int TXN_HEADER_BYTES = TxnHeader.BYTES;

    /// An Adler-32 has 32 bits in a field of 64.
    private static final int ZEROS_OF_A_CHECKSUM = 4;

    /// How a file ends, from harmless to fatal.
    enum Ending {
        /// Nothing but zeros behind the last entry, if anything at all.
        CLEAN,
        /// An unfinished batch, as a crash leaves it.
        TORN,
        /// No crash explains it, though ZooKeeper would stop reading the file here and go on
        /// without the intact entries behind.
        CUT,
        /// What ZooKeeper refuses as well: a complete entry with a wrong checksum, an absurd
        /// length.
        CORRUPT
    }

    /// @param offset where the last good entry ends
    /// @param what for the operator
    /// @param intactOffset first intact entry behind the damage, -1 if there is none
    /// @param wasWhole whether what stands there was written to its end once, and changed since
    record End(Ending ending, long offset, String what, long intactOffset, boolean wasWhole) {
        /// Nothing more to say.
        static End clean(long offset, String what) {
            return new End(Ending.CLEAN, offset, what, -1, false);
        }
    }

    private final DiskFile file;
    private final String name;
    private final String path;
    private final int entryBytesMax;
    private final long length;
    private final Adler32 adler = new Adler32();

    private byte[] window;
    private long windowStart;
    private int windowLength;
    private long offset = LogFormat.HEADER_BYTES;
    private @Nullable End end;

    private LogFileReader(DiskFile file, String name, String path, int entryBytesMax)
            throws IOException {
        this.file = file;
        this.name = name;
        this.path = path;
        this.entryBytesMax = entryBytesMax;
        this.length = file.length();
        this.window = new byte[(int) Math.min(WINDOW_BYTES, Math.max(length, 1))];
    }

    static LogFileReader open(Disk disk, StoreConfig config, String name) throws IOException {
        DiskFile file = disk.openForReading(Disk.Folder.LOG, name);
        try {
            var reader =
                    new LogFileReader(
                            file,
                            name,
                            disk.describe(Disk.Folder.LOG, name),
                            config.entryBytesMax());
            reader.readHeader();
            return reader;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    String name() {
        return name;
    }

    /// As the operator knows the file.
    String path() {
        return path;
    }

    long length() {
        return length;
    }

    /// @return the next entry, null at the end; {@link #end} then says which
    @Nullable LogEntry next() throws IOException {
        if (end != null) {
            return null;
        }
        long left = length - offset;
        if (left < LogFormat.ENTRY_OVERHEAD) {
            if (isZero(offset, length)) {
                end = End.clean(offset, "end of the file");
            } else {
                endDamaged(false, left, "the file ends within an entry");
            }
            return null;
        }
        int at = load(offset, LogFormat.ENTRY_HEAD);
        long checksum = (long) LONG.get(window, at);
        int size = (int) INT.get(window, at + 8);
        if (size == 0) {
            if (checksum == 0 && isZero(offset, length)) {
                end = End.clean(offset, "padding");
            } else {
                endDamaged(false, LogFormat.ENTRY_HEAD, "an entry of length 0 is not the end");
            }
            return null;
        }
        if (size < 0 || size > entryBytesMax) {
            endDamaged(
                    true,
                    LogFormat.ENTRY_HEAD,
                    "an entry of length "
                            + size
                            + " (jute.maxbuffer and its extra size allow "
                            + entryBytesMax
                            + ")");
            return null;
        }
        if (size > left - LogFormat.ENTRY_OVERHEAD) {
            endDamaged(false, left, "the file ends within an entry of length " + size);
            return null;
        }
        at = load(offset, LogFormat.ENTRY_OVERHEAD + size);
        int payload = at + LogFormat.ENTRY_HEAD;
        long extent = LogFormat.ENTRY_OVERHEAD + (long) size;
        if (window[payload + size] != LogFormat.END_OF_ENTRY) {
            endDamaged(false, extent, "an entry of length " + size + " has no end mark");
            return null;
        }
        adler.reset();
        adler.update(window, payload, size);
        if (adler.getValue() != checksum) {
            endDamaged(true, extent, "an entry of length " + size + " has a wrong checksum");
            return null;
        }
        if (size < TXN_HEADER_BYTES) {
            endDamaged(true, extent, "an entry of length " + size + " holds no transaction");
            return null;
        }
        var entry =
                new LogEntry(
                        name,
                        offset,
                        (long) LONG.get(window, payload + ZXID_IN_PAYLOAD),
                        Arrays.copyOfRange(window, payload, payload + size));
        offset += extent;
        return entry;
    }

    /// To be asked after {@link #next} returned null.
    End end() {
        if (end == null) {
            throw new IllegalStateException("not at the end of " + path);
        }
        return end;
    }

    /// Where the last entry returned ends.
    long offset() {
        return offset;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private void readHeader() throws IOException {
        if (length < LogFormat.HEADER_BYTES) {
            offset = 0;
            endDamaged(length != 0, length, "the file is shorter than its header");
            return;
        }
        int at = load(0, LogFormat.HEADER_BYTES);
        int magic = (int) INT.get(window, at);
        if (magic != LogFormat.MAGIC) {
            offset = 0;
            endDamaged(
                    true,
                    LogFormat.HEADER_BYTES,
                    "0x" + Integer.toHexString(magic) + " is not the mark of a transaction log");
        }
    }

    /// @param refused whether ZooKeeper refuses it too
    /// @param claimed bytes from `offset` that the damaged entry claims to cover
    private void endDamaged(boolean refused, long claimed, String what) throws IOException {
        long intact = findIntact(offset + 1);
        // An entry that claims to reach the end of the file while others stand behind it lies about
        // its length: no more than its head can be judged then.
        boolean atEnd = offset + claimed >= length;
        long extent = atEnd && intact >= 0 ? LogFormat.ENTRY_HEAD : claimed;
        boolean torn =
                intact < 0
                        ? atEnd || hasZeroSector(offset, offset + extent)
                        : intact - offset <= TxnLog.UNSYNCED_BYTES_MAX + extent
                                && hasZeroSector(offset, offset + extent);
        Ending ending;
        if (torn || (intact < 0 && !refused)) {
            ending = Ending.TORN;
        } else {
            ending = refused ? Ending.CORRUPT : Ending.CUT;
        }
        boolean isEntry = offset >= LogFormat.HEADER_BYTES && intact < 0;
        boolean wasWhole = isEntry && (refused || isWholeButForItsLength());
        end = new End(ending, offset, what, intact, wasWhole);
    }

    /// Whether the last bytes of the file are an entry with a good checksum, only not as long as it
    /// says, or without its mark.
    private boolean isWholeButForItsLength() throws IOException {
        long last = lastNonZero();
        long size = last - offset - LogFormat.ENTRY_HEAD;
        if (size < TXN_HEADER_BYTES || size > entryBytesMax) {
            return false;
        }
        int at = load(offset, (int) (last + 1 - offset));
        adler.reset();
        adler.update(window, at + LogFormat.ENTRY_HEAD, (int) size);
        return adler.getValue() == (long) LONG.get(window, at);
    }

    /// @return offset of the last byte from the last good entry on that is not zero, that entry's
    ///   end if all are
    private long lastNonZero() throws IOException {
        long found = offset;
        for (long at = offset; at < length; ) {
            int index = load(at, 1);
            for (int i = index; i < windowLength; i++) {
                if (window[i] != 0) {
                    found = at + i - index;
                }
            }
            at += windowLength - index;
        }
        return found;
    }

    /// Looks for a whole valid entry at any offset from `from` on.
    private long findIntact(long from) throws IOException {
        long at = from;
        while (length - at >= LogFormat.ENTRY_OVERHEAD + TXN_HEADER_BYTES) {
            int index = load(at, LogFormat.ENTRY_OVERHEAD);
            // Eight zeros cannot begin an entry: its checksum would be 0. Padding is passed
            // quickly.
            if ((long) LONG.get(window, index) == 0) {
                at += zeroBytes(index) - 7;
            } else if ((int) INT.get(window, index) == 0 && isEntry(at)) {
                return at;
            } else {
                at++;
            }
        }
        return -1;
    }

    private boolean isEntry(long at) throws IOException {
        int index = load(at, LogFormat.ENTRY_HEAD);
        long checksum = (long) LONG.get(window, index);
        int size = (int) INT.get(window, index + 8);
        if (size < TXN_HEADER_BYTES
                || size > entryBytesMax
                || size > length - at - LogFormat.ENTRY_OVERHEAD) {
            return false;
        }
        var last = ByteBuffer.allocate(1);
        if (!isLoaded(at, LogFormat.ENTRY_OVERHEAD + size)) {
            // One byte decides for most candidates, without moving the window.
            file.read(last, at + LogFormat.ENTRY_HEAD + size);
            if (last.get(0) != LogFormat.END_OF_ENTRY) {
                return false;
            }
        }
        index = load(at, LogFormat.ENTRY_OVERHEAD + size);
        int payload = index + LogFormat.ENTRY_HEAD;
        if (window[payload + size] != LogFormat.END_OF_ENTRY) {
            return false;
        }
        adler.reset();
        adler.update(window, payload, size);
        return adler.getValue() == checksum;
    }

    /// Length of the run of zeros in the window from this index on.
    private int zeroBytes(int index) {
        int at = index;
        while (at + 8 <= windowLength && (long) LONG.get(window, at) == 0) {
            at += 8;
        }
        while (at < windowLength && window[at] == 0) {
            at++;
        }
        return at - index;
    }

    private boolean isZero(long from, long to) throws IOException {
        long at = from;
        while (at < to) {
            int count = (int) Math.min(WINDOW_BYTES, to - at);
            int index = load(at, 1);
            count = Math.min(count, windowLength - index);
            if (zeroBytes(index) < count) {
                return false;
            }
            at += count;
        }
        return true;
    }

    /// Whether the range touches an aligned sector that is zero as far as it lies in the file.
    private boolean hasZeroSector(long from, long to) throws IOException {
        for (long sector = from - from % SECTOR_BYTES; sector < to; sector += SECTOR_BYTES) {
            // A first sector shared with good entries is lost back to what it held when those were
            // synced: zeros from here on. The first four bytes prove nothing: a checksum begins
            // with zeros.
            long start = Math.max(sector, from);
            long sectorEnd = Math.min(sector + SECTOR_BYTES, length);
            int proofless = start == from ? ZEROS_OF_A_CHECKSUM : 0;
            if (sectorEnd - start > proofless && isZero(start, sectorEnd)) {
                return true;
            }
        }
        return false;
    }

    private boolean isLoaded(long at, int count) {
        return at >= windowStart && at + count <= windowStart + windowLength;
    }

    /// Makes `count` bytes from `at` on available in the window; the file must have them.
    ///
    /// @return the index of the first
    private int load(long at, int count) throws IOException {
        if (!isLoaded(at, count)) {
            if (count > window.length) {
                window = new byte[count];
            }
            var buffer = ByteBuffer.wrap(window);
            windowLength = file.read(buffer, at);
            windowStart = at;
            if (windowLength < count) {
                throw new IOException(
                        path
                                + " was shortened while it was read, at offset "
                                + (at + windowLength));
            }
        }
        return (int) (at - windowStart);
    }

    /// The error to throw where the damage cannot be passed over.
    CorruptFile corrupt(long lastZxid) {
        End found = end();
        String behind =
                found.intactOffset() < 0
                        ? "no intact entry follows in this file"
                        : "intact entries follow from offset " + found.intactOffset();
        return new CorruptFile(
                path,
                found.offset(),
                found.what()
                        + ", behind zxid "
                        + Zxid.hex(lastZxid)
                        + "; "
                        + behind
                        + ". What stood here may have been acknowledged to clients. In an ensemble:"
                        + " empty this server's version-2 directories and let it copy the data from"
                        + " the others. Alone: restore a backup, or, to go on with the history up to"
                        + " that zxid and lose the rest, cut this file at that offset (truncate -s"
                        + " "
                        + found.offset()
                        + ") and move the log files after it away");
    }
}
