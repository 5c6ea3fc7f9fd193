package io.banyan.bench;

import io.banyan.bench.load.LoadGenerator;
import io.banyan.bench.load.Measured;
import io.banyan.bench.load.Plan;
import io.banyan.bench.load.Work;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// How much of one kind of request the servers do, and how late the latest replies are.
///
/// Both servers run all the time and are pressed in turn, so that both are warm and both see the
/// same machine; while one is pressed the other one idles.
final class ThroughputSection implements Section {
    private static final String BASE = "/bench";
    private static final int KEYS = 1000;
    private static final int DATA_BYTES = 100;
    private static final int LARGE_BYTES = 1024;
    private static final String LARGE_BASE = "/large";
    private static final int CREATE_FIRST = 10_000_000;

    /// The load at which Banyan's p99 is to be no worse than ZooKeeper's at its most.
    private static final double LATE_LOAD = 3;

    /// What must be delivered of the asked rate, or its latencies mean nothing.
    private static final double DELIVERED_MIN = 0.97;

    private static final int CLEANUP_DEPTH = 16;

    /// @param late whether the row has a p99 row besides
    private record Row(
            String id,
            String title,
            Work work,
            int connections,
            int depth,
            Goal goal,
            boolean late) {
        String lateId() {
            return "p99-" + id;
        }
    }

    private interface Starter {
        Service start(Arena arena, Candidate candidate) throws IOException;
    }

    private static final List<Row> ENSEMBLE_ROWS =
            List.of(
                    row("e-set-30x16", "setData, 30 x 16", set(), 30, 16, times(4), true),
                    row("e-mixed90-30x16", "90 % reads, 30 x 16", mixed(), 30, 16, times(8), true),
                    row("e-read-30x16", "reads, 30 x 16", get(), 30, 16, new Goal.None(), false),
                    row(
                            "e-create-30x16",
                            "create, 30 x 16",
                            create(false),
                            30,
                            16,
                            new Goal.None(),
                            false),
                    row("e-set-30x1", "setData, 30 x 1", set(), 30, 1, new Goal.None(), false),
                    row("e-set-1x1", "setData, 1 x 1", set(), 1, 1, new Goal.None(), false));

    private static final List<Row> ROWS =
            List.of(
                    row("read-32x16", "reads, 32 x 16", get(), 32, 16, times(8), true),
                    row("read-32x1", "reads, 32 x 1", get(), 32, 1, times(2.5), true),
                    row("set-32x16", "setData, 32 x 16", set(), 32, 16, times(3), true),
                    row("create-32x16", "create, 32 x 16", create(false), 32, 16, times(3), true),
                    row(
                            "mixed90-32x16",
                            "90 % reads, 32 x 16",
                            mixed(),
                            32,
                            16,
                            new Goal.None(),
                            true),
                    row("set-1x1", "setData, 1 x 1", set(), 1, 1, new Goal.None(), false),
                    row("set-32x1", "setData, 32 x 1", set(), 32, 1, new Goal.None(), false),
                    row(
                            "set-1k-32x16",
                            "setData 1 KB, 32 x 16",
                            large(),
                            32,
                            16,
                            new Goal.None(),
                            false),
                    row("read-256x4", "reads, 256 x 4", get(), 256, 4, new Goal.None(), false),
                    row(
                            "exists-32x16",
                            "exists, 32 x 16",
                            new Work.Exists(BASE, KEYS),
                            32,
                            16,
                            new Goal.None(),
                            false),
                    row(
                            "children-32x4",
                            "getChildren of 1000, 32 x 4",
                            new Work.Children(BASE),
                            32,
                            4,
                            new Goal.None(),
                            false),
                    row(
                            "ping-32x1",
                            "ping, 32 x 1",
                            new Work.Ping(),
                            32,
                            1,
                            new Goal.None(),
                            false),
                    row(
                            "ephemeral-32x16",
                            "create ephemeral, 32 x 16",
                            create(true),
                            32,
                            16,
                            new Goal.None(),
                            false));

    private final List<Row> table;
    private final Starter starter;

    private ThroughputSection(List<Row> table, Starter starter) {
        this.table = table;
        this.starter = starter;
    }

    static ThroughputSection ofOneServer() {
        return new ThroughputSection(ROWS, Arena::start);
    }

    /// The same, over connections to all members.
    static ThroughputSection ofEnsemble() {
        return new ThroughputSection(ENSEMBLE_ROWS, Arena::startEnsemble);
    }

    @Override
    public List<String> ids() {
        var ids = new ArrayList<String>();
        for (Row row : table) {
            ids.add(row.id());
            if (row.late()) {
                ids.add(row.lateId());
            }
        }
        return ids;
    }

