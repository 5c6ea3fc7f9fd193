package io.banyan.bench.load;

import org.HdrHistogram.Histogram;

/// What one run of the generator saw.
///
/// @param reads latencies in nanoseconds of the reads (and pings) answered in the measured time
/// @param writes the same of the writes
/// @param measuredNanos how long was measured, warm-up not counted
/// @param errors replies with an error code other than the one that the run expects
/// @param firstError what the first of them said, empty if there was none
/// @param issued requests sent in the whole run, warm-up included
public record Measured(
        Histogram reads,
        Histogram writes,
        long measuredNanos,
        long errors,
        String firstError,
        int issued) {

    public long count() {
        return reads.getTotalCount() + writes.getTotalCount();
    }

    public double perSecond() {
        return measuredNanos == 0 ? 0 : count() * 1e9 / measuredNanos;
    }

    /// Reads and writes together.
    public Histogram all() {
        Histogram all = reads.copy();
        all.add(writes);
        return all;
    }
}
