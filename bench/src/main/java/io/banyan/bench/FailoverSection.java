package io.banyan.bench;

import io.banyan.bench.load.Probe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/// How long nobody can write when a leader dies or hangs, and while an ensemble is restarted member
/// by member.
///
/// A new session is a write of its own, so the end is when the first new session, tried all the
/// time at every other member, has been served.
final class FailoverSection implements Section {
    private static final String KILLED = "e-leader-killed";
    private static final String HUNG = "e-leader-hung";
    private static final String ROLLING = "e-rolling-restart";

    private static final double KILLED_MILLIS_MAX = 200;
    private static final double HUNG_MILLIS_MAX = 2_000;

    /// A member that answers does so within this; one that does not is asked again.
    private static final int PATIENCE_MILLIS = 150;

    private static final long GIVE_UP_NANOS = 120_000_000_000L;
    private static final long SHORTEST_GAP_MILLIS = 20;
    private static final long ASK_AGAIN_NANOS = 2_000_000;

    @Override
    public List<String> ids() {
        return List.of(KILLED, HUNG, ROLLING);
    }

    @Override
    public List<Line> run(Arena arena, Predicate<String> wanted) throws IOException {
        var lines = new ArrayList<Line>();
        lines.add(line(arena, wanted, KILLED, "leader killed, to the first write", killed()));
        lines.add(line(arena, wanted, HUNG, "leader stopped, to the first write", hung()));
        lines.add(line(arena, wanted, ROLLING, "rolling restart, time without writes", rolling()));
        lines.removeIf(line -> line.zookeeperRounds().isEmpty());
        return lines;
    }

    private interface Measurement {
        double millis(RunningEnsemble ensemble) throws IOException;
    }

    private static Line line(
            Arena arena, Predicate<String> wanted, String id, String title, Measurement measurement)
            throws IOException {
        var zookeeper = new ArrayList<Figure>();
        var banyan = new ArrayList<Figure>();
        if (wanted.test(id)) {
            for (int round = 1; round <= arena.settings().rounds(); round++) {
                for (Candidate each : arena.candidates()) {
                    double millis;
                    try (RunningEnsemble ensemble = arena.startEnsemble(each)) {
                        millis = measurement.millis(ensemble);
                    }
                    (each.equals(arena.candidates().getFirst()) ? zookeeper : banyan)
                            .add(Figure.of(millis));
                    arena.progress(
                            "%s, round %d, %s: %.0f ms".formatted(id, round, each.name(), millis));
                }
            }
        }
        Goal goal =
                switch (id) {
                    case KILLED -> new Goal.AtMost(KILLED_MILLIS_MAX);
                    case HUNG -> new Goal.AtMost(HUNG_MILLIS_MAX);
                    default -> new Goal.AtMostTimes(1);
                };
        return new Line(id, title, "ms", zookeeper, banyan, goal, "");
    }

    private static Measurement killed() {
        return ensemble -> {
            RunningServer leader = ensemble.leader();
            long start = System.nanoTime();
            leader.kill();
            return (firstServed(others(ensemble, leader)) - start) / 1e6;
        };
    }

    private static Measurement hung() {
        return ensemble -> {
            RunningServer leader = ensemble.leader();
            long start = System.nanoTime();
            leader.pause(true);
            try {
                return (firstServed(others(ensemble, leader)) - start) / 1e6;
            } finally {
                leader.pause(false);
            }
        };
    }

    /// Followers first, the leader last, as operators do it.
    private static Measurement rolling() {
        return ensemble -> {
            var order = new ArrayList<RunningServer>(ensemble.members());
            RunningServer leader = ensemble.leader();
            order.remove(leader);
            order.add(leader);
            try (var watch = new Availability(ensemble.members())) {
                for (RunningServer each : order) {
                    each.stop();
                    each.launchAgain();
                    each.awaitServing("/");
                }
                return watch.millisWithoutWrites();
            }
        };
    }

    private static List<RunningServer> others(RunningEnsemble ensemble, RunningServer without) {
        return ensemble.members().stream().filter(each -> each != without).toList();
    }

    /// When the first of them has served a new session.
    private static long firstServed(List<RunningServer> servers) throws IOException {
        var served = new AtomicLong(Long.MAX_VALUE);
        var done = new CountDownLatch(servers.size());
        long giveUp = System.nanoTime() + GIVE_UP_NANOS;
        for (RunningServer each : servers) {
            Thread.ofPlatform()
                    .daemon()
                    .start(() -> {
                        while (served.get() == Long.MAX_VALUE && System.nanoTime() < giveUp) {
                            if (serves(each)) {
                                served.accumulateAndGet(System.nanoTime(), Math::min);
                            }
                        }
                        done.countDown();
                    });
        }
        try {
            done.await();
        } catch (InterruptedException e) {
            throw Pause.interrupted(e);
        }
        if (served.get() == Long.MAX_VALUE) {
            throw new IOException("nobody served within " + GIVE_UP_NANOS / 1_000_000_000 + " s");
        }
        return served.get();
    }

    private static boolean serves(RunningServer server) {
        try {
            Probe.read(server.address(), "/", PATIENCE_MILLIS);
            return true;
        } catch (IOException e) {
            // Not yet; asked again soon, and not so soon that it is busy with us.
            LockSupport.parkNanos(ASK_AGAIN_NANOS);
            return false;
        }
    }

    /// Tries a new session at every member all the time, and sums up the gaps.
    private static final class Availability implements AutoCloseable {
        private final AtomicLong lastServedNanos = new AtomicLong(System.nanoTime());
        private final AtomicLong gapMillis = new AtomicLong();
        private volatile boolean closed;

        Availability(List<RunningServer> servers) {
            for (RunningServer each : servers) {
                Thread.ofPlatform().daemon().start(() -> ask(each));
            }
        }

        private void ask(RunningServer server) {
            while (!closed) {
                if (serves(server)) {
                    served();
                }
                LockSupport.parkNanos(ASK_AGAIN_NANOS);
            }
        }

        private synchronized void served() {
            long now = System.nanoTime();
            long millis = (now - lastServedNanos.getAndSet(now)) / 1_000_000;
            if (millis >= SHORTEST_GAP_MILLIS) {
                gapMillis.addAndGet(millis);
            }
        }

        double millisWithoutWrites() {
            return gapMillis.get();
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
