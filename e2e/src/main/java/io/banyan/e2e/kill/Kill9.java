package io.banyan.e2e.kill;

import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.ServerProcess;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/// Kills a server again and again at random moments under load, and looks whether all is there that
/// was acknowledged, and nothing that was not sent. Front door of this room; confined to one
/// thread.
public final class Kill9 implements AutoCloseable {

    private static final int WRITERS = 4;
    private static final Duration LOAD_MAX = Duration.ofMillis(500);
    private static final int PROGRESS_EVERY_ROUNDS = 10;

    private final Random random;
    private final ServerProcess server;
    private final List<Writer> writers = new ArrayList<>();
    private final PrintStream out;
    private long ambiguousPresent;
    private int killedInRecovery;
    private int rounds;

    /// Starts the server, which makes a snapshot every few hundred writes so that kills meet those
    /// too.
    public Kill9(ServerKind kind, long seed, PrintStream out) throws IOException {
        this.random = new Random(seed);
        this.out = out;
        this.server = ServerProcess.start(kind, ServerConfig.standard().with("snapCount", "700"));
        try {
            for (int i = 0; i < WRITERS; i++) {
                Writer writer = new Writer(i, new Random(random.nextLong()));
                writer.begin(server.port());
                writers.add(writer);
            }
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }

    /// @return whether nothing was lost and nothing invented; the first failure ends the run
    public boolean run(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            if (!round()) {
                return false;
            }
            rounds++;
            if (rounds % PROGRESS_EVERY_ROUNDS == 0 || i + 1 == count) {
                out.println(summary());
            }
        }
        return true;
    }

    private boolean round() throws IOException {
        killUnderLoad();
        if (random.nextInt(5) == 0) {
            server.launch();
            LockSupport.parkNanos(Duration.ofMillis(100 + random.nextInt(900)).toNanos());
            if (server.running()) {
                server.kill();
                killedInRecovery++;
            }
        }
        server.start();
        for (Writer writer : writers) {
            Writer.Verdict verdict = writer.check(server.port());
            if (!verdict.right()) {
                out.println("round " + rounds + ": " + verdict.why());
                return false;
            }
            ambiguousPresent += verdict.ambiguousPresent();
        }
        return true;
    }

    private void killUnderLoad() {
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
        for (Writer writer : writers) {
            threads.add(
                    Thread.ofPlatform()
                            .uncaughtExceptionHandler((t, e) -> failures.add(e))
                            .start(() -> writer.load(server.port())));
        }
        // Not a wait for something: the moment of the kill is what the test draws by lot.
        LockSupport.parkNanos((long) (random.nextDouble() * LOAD_MAX.toNanos()));
        server.kill();
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
        if (!failures.isEmpty()) {
            throw new IllegalStateException("a writer failed", failures.getFirst());
        }
    }

    /// Acknowledged writes so far.
    public long acked() {
        return writers.stream().mapToLong(Writer::acked).sum();
    }

    /// One line for people.
    public String summary() {
        return String.format(
                Locale.ROOT,
                "rounds %d: %d writes acknowledged, all found; %d of those without an answer found"
                        + " too; %d kills during recovery",
                rounds,
                acked(),
                ambiguousPresent,
                killedInRecovery);
    }

    @Override
    public void close() {
        server.close();
    }
}
