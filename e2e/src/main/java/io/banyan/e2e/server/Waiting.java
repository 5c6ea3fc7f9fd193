package io.banyan.e2e.server;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/// Waits for a condition of another process, which cannot wake us.
public final class Waiting {

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);

    private Waiting() {}

    /// @param what said in the error when time is up
    /// @param condition looked at every 10 ms; one that throws does not hold yet
    /// @throws IllegalStateException when the condition did not hold within `limit`
    public static void until(Supplier<String> what, Duration limit, Callable<Boolean> condition) {
        long deadlineNanos = System.nanoTime() + limit.toNanos();
        Exception last = null;
        do {
            try {
                if (condition.call()) {
                    return;
                }
            } catch (Exception e) {
                last = e;
            }
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
        } while (System.nanoTime() < deadlineNanos);
        throw new IllegalStateException("waited " + limit + " for " + what.get(), last);
    }
}
