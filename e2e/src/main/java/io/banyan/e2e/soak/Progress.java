package io.banyan.e2e.soak;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/// Counts of all clients, and how long nobody's write was acknowledged. Thread-safe.
final class Progress {
    private final LongAdder acknowledged = new LongAdder();
    private final LongAdder unanswered = new LongAdder();
    private final LongAdder reads = new LongAdder();
    private final AtomicLong lastNanos = new AtomicLong(System.nanoTime());
    private final AtomicLong longestNanos = new AtomicLong();

    void acknowledged(long nanos) {
        acknowledged.increment();
        long gap = nanos - lastNanos.getAndUpdate(last -> Math.max(last, nanos));
        longestNanos.accumulateAndGet(gap, Math::max);
    }

    void unanswered() {
        unanswered.increment();
    }

    void read() {
        reads.increment();
    }

    /// The longest time without an acknowledged write since the last call.
    long takeLongestMillis() {
        long waiting = System.nanoTime() - lastNanos.get();
        return Math.max(longestNanos.getAndSet(0), waiting) / 1_000_000;
    }

    long acknowledgedCount() {
        return acknowledged.sum();
    }

    long unansweredCount() {
        return unanswered.sum();
    }

    long readCount() {
        return reads.sum();
    }
}