    @Override
    public List<Line> run(Arena arena, Predicate<String> wanted) throws IOException {
        List<Row> rows =
                table.stream()
                        .filter(r -> wanted.test(r.id()) || (r.late() && wanted.test(r.lateId())))
                        .toList();
        try (Service zookeeper = starter.start(arena, arena.candidates().getFirst());
                Service banyan = starter.start(arena, arena.candidates().getLast())) {
            for (Service server : List.of(zookeeper, banyan)) {
                warmUp(arena, server);
            }
            var lines = new ArrayList<Line>();
            for (Row row : rows) {
                measure(arena, row, zookeeper, banyan).stream()
                        .filter(line -> wanted.test(line.id()))
                        .forEach(lines::add);
            }
            return lines;
        }
    }

    /// Makes the znodes, and has the compiler see reads and writes before anything is measured.
    private static void warmUp(Arena arena, Service server) throws IOException {
        arena.progress("%s: znodes and warm-up".formatted(server.candidate().name()));
        try (var generator = LoadGenerator.connect(server.addresses(), 32)) {
            Fixture.create(generator, BASE, KEYS, DATA_BYTES);
            Fixture.create(generator, LARGE_BASE, KEYS, LARGE_BYTES);
            Plan plan = Plan.closedLoop(8, 0, 2 * arena.settings().warmMillis());
            Fixture.require(generator.run(mixed(), plan));
        }
    }

    private static List<Line> measure(Arena arena, Row row, Service zookeeper, Service banyan)
            throws IOException {
        Settings settings = arena.settings();
        var zookeeperRounds = new ArrayList<Figure>();
        var banyanRounds = new ArrayList<Figure>();
        var zookeeperLate = new ArrayList<Figure>();
        var banyanLate = new ArrayList<Figure>();
        String note = "";
        var most = Plan.closedLoop(row.depth(), settings.warmMillis(), settings.measureMillis());
        for (int round = 1; round <= settings.rounds(); round++) {
            Figure a = press(arena, row, round, zookeeper, most);
            zookeeperRounds.add(a);
            banyanRounds.add(press(arena, row, round, banyan, most));
            if (row.late()) {
                double rate = LATE_LOAD * a.value();
                var paced =
                        Plan.paced(
                                row.depth(), rate, settings.warmMillis(), settings.measureMillis());
                Figure b = press(arena, row, round, banyan, paced);
                zookeeperLate.add(a.withValue(a.p99Micros()));
                banyanLate.add(b.withValue(b.p99Micros()));
                if (b.value() < DELIVERED_MIN * rate) {
                    note =
                            "asked for %s, got %s in round %d"
                                    .formatted(
                                            Table.quantity(rate, "/s"),
                                            Table.quantity(b.value(), "/s"),
                                            round);
                }
            }
        }
        var lines = new ArrayList<Line>();
        lines.add(
                new Line(
                        row.id(),
                        row.title(),
                        "/s",
                        zookeeperRounds,
                        banyanRounds,
                        row.goal(),
                        ""));
        if (row.late()) {
            lines.add(
                    new Line(
                            row.lateId(),
                            "p99 of " + row.title() + ", Banyan at 3 x",
                            "us",
                            zookeeperLate,
                            banyanLate,
                            new Goal.AtMostTimes(1),
                            note));
        }
        return lines;
    }

    private static Figure press(Arena arena, Row row, int round, Service server, Plan plan)
            throws IOException {
        var cpu = new ProcessCpu(server.pids());
        Pause.untilQuiet(cpu);
        try (var generator = LoadGenerator.connect(server.addresses(), row.connections())) {
            Measured measured =
                    Fixture.require(generator.run(row.work(), plan, cpu::begin, cpu::end));
            Figure figure = Figure.of(measured, cpu.nanos());
            arena.progress(
                    "%s, round %d, %s%s: %s, p99 %s us"
                            .formatted(
                                    row.id(),
                                    round,
                                    server.candidate().name(),
                                    plan.ratePerSecond() > 0 ? " paced" : "",
                                    Table.quantity(figure.value(), "/s"),
                                    Table.number(figure.p99Micros())));
            if (row.work() instanceof Work.Create create) {
                var undo = new Work.Delete(create.base(), create.first());
                Fixture.require(
                        generator.run(undo, Plan.exactly(measured.issued(), CLEANUP_DEPTH)));
            }
            return figure;
        }
    }

    private static Row row(
            String id,
            String title,
            Work work,
            int connections,
            int depth,
            Goal goal,
            boolean late) {
        return new Row(id, title, work, connections, depth, goal, late);
    }

    private static Goal times(double times) {
        return new Goal.AtLeastTimes(times);
    }

    private static Work get() {
        return new Work.Get(BASE, KEYS);
    }

    private static Work set() {
        return new Work.Set(BASE, KEYS, DATA_BYTES);
    }

    private static Work large() {
        return new Work.Set(LARGE_BASE, KEYS, LARGE_BYTES);
    }

    private static Work mixed() {
        return new Work.Mixed(BASE, KEYS, DATA_BYTES, 90);
    }

    private static Work create(boolean ephemeral) {
        return new Work.Create(BASE, CREATE_FIRST, DATA_BYTES, ephemeral);
    }
}
