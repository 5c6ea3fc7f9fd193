package io.banyan.bench;

import io.banyan.bench.load.LoadGenerator;
import io.banyan.bench.load.Plan;
import io.banyan.bench.load.Work;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// Many sessions: how fast they are opened, what heap an idle one takes, and how soon all hear of
/// one change that they watch.
final class SessionSection implements Section {
    private static final String CONNECT = "connect";
    private static final String IDLE = "idle-sessions";
    private static final String FAN_OUT = "watch-fan-out";
    private static final String PATH = "/watched";
    private static final double IDLE_BYTES_MAX = 2048;
    private static final double FAN_OUT_MILLIS_MAX = 50;

    /// Changes for one figure, after as many that only warm up.
    private static final int CHANGES = 5;

    @Override
    public List<String> ids() {
        return List.of(CONNECT, IDLE, FAN_OUT);
    }

    @Override
    public List<Line> run(Arena arena, Predicate<String> wanted) throws IOException {
        var zookeeper = new Rounds();
        var banyan = new Rounds();
        for (int round = 1; round <= arena.settings().rounds(); round++) {
            measure(arena, round, arena.candidates().getFirst(), zookeeper);
            measure(arena, round, arena.candidates().getLast(), banyan);
        }
        String count = "%,d".formatted(arena.settings().sessions());
        var lines = new ArrayList<Line>();
        lines.add(
                new Line(
                        CONNECT,
                        "open " + count + " sessions",
                        "/s",
                        zookeeper.connect,
                        banyan.connect,
                        new Goal.None(),
                        ""));
        lines.add(
                new Line(
                        IDLE,
                        "heap of each of " + count + " idle sessions",
                        "B",
                        zookeeper.idle,
                        banyan.idle,
                        new Goal.AtMost(IDLE_BYTES_MAX),
                        ""));
        lines.add(
                new Line(
                        FAN_OUT,
                        "one change, " + count + " watchers notified",
                        "ms",
                        zookeeper.fanOut,
                        banyan.fanOut,
                        new Goal.AtMost(FAN_OUT_MILLIS_MAX),
                        ""));
        lines.removeIf(line -> !wanted.test(line.id()));
        return lines;
    }

    private static void measure(Arena arena, int round, Candidate candidate, Rounds rounds)
            throws IOException {
        Settings settings = arena.settings();
        try (RunningServer server = arena.start(candidate)) {
            try (var generator = LoadGenerator.connect(server.addresses(), 1)) {
                Fixture.require(generator.run(new Work.CreatePath(PATH), Plan.exactly(1, 1)));
            }
            long before = Heap.liveBytes(settings.javaHome(), server.pid());
            var cpu = new ProcessCpu(List.of(server.pid()));
            cpu.begin();
            long start = System.nanoTime();
            var generator = LoadGenerator.connect(server.addresses(), settings.sessions());
            double seconds = (System.nanoTime() - start) / 1e9;
            cpu.end();
            rounds.connect.add(
                    new Figure(
                            settings.sessions() / seconds,
                            Double.NaN,
                            Double.NaN,
                            Double.NaN,
                            cpu.nanos() / 1e3 / settings.sessions()));
            Pause.untilQuiet(cpu);
            long after = Heap.liveBytes(settings.javaHome(), server.pid());
            double each = (after - before) / (double) settings.sessions();
            rounds.idle.add(Figure.of(each));
            double millis = fanOutMillis(generator);
            rounds.fanOut.add(Figure.of(millis));
            generator.abandon();
            arena.progress(
                    ("sessions, round %d, %s: opened %s, %.0f B each," + " all notified in %.1f ms")
                            .formatted(
                                    round,
                                    candidate.name(),
                                    Table.quantity(settings.sessions() / seconds, "/s"),
                                    each,
                                    millis));
        }
    }

    private static double fanOutMillis(LoadGenerator generator) throws IOException {
        var millis = new ArrayList<Figure>();
        for (int i = 0; i < 2 * CHANGES; i++) {
            double each = generator.fanOut(PATH) / 1e6;
            if (i >= CHANGES) {
                millis.add(Figure.of(each));
            }
        }
        return Figure.median(millis).value();
    }

    private static final class Rounds {
        final List<Figure> connect = new ArrayList<>();
        final List<Figure> idle = new ArrayList<>();
        final List<Figure> fanOut = new ArrayList<>();
    }
}
