package io.banyan.tree;

import java.util.Arrays;

/// Where quotas are: the limits of a path, and what is used of them, are the data of two znodes
/// below `/zookeeper/quota` and that path.
final class QuotaPaths {
    static final byte[] ROOT = Paths.utf8("/zookeeper/quota");

    private static final byte[] LIMITS = Paths.utf8("/zookeeper_limits");
    private static final byte[] USAGE = Paths.utf8("/zookeeper_stats");

    private QuotaPaths() {}

    static byte[] limitsOf(byte[] path, int from, int end) {
        return below(path, from, end, LIMITS);
    }

    static byte[] usageOf(byte[] path, int from, int end) {
        return below(path, from, end, USAGE);
    }

    private static byte[] below(byte[] path, int from, int end, byte[] name) {
        int length = end - from;
        byte[] whole = Arrays.copyOf(ROOT, ROOT.length + length + name.length);
        System.arraycopy(path, from, whole, ROOT.length, length);
        System.arraycopy(name, 0, whole, ROOT.length + length, name.length);
        return whole;
    }

    static boolean isBelow(byte[] path, int from, int end) {
        return Paths.startsWith(path, from, end, ROOT) && end - from > ROOT.length;
    }

    /// @param from index behind {@link #ROOT}, where the limited path begins
    /// @return where that path ends, the root's being empty; -1 if this is not where limits are
    static int endOfLimited(byte[] path, int from, int end) {
        return endOf(path, from, end, LIMITS);
    }

    /// As {@link #endOfLimited}, of what is used.
    static int endOfUsed(byte[] path, int from, int end) {
        return endOf(path, from, end, USAGE);
    }

    private static int endOf(byte[] path, int from, int end, byte[] name) {
        int at = end - name.length;
        return at >= from && Arrays.equals(path, at, end, name, 0, name.length) ? at : -1;
    }
}
