package io.banyan.zab;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The end of this server's history: which transactions are logged and which delivered, and the
/// newest of them for learners.
///
/// Contiguous by construction (ZOOKEEPER-4925): everything after {@link #floor} up to {@link #last}
/// is here. What is not delivered is always here. It describes the log as it will be once the disk
/// has done what was asked; what is durable already, {@link Zab} knows.
final class History {
    private final int txnsMax;
    private final long bytesMax;

    private @Nullable Entry[] ring = new @Nullable Entry[64];
    private int head;
    private int count;

    /// How many of the entries are delivered.
    private int deliveredCount;

    private long bytes;
    private long floor;
    private long last;
    private long delivered;
    private long gaplessFrom;

    History(Past past, int txnsMax, long bytesMax) {
        this.txnsMax = txnsMax;
        this.bytesMax = bytesMax;
        reset(past.lastZxid());
        gaplessFrom = past.gaplessFrom();
        List<Entry> newest = past.newest();
        int from = newest.size();
        long next = past.lastZxid();
        // A log that another server wrote may have holes; what is behind one is of no use.
        while (from > 0
                && (from == newest.size()
                        ? newest.get(from - 1).zxid() == next
                        : Zxids.follows(newest.get(from - 1).zxid(), next))) {
            from--;
            next = newest.get(from).zxid();
        }
        if (from < newest.size()) {
            // The one before the first we hold is not known to be complete: it is the floor.
            floor = newest.get(from).zxid();
            for (int i = from + 1; i < newest.size(); i++) {
                add(newest.get(i));
                deliveredCount++;
            }
            trim();
        }
    }

    /// Everything up to and including it may be missing here.
    long floor() {
        return floor;
    }

    /// Zxid of the last transaction logged.
    long last() {
        return last;
    }

    /// Zxid of the last transaction delivered.
    long delivered() {
        return delivered;
    }

    /// From here on the disk holds the history without a hole.
    long gaplessFrom() {
        return gaplessFrom;
    }

    void append(Entry entry) {
        Check.that(Zxids.follows(last, entry.zxid()), "history has no gap", last, entry.zxid());
        add(entry);
        last = entry.zxid();
    }

    /// @return the entry that is now delivered
    Entry deliverNext() {
        Check.that(deliveredCount < count, "there is something to deliver", delivered, last);
        Entry entry = at(deliveredCount++);
        delivered = entry.zxid();
        trim();
        return entry;
    }

    boolean isAllDelivered() {
        return deliveredCount == count;
    }

    /// Zxid of the first entry that is not delivered; only if there is one.
    long nextUndelivered() {
        return at(deliveredCount).zxid();
    }

    /// Entries after one zxid up to another.
    ///
    /// @param after not before the floor
    List<Entry> between(long after, long upTo) {
        Check.that(after >= floor, "history is in memory", after, floor);
        var result = new ArrayList<Entry>();
        for (int i = firstAfter(after); i < count && at(i).zxid() <= upTo; i++) {
            result.add(at(i));
        }
        return result;
    }

    /// Whether this very transaction is known to be part of the history.
    boolean contains(long zxid) {
        if (zxid == floor || (zxid == last && count == 0)) {
            return true;
        }
        int next = firstAfter(zxid);
        return next > 0 && at(next - 1).zxid() == zxid;
    }

    /// The newest zxid before this one that is part of the history; for zxids after the floor.
    long before(long zxid) {
        int next = firstAfter(zxid - 1);
        return next > 0 ? at(next - 1).zxid() : floor;
    }

    /// The oldest zxid after this one that is part of the history; only if there is one.
    long after(long zxid) {
        int next = firstAfter(zxid);
        Check.that(next < count, "there is something after it", zxid, last);
        return at(next).zxid();
    }

    void truncate(long zxid) {
        if (zxid < floor) {
            reset(zxid);
            return;
        }
        int keep = firstAfter(zxid);
        for (int i = keep; i < count; i++) {
            bytes -= at(i).payload().length;
            ring[index(i)] = null;
        }
        count = keep;
        deliveredCount = Math.min(deliveredCount, keep);
        last = zxid;
        delivered = Math.min(delivered, zxid);
        gaplessFrom = Math.min(gaplessFrom, zxid);
    }

    /// Everything up to this zxid is delivered, and nothing of it is here.
    void reset(long zxid) {
        Arrays.fill(ring, null);
        head = 0;
        count = 0;
        deliveredCount = 0;
        bytes = 0;
        floor = zxid;
        last = zxid;
        delivered = zxid;
        gaplessFrom = zxid;
    }

    private void add(Entry entry) {
        if (count == ring.length) {
            var bigger = new @Nullable Entry[ring.length * 2];
            for (int i = 0; i < count; i++) {
                bigger[i] = at(i);
            }
            ring = bigger;
            head = 0;
        }
        ring[index(count++)] = entry;
        bytes += entry.payload().length;
    }

    private void trim() {
        while (deliveredCount > 0 && (count > txnsMax || bytes > bytesMax)) {
            Entry oldest = at(0);
            ring[head] = null;
            head = (head + 1) & (ring.length - 1);
            count--;
            deliveredCount--;
            bytes -= oldest.payload().length;
            floor = oldest.zxid();
        }
    }

    /// Index of the first entry after this zxid, or the count.
    private int firstAfter(long zxid) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (at(middle).zxid() <= zxid) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private Entry at(int position) {
        return Objects.requireNonNull(ring[index(position)]);
    }

    private int index(int position) {
        return (head + position) & (ring.length - 1);
    }
}
