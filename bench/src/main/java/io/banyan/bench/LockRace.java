package io.banyan.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.ConcurrentHistogram;

/// Hand-overs of one lock among many clients, for each kind of lock with its server; and what each
/// promises, without which the figures cannot be compared.
final class LockRace {
    /// Makes one client of a kind.
    interface Maker {
        LockClient make() throws Exception;
    }

    /// @param name of the lock and its server
    /// @param promise what holds when clients and servers fail
    record Kind(String name, String promise, Maker maker) {}

    private final PrintWriter out;
    private final double seconds;
    private final int rounds;

    LockRace(PrintWriter out, double seconds, int rounds) {
        this.out = out;
        this.seconds = seconds;
        this.rounds = rounds;
    }

    /// Prints one line for each kind; the first is what the others are compared with.
    void run(int clients, List<Kind> kinds) throws Exception {
        var seen = new ArrayList<List<Seen>>();
        kinds.forEach(kind -> seen.add(new ArrayList<>()));
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < kinds.size(); i++) {
                seen.get(i).add(race(clients, kinds.get(i)));
            }
        }
        out.printf("%nlock and unlock, %d client%s%n", clients, clients == 1 ? "" : "s");
        double ours = Seen.median(seen.getFirst()).perSecond();
        for (int i = 0; i < kinds.size(); i++) {
            Seen median = Seen.median(seen.get(i));
            out.printf(
                    Locale.ROOT,
                    "%-42s %36s %6.2fx  %s%n",
                    kinds.get(i).name,
                    median.show(),
                    ours / median.perSecond(),
                    kinds.get(i).promise);
        }
        out.flush();
    }

    /// One turn of a kind. The clients of the others are not there meanwhile: their pings and their
    /// memory would count for this one.
    private Seen race(int clients, Kind kind) throws Exception {
        var team = new ArrayList<LockClient>();
        try {
            for (int i = 0; i < clients; i++) {
                team.add(kind.maker.make());
            }
            return handOvers(team);
        } finally {
            for (LockClient each : team) {
                each.close();
            }
        }
    }

    private Seen handOvers(List<LockClient> team) throws Exception {
        var over = new AtomicBoolean();
        var measuring = new AtomicBoolean();
        var count = new AtomicLong();
        var failure = new AtomicReference<Exception>();
        var latency = new ConcurrentHistogram(3);
        var threads = new ArrayList<Thread>();
        for (LockClient each : team) {
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    while (!over.get()) {
                                        long start = System.nanoTime();
                                        each.acquireAndRelease();
                                        if (measuring.get()) {
                                            count.incrementAndGet();
                                            latency.recordValue(System.nanoTime() - start);
                                        }
                                    }
                                } catch (Exception e) {
                                    failure.set(e);
                                }
                            }));
        }
        // As long as it is measured: before that, the compiler is what is measured.
        Pause.millis((long) (seconds * 1000 / rounds));
        long bytes = Seen.allocatedBytes();
        long start = System.nanoTime();
        measuring.set(true);
        Pause.millis((long) (seconds * 1000 / rounds));
        measuring.set(false);
        Seen seen = Seen.of(count.get(), System.nanoTime() - start, latency, bytes);
        over.set(true);
        for (Thread each : threads) {
            each.join();
        }
        if (failure.get() != null) {
            throw new IOException("a client of the lock failed", failure.get());
        }
        return seen;
    }
}
