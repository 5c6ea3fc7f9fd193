package io.banyan.server.metrics;

/// One thread's part of a summary.
///
/// Percentiles come from buckets whose width grows with the value (a quarter of a power of two, so
/// an answer is at most 25 % too high and exact below 8), over the last one to two windows: a
/// percentile since the start would say nothing about now.
public final class SummaryCell extends Cell {
    static final int COUNT = 0;
    static final int SUM = 1;
    static final int MIN = 2;
    static final int MAX = 3;

    /// 8 exact buckets, then 4 for each power of two up to 2^62.
    static final int BUCKETS = 8 + 4 * 60;

    private final long[] totals = new long[4];
    private final long[] even = new long[BUCKETS];
    private final long[] odd = new long[BUCKETS];

    SummaryCell(Era era) {
        super(era);
    }

    /// Owner only. Negative values count as 0: clocks of two machines may disagree.
    public void add(long measured) {
        keepUp();
        long value = Math.max(0, measured);
        long count = get(totals, COUNT);
        if (count == 0) {
            set(totals, MIN, value);
            set(totals, MAX, value);
        } else {
            if (value < get(totals, MIN)) {
                set(totals, MIN, value);
            }
            if (value > get(totals, MAX)) {
                set(totals, MAX, value);
            }
        }
        set(totals, SUM, get(totals, SUM) + value);
        set(totals, COUNT, count + 1);
        long[] window = window(stamp());
        int bucket = bucketOf(value);
        set(window, bucket, get(window, bucket) + 1);
    }

    private long[] window(int stamp) {
        return (stamp & 1) == 0 ? even : odd;
    }

    @Override
    void turn(int before, int now) {
        if (!Era.sameReset(before, now)) {
            clear(totals);
            clear(even);
            clear(odd);
            return;
        }
        clear(window(now));
        if (Era.windowsBetween(before, now) > 1) {
            clear(window(now + 1));
        }
    }

    private static void clear(long[] slots) {
        for (int i = 0; i < slots.length; i++) {
            set(slots, i, 0);
        }
    }

    /// Any thread: adds this cell's part to a sum of cells.
    void addTo(SummaryValue.Sum sum) {
        int now = era.now();
        int mine = stamp();
        if (!Era.sameReset(mine, now)) {
            return;
        }
        sum.add(get(totals, COUNT), get(totals, SUM), get(totals, MIN), get(totals, MAX));
        int behind = Era.windowsBetween(mine, now);
        if (behind <= 1) {
            sum.addBuckets(window(mine));
            if (behind == 0) {
                sum.addBuckets(window(mine + 1));
            }
        }
    }

    static int bucketOf(long value) {
        if (value < 8) {
            return (int) value;
        }
        int log = 63 - Long.numberOfLeadingZeros(value);
        int quarter = (int) (value >>> (log - 2)) & 3;
        return 8 + (log - 3) * 4 + quarter;
    }

    /// The greatest value of a bucket.
    static long upperEdge(int bucket) {
        if (bucket < 8) {
            return bucket;
        }
        int log = 3 + (bucket - 8) / 4;
        int quarter = (bucket - 8) % 4;
        return (1L << log) + ((quarter + 1L) << (log - 2)) - 1;
    }
}
