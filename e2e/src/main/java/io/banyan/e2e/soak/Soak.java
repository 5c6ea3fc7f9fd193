package io.banyan.e2e.soak;

import io.banyan.e2e.raw.JuteOut;
import io.banyan.e2e.raw.Op;
import io.banyan.e2e.raw.RawSession;
import io.banyan.e2e.server.Ensemble;
import io.banyan.e2e.server.Network;
import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.ServerProcess;
import io.banyan.e2e.server.SmallDisk;
import io.banyan.e2e.server.Waiting;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// An ensemble, clients that write down what they see, and one fault after the other. Front door of
/// this room; confined to one thread.
final class Soak implements AutoCloseable {
    /// What a run is made of.
    ///
    /// @param thinkMicros mean pause of a client between two requests
    record Plan(
            List<ServerKind> kinds,
            int clients,
            int keys,
            int thinkMicros,
            Duration length,
            List<Fault> faults,
            long seed) {}

    private static final Duration LAST_LOOK = Duration.ofSeconds(10);
    private static final Duration BACK_LIMIT = Duration.ofSeconds(60);

    private final Plan plan;
    private final PrintStream out;
    private final Random random;
    private final @Nullable Network network;
    private final Ensemble ensemble;
    private final List<SmallDisk> disks = new ArrayList<>();
    private final Progress progress = new Progress();
    private final Map<Fault, Integer> counts = new EnumMap<>(Fault.class);
    private final Map<Fault, Long> longestMillis = new EnumMap<>(Fault.class);

    Soak(Plan plan, PrintStream out) {
        this.plan = plan;
        this.out = out;
        this.random = new Random(plan.seed());
        this.network = plan.faults().contains(Fault.CUT) ? Network.of(plan.kinds().size()) : null;
        ServerConfig config = ServerConfig.standard().with("snapCount", "5000");
        try {
            this.ensemble =
                    network == null
                            ? Ensemble.of(plan.kinds(), config)
                            : Ensemble.of(plan.kinds(), config, network);
            if (plan.faults().contains(Fault.FULL_DISK)) {
                for (ServerProcess each : ensemble.members()) {
                    disks.add(SmallDisk.under(each.dataDir()));
                }
            }
        } catch (RuntimeException e) {
            if (network != null) {
                network.close();
            }
            throw e;
        }
    }

