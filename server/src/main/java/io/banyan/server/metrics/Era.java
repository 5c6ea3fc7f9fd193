package io.banyan.server.metrics;

import java.util.concurrent.atomic.AtomicInteger;

/// Tells all cells of a family, which their own threads own, that they are to start again: the low
/// bits count windows of the percentiles, the high bits resets. Safe for any thread.
final class Era {
    private static final int WINDOW_BITS = 16;
    private static final int WINDOW_MASK = (1 << WINDOW_BITS) - 1;

    private final AtomicInteger stamp = new AtomicInteger();

    int now() {
        return stamp.getOpaque();
    }

    void reset() {
        stamp.addAndGet(1 << WINDOW_BITS);
    }

    void nextWindow() {
        stamp.updateAndGet(old -> (old & ~WINDOW_MASK) | ((old + 1) & WINDOW_MASK));
    }

    static boolean sameReset(int a, int b) {
        return a >>> WINDOW_BITS == b >>> WINDOW_BITS;
    }

    /// How many windows `later` is after `earlier`.
    static int windowsBetween(int earlier, int later) {
        return (later - earlier) & WINDOW_MASK;
    }
}
