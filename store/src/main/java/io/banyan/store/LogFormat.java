package io.banyan.store;

import io.banyan.wire.Zxid;

/// Layout and names of ZooKeeper's log and snapshot files. All integers are big-endian.
///
/// | log file | size | meaning |
/// |---|---|---|
/// | magic | 4 | `ZKLG` |
/// | version | 4 | 2 |
/// | dbid | 8 | 0, ignored when reading |
/// | entries | | each: Adler-32 of the payload (8), its length (4), payload, `B` (1) |
/// | padding | | zeros: an entry of length 0 ends the file |
final class LogFormat {
    static final String LOG_PREFIX = "log";
    static final String SNAPSHOT_PREFIX = "snapshot";

    static final int MAGIC = 0x5a4b4c47;
    static final int VERSION = 2;
    static final int HEADER_BYTES = 16;

    /// Checksum and length.
    static final int ENTRY_HEAD = 12;

    /// Everything of an entry but its payload.
    static final int ENTRY_OVERHEAD = ENTRY_HEAD + 1;

    static final byte END_OF_ENTRY = 'B';

    private LogFormat() {}

    static String logName(long zxid) {
        return LOG_PREFIX + "." + Long.toHexString(zxid);
    }

    static String snapshotName(long zxid, Compression compression) {
        return SNAPSHOT_PREFIX + "." + Long.toHexString(zxid) + compression.suffix();
    }

    /// @return the zxid in a file's name, or -1 where it is not a file of this prefix; what follows
    ///   a second dot is ignored, as ZooKeeper does
    static long zxidOf(String name, String prefix) {
        String[] parts = name.split("\\.", -1);
        if (parts.length < 2 || !parts[0].equals(prefix) || parts[1].isEmpty()) {
            return -1;
        }
        try {
            return Long.parseUnsignedLong(parts[1], 16);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /// Whether `next` may stand right behind `last`: the next of its epoch, or the first of a later
    /// one.
    static boolean follows(long last, long next) {
        if (Zxid.epoch(next) == Zxid.epoch(last)) {
            return next == last + 1;
        }
        return Long.compareUnsigned(Zxid.epoch(next), Zxid.epoch(last)) > 0
                && Zxid.counter(next) == 1;
    }
}
