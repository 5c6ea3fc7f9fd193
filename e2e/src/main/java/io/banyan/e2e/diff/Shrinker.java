package io.banyan.e2e.diff;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;

/// Finds a short script that still differs: leaves out halves, then quarters, and so on down to
/// single steps, for as long as something can be left out.
final class Shrinker {

    /// Runs both servers, and says whether the script still shows a difference of the same kind.
    interface Trial {
        boolean differs(Script script) throws IOException;
    }

    /// More do not make a script much shorter, and each costs a run of up to seconds.
    private static final int TRIALS_MAX = 2_000;

    private static final Duration LIMIT = Duration.ofSeconds(90);

    private Shrinker() {}

    static Script shrink(Script script, Trial trial, PrintStream out) throws IOException {
        Script best = script;
        int trials = 0;
        long deadlineNanos = System.nanoTime() + LIMIT.toNanos();
        int chunk = Math.max(1, best.steps().size() / 2);
        while (trials < TRIALS_MAX && System.nanoTime() < deadlineNanos) {
            boolean shorter = false;
            // From the end: later steps depend on earlier ones and seldom the other way round.
            for (int to = best.steps().size();
                    to > 0 && System.nanoTime() < deadlineNanos;
                    to -= chunk) {
                Script candidate = best.without(Math.max(0, to - chunk), to);
                trials++;
                if (trial.differs(candidate)) {
                    best = candidate;
                    shorter = true;
                }
            }
            if (chunk == 1 && !shorter) {
                break;
            }
            if (!shorter || chunk > best.steps().size()) {
                chunk = Math.max(1, Math.min(chunk, best.steps().size()) / 2);
            }
        }
        out.println("shrunk to " + best.steps().size() + " steps in " + trials + " runs");
        return best;
    }
}
