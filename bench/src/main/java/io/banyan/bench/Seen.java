package io.banyan.bench;

import java.lang.management.ManagementFactory;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/// What one turn of a client saw.
///
/// @param bytesEach allocated in this process for each answer
record Seen(double perSecond, long p99Micros, double bytesEach) {
    /// @param bytesBefore what {@link #allocatedBytes} said at the beginning
    static Seen of(long count, long nanos, Histogram latencyNanos, long bytesBefore) {
        return new Seen(
                count * 1e9 / nanos,
                latencyNanos.getValueAtPercentile(99) / 1000,
                (allocatedBytes() - bytesBefore) / (double) Math.max(1, count));
    }

    static Seen median(List<Seen> rounds) {
        return rounds.stream()
                .sorted(Comparator.comparingDouble(Seen::perSecond))
                .toList()
                .get(rounds.size() / 2);
    }

    /// By all threads of this process so far.
    static long allocatedBytes() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getTotalThreadAllocatedBytes();
    }

    String show() {
        return String.format(
                Locale.ROOT, "%10.0f/s %8d us %7.0f B", perSecond, p99Micros, bytesEach);
    }
}
