package io.banyan.cli.subtree;

import io.banyan.cli.command.Run;

/// A line that counts, on a terminal; nothing elsewhere.
final class Progress {
    private static final long PAUSE_NANOS = 100_000_000;

    private final Run run;
    private final String verb;
    private final boolean isShown;
    private long nextNanos;

    Progress(Run run, String verb) {
        this.run = run;
        this.verb = verb;
        this.isShown = run.screen().hasColours() && !run.has("-q");
    }

    /// @param all 0 where nobody knows
    void at(long done, long all) {
        long now = System.nanoTime();
        if (isShown && (nextNanos == 0 || now - nextNanos >= 0)) {
            nextNanos = now + PAUSE_NANOS;
            run.screen().aside("\r" + text(done, all) + " ...");
        }
    }

    private String text(long done, long all) {
        return verb + " " + done + (all == 0 ? "" : " of " + all) + " znodes";
    }

    void end(long done) {
        if (isShown) {
            run.screen().aside("\r" + text(done, 0) + "     \n");
        }
    }
}
