package io.banyan.bench;

import io.banyan.client.Banyan;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `bin/bench client`: our client beside Apache's, and our lock beside Curator's, against the same
/// server.
@Command(
        name = "client",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures this project's client beside Apache's 3.9.5 against the same server, and its"
                    + " lock beside Curator's.",
            "",
            "Each row: answers a second, p99 of the time from making a request to its callback, and"
                    + " bytes allocated in the client's process for each answer."
        })
final class ClientCommand implements Callable<Integer> {
    private static final byte[] DATA = new byte[100];
    private static final int KEYS = 1000;

    @SuppressWarnings("NullAway.Init") // picocli sets it
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--server",
            paramLabel = "HOSTS",
            description = "A server that runs already; else Banyan, or see --zookeeper.")
    private String server = "";

    @Option(names = "--zookeeper", description = "Apache ZooKeeper as the server.")
    private boolean zookeeper;

    @Option(
            names = "--depth",
            paramLabel = "N",
            description = "Requests in flight (default ${DEFAULT-VALUE}).")
    private int depth = 200;

    @Option(
            names = "--locks",
            paramLabel = "N",
            description = "Clients that contend for a lock (default ${DEFAULT-VALUE}).")
    private int locks = 100;

    @Option(
            names = "--seconds",
            paramLabel = "SECONDS",
            description = "Measured time of each row and client (default ${DEFAULT-VALUE}).")
    private double seconds = 10;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Turns of each client; the median counts (default ${DEFAULT-VALUE}).")
    private int rounds = 5;

    /// What one row saw.
    private record Seen(double perSecond, long p99Micros, double bytesEach) {
        String show() {
            return String.format(
                    Locale.ROOT, "%10.0f/s %8d us %7.0f B", perSecond, p99Micros, bytesEach);
        }
    }

    private interface Row {
        Seen measure(ClientDriver driver, long nanos) throws Exception;
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter progress = spec.commandLine().getErr();
        if (!server.isEmpty()) {
            return run(server, out);
        }
        Layout layout = Layout.fromProperties();
        layout.require(!zookeeper);
        Candidate candidate = zookeeper ? layout.apache("ZooKeeper 3.9.5") : layout.banyan();
        Path work = Files.createTempDirectory("banyan-bench-client");
        try (var lock = BenchLock.take(() -> progress.println("waiting for another bench"));
                var running =
                        RunningServer.start(
                                candidate,
                                work.resolve("server"),
                                "1g",
                                List.of("maxClientCnxns=0"))) {
            assert lock != null;
            out.println("server: " + candidate.name());
            var address = running.address();
            return run("127.0.0.1:" + address.getPort(), out);
        } finally {
            Directories.delete(work);
        }
    }

    private int run(String hosts, PrintWriter out) throws Exception {
        try (Banyan banyan = Banyan.connect(hosts)) {
            banyan.createAll("/client");
            for (int i = 0; i < KEYS; i++) {
                if (banyan.exists("/client/key" + i).isEmpty()) {
                    banyan.create("/client/key" + i, DATA);
                }
            }
        }
        out.printf(
                "%-34s %36s %36s %7s%n", "", "Banyan client", "Apache client / Curator", "ratio");
        row(out, hosts, "get, one thread, blocking", this::blockingGets);
        row(out, hosts, "get, " + depth + " in flight", (d, n) -> pipelined(d, n, false));
        row(out, hosts, "set, " + depth + " in flight", (d, n) -> pipelined(d, n, true));
        lockRow(out, hosts, 1);
        lockRow(out, hosts, locks);
        return 0;
    }

    private void row(PrintWriter out, String hosts, String name, Row row) throws Exception {
        try (var ours = new ClientDriver.Ours(hosts);
                var theirs = new ClientDriver.Apaches(hosts, false)) {
            long nanos = (long) (seconds * 1e9 / rounds);
            row.measure(ours, nanos);
            row.measure(theirs, nanos);
            inTurns(out, name, () -> row.measure(ours, nanos), () -> row.measure(theirs, nanos));
        }
    }

    /// Turn by turn, so that what else happens on the machine happens to both; the median round of
    /// each counts.
    private void inTurns(PrintWriter out, String name, Callable<Seen> ours, Callable<Seen> theirs)
            throws Exception {
        var one = new ArrayList<Seen>();
        var other = new ArrayList<Seen>();
        for (int i = 0; i < rounds; i++) {
            one.add(ours.call());
            other.add(theirs.call());
        }
        print(out, name, median(one), median(other));
    }

    private static Seen median(List<Seen> rounds) {
        return rounds.stream()
                .sorted(Comparator.comparingDouble(Seen::perSecond))
                .toList()
                .get(rounds.size() / 2);
    }

    private static void print(PrintWriter out, String name, Seen ours, Seen theirs) {
        out.printf(
                Locale.ROOT,
                "%-34s %36s %36s %6.2fx%n",
                name,
                ours.show(),
                theirs.show(),
                ours.perSecond() / theirs.perSecond());
        out.flush();
    }

    private Seen blockingGets(ClientDriver driver, long nanos) throws Exception {
        var latency = new Histogram(3);
        long bytes = allocated();
        long start = System.nanoTime();
        long end = start + nanos;
        long count = 0;
        for (long now = start; now < end; count++) {
            driver.getBlocking("/client/key" + count % KEYS);
            long after = System.nanoTime();
            latency.recordValue(after - now);
            now = after;
        }
        return seen(count, System.nanoTime() - start, latency, bytes);
    }

    private Seen pipelined(ClientDriver driver, long nanos, boolean writes) throws Exception {
        var window = new Semaphore(depth);
        var latency = new ConcurrentHistogram(3);
        var failures = new AtomicLong();
        long bytes = allocated();
        long start = System.nanoTime();
        long end = start + nanos;
        long count = 0;
        for (; System.nanoTime() < end; count++) {
            window.acquire();
            long made = System.nanoTime();
            ClientDriver.Done done =
                    succeeded -> {
                        if (!succeeded) {
                            failures.incrementAndGet();
                        }
                        latency.recordValue(System.nanoTime() - made);
                        window.release();
                    };
            if (writes) {
                driver.set("/client/key" + count % KEYS, DATA, done);
            } else {
                driver.get("/client/key" + count % KEYS, done);
            }
        }
        window.acquire(depth);
        if (failures.get() > 0) {
            throw new IOException(failures + " requests failed");
        }
        return seen(count, System.nanoTime() - start, latency, bytes);
    }

    private void lockRow(PrintWriter out, String hosts, int clients) throws Exception {
        var ours = new ArrayList<ClientDriver>();
        var theirs = new ArrayList<ClientDriver>();
        try {
            for (int i = 0; i < clients; i++) {
                ours.add(new ClientDriver.Ours(hosts));
                theirs.add(new ClientDriver.Apaches(hosts, true));
            }
            inTurns(
                    out,
                    "lock and unlock, " + clients + " clients",
                    () -> handOvers(ours, "/client/lock-a"),
                    () -> handOvers(theirs, "/client/lock-b"));
        } finally {
            closeAll(ours);
            closeAll(theirs);
        }
    }

    private static void closeAll(List<ClientDriver> drivers) throws IOException {
        for (ClientDriver each : drivers) {
            each.close();
        }
        drivers.clear();
    }

    private Seen handOvers(List<ClientDriver> drivers, String path) throws Exception {
        var over = new AtomicBoolean();
        var measuring = new AtomicBoolean();
        var count = new AtomicLong();
        var failure = new AtomicReference<Exception>();
        var latency = new ConcurrentHistogram(3);
        var threads = new ArrayList<Thread>();
        for (ClientDriver each : drivers) {
            ClientDriver.LockDriver lock = each.lock(path);
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                while (!over.get()) {
                                    try {
                                        long start = System.nanoTime();
                                        lock.acquireAndRelease();
                                        if (measuring.get()) {
                                            count.incrementAndGet();
                                            latency.recordValue(System.nanoTime() - start);
                                        }
                                    } catch (Exception e) {
                                        failure.set(e);
                                        return;
                                    }
                                }
                            }));
        }
        Pause.millis((long) (seconds * 200 / rounds));
        long bytes = allocated();
        long start = System.nanoTime();
        measuring.set(true);
        Pause.millis((long) (seconds * 1000 / rounds));
        measuring.set(false);
        Seen seen = seen(count.get(), System.nanoTime() - start, latency, bytes);
        over.set(true);
        for (Thread each : threads) {
            each.join();
        }
        if (failure.get() != null) {
            throw failure.get();
        }
        return seen;
    }

    private static Seen seen(long count, long nanos, Histogram latency, long bytesBefore) {
        return new Seen(
                count * 1e9 / nanos,
                latency.getValueAtPercentile(99) / 1000,
                (allocated() - bytesBefore) / (double) Math.max(1, count));
    }

    /// By all threads of this process so far.
    private static long allocated() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getTotalThreadAllocatedBytes();
    }
}
