package io.banyan.bench;

import java.io.IOException;
import java.io.InterruptedIOException;

/// Waiting, for the bench is the one room that has to wait for real time.
final class Pause {
    private static final long SLICE_MILLIS = 200;
    private static final long QUIET_NANOS_PER_SLICE = 10_000_000;
    private static final int SLICES_MAX = 100;

    private Pause() {}

    static void millis(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /// Waits until these processes are idle (5 % of a core), 20 s at most: one candidate's
    /// collector or snapshot must not run on the other's time.
    static void untilQuiet(ProcessCpu cpu) throws IOException {
        long before = cpu.totalNanos();
        for (int i = 0; i < SLICES_MAX; i++) {
            millis(SLICE_MILLIS);
            long after = cpu.totalNanos();
            if (after - before <= QUIET_NANOS_PER_SLICE) {
                return;
            }
            before = after;
        }
    }

    static InterruptedIOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        var io = new InterruptedIOException("interrupted");
        io.initCause(e);
        return io;
    }
}
