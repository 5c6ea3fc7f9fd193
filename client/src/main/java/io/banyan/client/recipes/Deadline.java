package io.banyan.client.recipes;

import java.time.Duration;

/// A moment of `nanoTime`.
final class Deadline {
    /// Far enough, and near enough that differences do not wrap.
    private static final long YEARS_NANOS = Long.MAX_VALUE / 4;

    private Deadline() {}

    static long after(Duration wait) {
        long now = System.nanoTime();
        return wait.compareTo(Duration.ofNanos(YEARS_NANOS)) > 0
                ? now + YEARS_NANOS
                : now + Math.max(0, wait.toNanos());
    }

    static long never() {
        return System.nanoTime() + YEARS_NANOS;
    }
}
