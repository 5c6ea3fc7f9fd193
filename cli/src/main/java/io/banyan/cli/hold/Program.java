package io.banyan.cli.hold;

import io.banyan.cli.command.ExitCode;
import io.banyan.cli.command.Trouble;
import io.banyan.client.recipes.Lease;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/// Another program that runs while a lease is held. Confined to one thread, but for what stops it.
final class Program implements AutoCloseable {
    static final Duration GRACE_DEFAULT = Duration.ofSeconds(5);

    private final Process process;
    private final Duration grace;
    private final Thread atExit;
    private final CompletableFuture<Boolean> lost = new CompletableFuture<>();

    private Program(Process process, Lease lease, Duration grace) {
        this.process = process;
        this.grace = grace;
        // Somebody ends us: it must not go on without the lease, nor the lease end before it.
        this.atExit =
                new Thread(
                        () -> {
                            stop();
                            lease.close();
                        },
                        "banyan-stop-program");
        Runtime.getRuntime().addShutdownHook(atExit);
        lease.onLost(() -> {
            process.destroy();
            lost.complete(true);
        });
    }

    /// @param words its name and arguments; it has our terminal
    /// @param grace how long it may take to end after SIGTERM
    /// @throws Trouble if it cannot be started
    static Program start(List<String> words, Lease lease, Duration grace) {
        var builder = new ProcessBuilder(words).inheritIO();
        builder.environment().put("BANYAN_TOKEN", Long.toUnsignedString(lease.token()));
        builder.environment().put("BANYAN_LEASE", lease.path());
        try {
            return new Program(builder.start(), lease, grace);
        } catch (IOException e) {
            throw Trouble.of(
                    ExitCode.CANNOT_RUN, "cannot run " + words.getFirst() + ": " + e.getMessage());
        }
    }

    /// Waits until it has ended.
    ///
    /// @return its exit code, empty if it was stopped since the lease was lost
    Optional<Integer> await() throws InterruptedException {
        try {
            CompletableFuture.anyOf(process.onExit(), lost).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        if (lost.isDone()) {
            stop();
            return Optional.empty();
        }
        return Optional.of(process.exitValue());
    }

    /// SIGTERM, and SIGKILL for who does not listen. Returns when it has ended.
    private void stop() {
        boolean isInterrupted = false;
        process.destroy();
        try {
            if (!process.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            // Somebody is in a hurry.
            process.destroyForcibly();
            isInterrupted = true;
        }
        process.onExit().join();
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The JVM is ending: then the hook runs, and finds nothing to do.
        }
    }
}
