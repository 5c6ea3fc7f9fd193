package io.banyan.cli.hold;

import io.banyan.cli.command.ExitCode;
import io.banyan.cli.command.Run;
import io.banyan.cli.command.TimeText;
import io.banyan.cli.command.Trouble;
import io.banyan.client.Banyan;
import io.banyan.client.recipes.FairLock;
import io.banyan.client.recipes.LeaderElection;
import io.banyan.client.recipes.Lease;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Both commands.
final class HoldCommand {
    private HoldCommand() {}

    private static List<String> program(Run run) {
        if (run.args().size() < 2) {
            throw Trouble.usage(run.command().usage());
        }
        return run.args().subList(1, run.args().size());
    }

    private static Duration grace(Run run) {
        String text = run.value("--grace");
        return text == null ? Program.GRACE_DEFAULT : TimeText.duration(text);
    }

    private static @Nullable Duration within(Run run) {
        String text = run.value("--within");
        return text == null ? null : TimeText.duration(text);
    }

    // ---- lock

    static int lock(Run run) throws Exception {
        List<String> words = program(run);
        Duration grace = grace(run);
        Duration within = within(run);
        String path = run.path(0);
        var lock = new FairLock(run.client(), path);
        Optional<Lease> lease =
                within == null ? Optional.of(lock.acquire()) : lock.tryAcquire(within);
        if (lease.isEmpty()) {
            throw Trouble.of(
                    ExitCode.NOT_NOW,
                    path + " is held by somebody else after " + run.value("--within"));
        }
        try (Lease held = lease.get();
                Program program = Program.start(words, held, grace)) {
            return program.await()
                    .orElseThrow(() ->
                            Trouble.unreachable(
                                    path + " was lost; " + words.getFirst() + " was stopped"));
        }
    }

    // ---- elect

    static int elect(Run run) throws Exception {
        List<String> words = program(run);
        Duration grace = grace(run);
        Duration within = within(run);
        boolean isOnce = run.has("--once");
        String path = run.path(0);
        String given = run.value("--id");
        var ended = new CompletableFuture<Integer>();
        var elected = new CountDownLatch(1);
        Banyan client = run.client();
        try (var election =
                new LeaderElection(
                        client,
                        path,
                        given == null ? self() : given,
                        lease -> {
                            elected.countDown();
                            lead(path, words, lease, grace, isOnce, ended);
                        })) {
            election.start();
            if (within != null && !elected.await(within.toMillis(), TimeUnit.MILLISECONDS)) {
                throw Trouble.of(
                        ExitCode.NOT_NOW,
                        "not elected in " + path + " within " + run.value("--within"));
            }
            return ended.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    /// One term. What it throws ends the command instead of the term only.
    private static void lead(
            String path,
            List<String> words,
            Lease lease,
            Duration grace,
            boolean isOnce,
            CompletableFuture<Integer> ended) {
        try (Program program = Program.start(words, lease, grace)) {
            Optional<Integer> exit = program.await();
            if (exit.isPresent()) {
                ended.complete(exit.get());
            } else if (isOnce) {
                ended.completeExceptionally(
                        Trouble.unreachable("the office of " + path + " is lost"));
            }
        } catch (InterruptedException e) {
            // Lost, or we are to end: the program is stopped by now.
            if (isOnce) {
                ended.completeExceptionally(
                        Trouble.unreachable("the office of " + path + " is lost"));
            }
            Thread.currentThread().interrupt();
        } catch (Trouble e) {
            ended.completeExceptionally(e);
        }
    }

    private static String self() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            // A machine without a name of its own.
            host = "localhost";
        }
        return host + "-" + ProcessHandle.current().pid();
    }
}
