package io.banyan.server.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// Numbers that one thread writes and any thread reads.
///
/// Every slot is a `long` of an array, written opaquely: a reader sees each value whole and soon,
/// and the writer pays for no fence.
abstract sealed class Cell permits CounterCell, SummaryCell {
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);

    final Era era;

    /// The era that the slots belong to. Written by the owner only; readers take older slots for
    /// reset.
    private volatile int stamp;

    Cell(Era era) {
        this.era = era;
        this.stamp = era.now();
    }

    static long get(long[] slots, int index) {
        return (long) SLOT.getOpaque(slots, index);
    }

    static void set(long[] slots, int index, long value) {
        SLOT.setOpaque(slots, index, value);
    }

    /// To be called before each addition: notices that somebody asked for a reset or that the
    /// window of the percentiles moved on.
    final void keepUp() {
        int now = era.now();
        if (now != stamp) {
            turn(stamp, now);
            stamp = now;
        }
    }

    /// @param before the era of what the slots hold
    abstract void turn(int before, int now);

    final int stamp() {
        return stamp;
    }
}
