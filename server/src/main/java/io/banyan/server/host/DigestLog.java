package io.banyan.server.host;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// Tree digests of every 128th transaction, the last 1,024 of them, for the word `hash`.
/// Thread-safe.
public final class DigestLog {
    private static final int EVERY = 128;
    private static final int ENTRIES_MAX = 1024;

    /// The digest of the tree right after a transaction.
    public record Entry(long zxid, long digest) {}

    private final ArrayDeque<Entry> entries = new ArrayDeque<>();

    static boolean wants(long zxid) {
        return zxid % EVERY == 0;
    }

    synchronized void add(long zxid, long digest) {
        if (entries.size() == ENTRIES_MAX) {
            entries.remove();
        }
        entries.add(new Entry(zxid, digest));
    }

    /// Oldest first.
    public synchronized List<Entry> entries() {
        return new ArrayList<>(entries);
    }
}
