package io.banyan.bench;

import io.banyan.bench.load.LoadGenerator;
import io.banyan.bench.load.Measured;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// A large tree: how fast it is built, what heap it takes, how long a restart on it takes.
final class MemorySection implements Section {
    private static final String BUILD = "build";
    private static final String HEAP = "heap";
    private static final String RESTART = "restart";
    private static final String BASE = "/fan";
    private static final int DATA_BYTES = 100;
    private static final int CONNECTIONS = 16;
    private static final double HEAP_BYTES_MAX = 200;
    private static final double RESTART_TIMES_MAX = 0.2;

    @Override
    public List<String> ids() {
        return List.of(BUILD, HEAP, RESTART);
    }

    @Override
    public List<Line> run(Arena arena, Predicate<String> wanted) throws IOException {
        var zookeeper = new Rounds();
        var banyan = new Rounds();
        for (int round = 1; round <= arena.settings().rounds(); round++) {
            measure(arena, round, arena.candidates().getFirst(), zookeeper);
            measure(arena, round, arena.candidates().getLast(), banyan);
        }
        String size = "%,d znodes of 100 B".formatted(arena.settings().znodes());
        var lines = new ArrayList<Line>();
        lines.add(
                new Line(
                        BUILD,
                        "build " + size,
                        "/s",
                        zookeeper.build,
                        banyan.build,
                        new Goal.None(),
                        ""));
        lines.add(
                new Line(
                        HEAP,
                        "heap a znode, " + size,
                        "B",
                        zookeeper.heap,
                        banyan.heap,
                        new Goal.AtMost(HEAP_BYTES_MAX),
                        ""));
        lines.add(
                new Line(
                        RESTART,
                        "restart on " + size,
                        "s",
                        zookeeper.restart,
                        banyan.restart,
                        new Goal.AtMostTimes(RESTART_TIMES_MAX),
                        ""));
        lines.removeIf(line -> !wanted.test(line.id()));
        return lines;
    }

    private static void measure(Arena arena, int round, Candidate candidate, Rounds rounds)
            throws IOException {
        Settings settings = arena.settings();
        try (RunningServer server = arena.start(candidate)) {
            var cpu = new ProcessCpu(List.of(server.pid()));
            long before = Heap.liveBytes(settings.javaHome(), server.pid());
            cpu.begin();
            Measured built;
            try (var generator = LoadGenerator.connect(server.addresses(), CONNECTIONS)) {
                built = Fixture.createFan(generator, BASE, settings.znodes(), DATA_BYTES);
            }
            cpu.end();
            rounds.build.add(Figure.of(built, cpu.nanos()));
            Pause.untilQuiet(cpu);
            long after = Heap.liveBytes(settings.javaHome(), server.pid());
            double each = (after - before) / (double) settings.znodes();
            rounds.heap.add(Figure.of(each));
            double seconds = server.restart(BASE + "/0000/0001", List.of()) / 1e9;
            rounds.restart.add(Figure.of(seconds));
            arena.progress(
                    ("large tree, round %d, %s: built %s, %.0f B a znode," + " restart %.2f s")
                            .formatted(
                                    round,
                                    candidate.name(),
                                    Table.quantity(built.perSecond(), "/s"),
                                    each,
                                    seconds));
        }
    }

    private static final class Rounds {
        final List<Figure> build = new ArrayList<>();
        final List<Figure> heap = new ArrayList<>();
        final List<Figure> restart = new ArrayList<>();
    }
}
