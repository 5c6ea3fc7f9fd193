package io.banyan.bench;

import io.banyan.client.Banyan;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `bin/bench client`: our client beside Apache's against the same server, and our lock beside
/// those of others on theirs.
@Command(
        name = "client",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures this project's client beside Apache's 3.9.5 against the same server, and its"
                    + " lock beside Curator's on Banyan and on ZooKeeper and Redisson's on Redis"
                    + " (Debian package redis-server; left out without it).",
            "",
            "Each row: answers a second, p99 of the time from making a request to its callback, and"
                    + " bytes allocated in the client's process for each answer. A lock's ratio is"
                    + " ours to that line's."
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
            description = "A server that runs already, instead of all of these.")
    private String server = "";

    @Option(names = "--zookeeper", description = "The clients' rows against Apache ZooKeeper.")
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

    private interface Row {
        Seen measure(ClientDriver driver, long nanos) throws Exception;
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter progress = spec.commandLine().getErr();
        var race = new LockRace(out, seconds, rounds);
        if (!server.isEmpty()) {
            clients(server, out);
            List<LockRace.Kind> kinds = List.of(fairLock(server), curator(server, "that server"));
            race.run(1, kinds);
            race.run(locks, kinds);
            return 0;
        }
        Layout layout = Layout.fromProperties();
        layout.require(true);
        Path work = Files.createTempDirectory("banyan-bench-client");
        try (var _ = BenchLock.take(() -> progress.println("waiting for another bench"));
                var banyan = start(layout.banyan(), work.resolve("banyan"));
                var apache = start(layout.apache("ZooKeeper 3.9.5"), work.resolve("apache"))) {
            RunningServer measured = zookeeper ? apache : banyan;
            out.println("server: " + measured.candidate().name());
            clients(hosts(measured), out);
            var kinds = new ArrayList<LockRace.Kind>();
            kinds.add(fairLock(hosts(banyan)));
            kinds.add(curator(hosts(banyan), "Banyan"));
            kinds.add(curator(hosts(apache), "ZooKeeper"));
            Optional<RedisServer> redis = RedisServer.start(work.resolve("redis"));
            try {
                redis.ifPresentOrElse(
                        each -> kinds.add(redisson(each)),
                        () ->
                                progress.println(
                                        "no redis-server on the PATH (Debian package redis-server):"
                                                + " left out"));
                race.run(1, kinds);
                race.run(locks, kinds);
            } finally {
                if (redis.isPresent()) {
                    redis.get().close();
                }
            }
            return 0;
        } finally {
            Directories.delete(work);
        }
    }

    private static RunningServer start(Candidate candidate, Path directory) throws IOException {
        return RunningServer.start(candidate, directory, "1g", List.of("maxClientCnxns=0"));
    }

    private static String hosts(RunningServer server) {
        return "127.0.0.1:" + server.address().getPort();
    }

    private static LockRace.Kind fairLock(String hosts) {
        return new LockRace.Kind(
                "FairLock on Banyan",
                "fair; on disk at a majority; fencing token checked by the guarded write",
                () -> new LockClient.Fair(hosts, "/client/lock-fair"));
    }

    private static LockRace.Kind curator(String hosts, String where) {
        return new LockRace.Kind(
                "Curator's InterProcessMutex on " + where,
                "fair; on disk at a majority; no token",
                () -> new LockClient.Curators(hosts, "/client/lock-curator"));
    }

    private static LockRace.Kind redisson(RedisServer server) {
        return new LockRace.Kind(
                "Redisson's RLock on Redis",
                "who comes first; in memory, a restart or failover gives it twice; no token",
                () -> new LockClient.Redissons(server.port(), "lock"));
    }

    private void clients(String hosts, PrintWriter out) throws Exception {
        try (Banyan banyan = Banyan.connect(hosts)) {
            banyan.createAll("/client");
            for (int i = 0; i < KEYS; i++) {
                if (banyan.exists("/client/key" + i).isEmpty()) {
                    banyan.create("/client/key" + i, DATA);
                }
            }
        }
        out.printf("%-34s %36s %36s %7s%n", "", "Banyan client", "Apache client", "ratio");
        row(out, hosts, "get, one thread, blocking", this::blockingGets);
        row(out, hosts, "get, " + depth + " in flight", (d, n) -> pipelined(d, n, false));
        row(out, hosts, "set, " + depth + " in flight", (d, n) -> pipelined(d, n, true));
    }

    private void row(PrintWriter out, String hosts, String name, Row row) throws Exception {
        try (var ours = new ClientDriver.Ours(hosts);
                var theirs = new ClientDriver.Apaches(hosts)) {
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
        print(out, name, Seen.median(one), Seen.median(other));
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
        long bytes = Seen.allocatedBytes();
        long start = System.nanoTime();
        long end = start + nanos;
        long count = 0;
        for (long now = start; now < end; count++) {
            driver.getBlocking("/client/key" + count % KEYS);
            long after = System.nanoTime();
            latency.recordValue(after - now);
            now = after;
        }
        return Seen.of(count, System.nanoTime() - start, latency, bytes);
    }

    private Seen pipelined(ClientDriver driver, long nanos, boolean writes) throws Exception {
        var window = new Semaphore(depth);
        var latency = new ConcurrentHistogram(3);
        var failures = new AtomicLong();
        long bytes = Seen.allocatedBytes();
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
        return Seen.of(count, System.nanoTime() - start, latency, bytes);
    }
}