    /// @return whether every promise was kept
    boolean run() throws IOException {
        ensemble.start();
        prepare();
        List<Client> clients = new ArrayList<>();
        for (int i = 1; i <= plan.clients(); i++) {
            clients.add(
                    new Client(
                            i,
                            ensemble.addresses(),
                            plan.keys(),
                            plan.thinkMicros(),
                            random.nextLong(),
                            progress));
        }
        clients.forEach(Thread::start);
        List<String> broken = new ArrayList<>();
        try {
            torment();
            restore();
        } catch (IllegalStateException e) {
            broken.add("the ensemble does not come back: " + e.getMessage());
        }
        clients.forEach(Client::finish);
        for (Client each : clients) {
            join(each);
        }
        List<History> histories = clients.stream().map(Client::history).toList();
        List<Operation> last = new ArrayList<>();
        if (broken.isEmpty()) {
            last = lastReads();
            broken.addAll(leftEphemerals());
        }
        broken.addAll(new Judge(histories).verdict(last));
        report(histories, broken);
        return broken.isEmpty();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private RawSession session(InetSocketAddress server) throws IOException {
        return RawSession.connect(server, Client.SESSION_MILLIS, LAST_LOOK);
    }

    private void prepare() throws IOException {
        try (RawSession session = session(ensemble.member(1).address())) {
            session.create(Client.ROOT, new byte[0]);
            session.create(Client.EPHEMERALS, new byte[0]);
            for (int key = 0; key < plan.keys(); key++) {
                session.create(Client.key(key), new byte[0]);
            }
            session.endSession();
        }
    }

    // ---- faults

    private void torment() {
        long end = System.nanoTime() + plan.length().toNanos();
        long nextLine = System.nanoTime();
        while (System.nanoTime() < end) {
            sleep(1_000 + random.nextInt(3_000));
            progress.takeLongestMillis();
            Fault fault = plan.faults().get(random.nextInt(plan.faults().size()));
            inflict(fault);
            ensemble.awaitServing();
            longestMillis.merge(fault, progress.takeLongestMillis(), Math::max);
            counts.merge(fault, 1, Integer::sum);
            if (System.nanoTime() >= nextLine) {
                nextLine = System.nanoTime() + Duration.ofSeconds(30).toNanos();
                out.println(line(end));
            }
        }
    }

    private String line(long end) {
        return String.format(
                Locale.ROOT,
                "%4d s left: %d writes acknowledged, %d without an answer, %d reads, faults %s",
                Math.max(0, (end - System.nanoTime()) / 1_000_000_000L),
                progress.acknowledgedCount(),
                progress.unansweredCount(),
                progress.readCount(),
                counts);
    }

    private void inflict(Fault fault) {
        int size = ensemble.size();
        switch (fault) {
            case KILL -> {
                for (int id : some(1 + random.nextInt(Math.max(1, (size - 1) / 2)))) {
                    ensemble.member(id).kill();
                }
                sleep(random.nextInt(4_000));
                restore();
            }
            case KILL_LEADER -> {
                int leader = ensemble.leader();
                if (leader > 0) {
                    ensemble.member(leader).kill();
                    sleep(random.nextInt(4_000));
                    restore();
                }
            }
            case KILL_ALL -> {
                ensemble.members().forEach(ServerProcess::kill);
                restore();
            }
            case PAUSE -> pause(1 + random.nextInt(size));
            case PAUSE_LEADER -> pause(Math.max(1, ensemble.leader()));
            case CUT -> cut(1 + random.nextInt(size));
            case FULL_DISK -> fillDisk(1 + random.nextInt(size));
            case ROLLING -> {
                for (ServerProcess each : ensemble.members()) {
                    each.stop();
                    each.launch();
                    each.awaitServing(BACK_LIMIT);
                }
            }
        }
    }

    private void pause(int id) {
        ensemble.member(id).pause();
        sleep(500 + random.nextInt(6_000));
        ensemble.member(id).proceed();
    }

    private void cut(int id) {
        if (network == null) {
            throw new IllegalStateException("there are no cables to cut");
        }
        int way = random.nextInt(3);
        for (int other = 1; other <= ensemble.size(); other++) {
            if (other != id && (way == 2 || random.nextInt(4) > 0)) {
                if (way != 0) {
                    network.cut(id, other);
                }
                if (way != 1) {
                    network.cut(other, id);
                }
            }
        }
        sleep(500 + random.nextInt(6_000));
        network.heal();
    }

    /// The server may stop serving or end, as it likes; it is started again.
    private void fillDisk(int id) {
        ServerProcess server = ensemble.member(id);
        SmallDisk disk = disks.get(id - 1);
        disk.fill();
        sleep(2_000 + random.nextInt(3_000));
        disk.relieve();
        if (server.running()) {
            server.kill();
        }
        restore();
    }

    private List<Integer> some(int count) {
        var ids = new ArrayList<Integer>();
        while (ids.size() < count) {
            int id = 1 + random.nextInt(ensemble.size());
            if (!ids.contains(id)) {
                ids.add(id);
            }
        }
        return ids;
    }

    private void restore() {
        if (network != null) {
            network.heal();
        }
        for (ServerProcess each : ensemble.members()) {
            if (!each.running()) {
                each.launch();
            }
        }
        ensemble.awaitServing();
    }

    /// Not a wait for something: how long a fault lasts is drawn by lot.
    private static void sleep(int millis) {
        LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
    }

    // ---- the end

    private List<Operation> lastReads() throws IOException {
        var reads = new ArrayList<Operation>();
        for (InetSocketAddress server : ensemble.addresses()) {
            try (RawSession session = session(server)) {
                long synced = System.nanoTime();
                session.call(Op.SYNC, new JuteOut().str("/"));
                for (int key = 0; key < plan.keys(); key++) {
                    long invoked = System.nanoTime();
                    reads.add(
                            Client.readResult(
                                    0,
                                    session.id(),
                                    key,
                                    session.getData(Client.key(key), false),
                                    invoked,
                                    synced));
                }
                session.endSession();
            }
        }
        return reads;
    }

    private List<String> leftEphemerals() throws IOException {
        try (RawSession session = session(ensemble.member(1).address())) {
            Waiting.until(
                    () -> "the ephemerals of sessions that are over to go",
                    Duration.ofMillis(10L * Client.SESSION_MILLIS),
                    () -> {
                        session.call(Op.SYNC, new JuteOut().str("/"));
                        return session.children(Client.EPHEMERALS).isEmpty();
                    });
            session.endSession();
            return List.of();
        } catch (IllegalStateException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    private void report(List<History> histories, List<String> broken) {
        long reconnects = histories.stream().mapToLong(h -> h.reconnects).sum();
        long expired = histories.stream().mapToLong(h -> h.expired).sum();
        long sights = histories.stream().mapToLong(h -> h.sights.size()).sum();
        out.printf(
                Locale.ROOT,
                "%s of %s, seed %d: %d writes acknowledged, %d without an answer, %d reads,"
                        + " %d watches, %d reconnects, %d sessions expired%n",
                plan.length(),
                plan.kinds(),
                plan.seed(),
                progress.acknowledgedCount(),
                progress.unansweredCount(),
                progress.readCount(),
                sights,
                reconnects,
                expired);
        counts.forEach((fault, count) ->
                out.printf(
                        Locale.ROOT,
                        "    %-12s %4d times, at most %6d ms without an acknowledged" + " write%n",
                        fault,
                        count,
                        longestMillis.getOrDefault(fault, 0L)));
        if (broken.isEmpty()) {
            out.println("every promise was kept");
        } else {
            out.println(broken.size() + " promises were broken (each kind is listed, then more):");
            broken.forEach(line -> out.println("  " + line));
        }
    }

    @Override
    public void close() {
        ensemble.members()
                .forEach(each -> {
                    if (each.running()) {
                        each.kill();
                    }
                });
        disks.forEach(SmallDisk::close);
        ensemble.close();
        if (network != null) {
            network.close();
        }
    }
}
