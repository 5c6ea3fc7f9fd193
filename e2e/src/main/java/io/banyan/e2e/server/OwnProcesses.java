package io.banyan.e2e.server;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// The processes that this JVM has started. None outlives it, however it ends short of SIGKILL.
///
/// Good on any thread.
public final class OwnProcesses {
    private static final Duration KILL_LIMIT = Duration.ofSeconds(10);
    private static final Set<Process> ALIVE = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(
                        Thread.ofPlatform()
                                .unstarted(() -> ALIVE.forEach(Process::destroyForcibly)));
    }

    private OwnProcesses() {}

    /// @throws IOException if there is no such program
    public static Process start(ProcessBuilder builder) throws IOException {
        Process process = builder.start();
        ALIVE.add(process);
        process.onExit().thenRun(() -> ALIVE.remove(process));
        return process;
    }

    /// SIGKILL, and waits until it is gone.
    public static void kill(Process process) {
        process.destroyForcibly();
        try {
            process.waitFor(KILL_LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
