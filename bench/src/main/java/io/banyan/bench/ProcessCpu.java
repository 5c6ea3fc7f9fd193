package io.banyan.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Processor time that some processes spent between two moments, user and system together.
///
/// From `/proc/PID/stat`, which counts in hundredths of a second: over seconds that is exact
/// enough, and reading it costs the measured processes nothing.
final class ProcessCpu {
    private static final long NANOS_PER_TICK = 10_000_000;

    /// Fields after the command's closing parenthesis: state is the first, utime the twelfth.
    private static final int UTIME_INDEX = 11;

    private final List<Long> pids;
    private long beginNanos;
    private long endNanos;

    ProcessCpu(List<Long> pids) {
        this.pids = List.copyOf(pids);
    }

    void begin() {
        beginNanos = totalNanos();
    }

    void end() {
        endNanos = totalNanos();
    }

    /// Between {@link #begin} and {@link #end}.
    long nanos() {
        return endNanos - beginNanos;
    }

    /// Since the processes started.
    long totalNanos() {
        long total = 0;
        for (long pid : pids) {
            try {
                total += nanosOf(Files.readString(Path.of("/proc/" + pid + "/stat")));
            } catch (IOException e) {
                throw new UncheckedIOException("process " + pid + " is gone", e);
            }
        }
        return total;
    }

    /// @param stat a line of `/proc/PID/stat`; the command in it may contain anything
    static long nanosOf(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long ticks = Long.parseLong(fields[UTIME_INDEX]) + Long.parseLong(fields[UTIME_INDEX + 1]);
        return ticks * NANOS_PER_TICK;
    }
}
