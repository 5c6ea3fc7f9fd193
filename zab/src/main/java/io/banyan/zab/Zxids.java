package io.banyan.zab;

/// A zxid is an epoch in the high 32 bits and a counter in the low 32.
final class Zxids {
    /// The last one of an epoch. It is never given out: the epoch is handed over before.
    static final long COUNTER_MAX = 0xffffffffL;

    private Zxids() {}

    static long epoch(long zxid) {
        return zxid >>> 32;
    }

    static long counter(long zxid) {
        return zxid & COUNTER_MAX;
    }

    /// The zxid that stands for the beginning of an epoch; no transaction ever has it.
    static long first(long epoch) {
        return epoch << 32;
    }

    static boolean isFirst(long zxid) {
        return counter(zxid) == 0;
    }

    /// Whether nothing can be missing between the two: the next of the same epoch, or the first
    /// transaction of a later one (ZOOKEEPER-4925).
    static boolean follows(long zxid, long next) {
        return next == zxid + 1 || (epoch(next) > epoch(zxid) && counter(next) == 1);
    }

    static String hex(long zxid) {
        return "0x" + Long.toHexString(zxid);
    }
}
