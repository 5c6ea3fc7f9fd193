package io.banyan.wire;

/// The number of a transaction: epoch of its leader in the high 32 bits, counter within the epoch
/// in the low 32.
public final class Zxid {
    private Zxid() {}

    public static long of(long epoch, long counter) {
        return epoch << 32 | (counter & 0xffffffffL);
    }

    public static long epoch(long zxid) {
        return zxid >>> 32;
    }

    public static long counter(long zxid) {
        return zxid & 0xffffffffL;
    }

    /// As operators and file names write it: `0x` and lower-case hex.
    public static String hex(long zxid) {
        return "0x" + Long.toHexString(zxid);
    }
}
