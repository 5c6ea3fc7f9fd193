package io.banyan.server.metrics;

import java.math.BigDecimal;
import java.math.RoundingMode;

/// What a summary says at one moment, over all cells. Immutable.
final class SummaryValue {
    private final long count;
    private final long sum;
    private final long min;
    private final long max;

    /// Events of the last windows by size.
    private final long[] buckets;

    private SummaryValue(Sum collected) {
        count = collected.count;
        sum = collected.sum;
        min = collected.count == 0 ? 0 : collected.min;
        max = collected.max;
        buckets = collected.buckets.clone();
    }

    long count() {
        return count;
    }

    long sum() {
        return sum;
    }

    long min() {
        return min;
    }

    long max() {
        return max;
    }

    /// Collects the cells of one summary.
    static final class Sum {
        private final long[] buckets = new long[SummaryCell.BUCKETS];
        private long count;
        private long sum;
        private long min = Long.MAX_VALUE;
        private long max;

        long count() {
            return count;
        }

        void add(long cellCount, long cellSum, long cellMin, long cellMax) {
            if (cellCount > 0) {
                count += cellCount;
                sum += cellSum;
                min = Math.min(min, cellMin);
                max = Math.max(max, cellMax);
            }
        }

        void addBuckets(long[] window) {
            for (int i = 0; i < window.length; i++) {
                buckets[i] += Cell.get(window, i);
            }
        }

        SummaryValue value() {
            return new SummaryValue(this);
        }
    }

    /// With four decimals, as ZooKeeper prints it.
    double average() {
        return average(sum, count);
    }

    static double average(long sum, long count) {
        if (count == 0) {
            return 0;
        }
        return BigDecimal.valueOf((double) sum / count)
                .setScale(4, RoundingMode.HALF_UP)
                .doubleValue();
    }

    /// @param fraction 0.5 for the median
    /// @return 0 if nothing happened lately
    long percentile(double fraction) {
        long events = recentEvents();
        long rank = (long) Math.ceil(fraction * events);
        long seen = 0;
        for (int i = 0; i < buckets.length; i++) {
            seen += buckets[i];
            if (seen >= rank && seen > 0) {
                // The edge of the last bucket may lie above everything that was measured.
                return Math.min(SummaryCell.upperEdge(i), max);
            }
        }
        return 0;
    }

    long recentEvents() {
        long events = 0;
        for (long inBucket : buckets) {
            events += inBucket;
        }
        return events;
    }
}
