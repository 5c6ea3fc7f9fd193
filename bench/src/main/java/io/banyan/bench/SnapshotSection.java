package io.banyan.bench;

import io.banyan.bench.load.LoadGenerator;
import io.banyan.bench.load.Measured;
import io.banyan.bench.load.Plan;
import io.banyan.bench.load.Work;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// What a snapshot of a very large tree does to the writes that go on meanwhile.
///
/// The tree is built with snapshots put off; then the server is restarted with a `snapCount` such
/// that none is taken during the first half of paced writes and one is in the second.
final class SnapshotSection implements Section {
    private static final String ID = "snapshot";
    private static final String BASE = "/fan";
    private static final int DATA_BYTES = 100;
    private static final int CONNECTIONS = 16;
    private static final double RATE_PER_SECOND = 10_000;
    private static final long WITHOUT_MILLIS = 8_000;
    private static final long WARM_MILLIS = 2_000;
    private static final long WITH_MILLIS = 20_000;

    /// Servers snapshot at a random moment between half of this many transactions and all of it:
    /// after the 100,000 writes of the first half, before the 300,000 of both.
    private static final int SNAP_COUNT = 220_000;

    private static final int NEVER = 1_000_000_000;
    private static final double TIMES_MAX = 2;

    @Override
    public List<String> ids() {
        return List.of(ID);
    }

    @Override
    public List<Line> run(Arena arena, Predicate<String> wanted) throws IOException {
        var zookeeper = new ArrayList<Figure>();
        var banyan = new ArrayList<Figure>();
        var notes = new TreeSet<String>();
        measure(arena, arena.candidates().getFirst(), zookeeper, notes);
        measure(arena, arena.candidates().getLast(), banyan, notes);
        return List.of(
                new Line(
                        ID,
                        "p99.9 of writes during a snapshot of %,d znodes, to that without"
                                .formatted(arena.settings().snapshotZnodes()),
                        "x",
                        zookeeper,
                        banyan,
                        new Goal.AtMost(TIMES_MAX),
                        String.join("; ", notes)));
    }

    private static void measure(
            Arena arena, Candidate candidate, List<Figure> rounds, Set<String> notes)
            throws IOException {
        Settings settings = arena.settings();
        int znodes = settings.snapshotZnodes();
        List<String> putOff = List.of("snapCount=" + NEVER);
        try (RunningServer server = arena.start(candidate, settings.snapshotHeap(), putOff)) {
            arena.progress("%s: %s builds %,d znodes".formatted(ID, candidate.name(), znodes));
            try (var generator = LoadGenerator.connect(server.addresses(), CONNECTIONS)) {
                Fixture.createFan(generator, BASE, znodes, DATA_BYTES);
            }
            server.restart(BASE + "/0000/0001", List.of("snapCount=" + SNAP_COUNT));
            Pause.untilQuiet(new ProcessCpu(List.of(server.pid())));
            Measured without;
            Measured with;
            Set<Path> before;
            var work = new Work.SetFan(BASE, znodes, Fixture.PER_DIRECTORY, DATA_BYTES);
            try (var generator = LoadGenerator.connect(server.addresses(), CONNECTIONS)) {
                without = press(generator, work, WARM_MILLIS, WITHOUT_MILLIS);
                before = snapshots(server.data());
                with = press(generator, work, 0, WITH_MILLIS);
            }
            Set<Path> after = snapshots(server.data());
            after.removeAll(before);
            double p999Without = without.writes().getValueAtPercentile(99.9) / 1e3;
            double p999With = with.writes().getValueAtPercentile(99.9) / 1e3;
            rounds.add(Figure.of(with, 0).withValue(p999With / p999Without));
            notes.add(
                    "%s p99.9 %s us without, %s us with, longest %s us%s"
                            .formatted(
                                    candidate.name(),
                                    Table.number(p999Without),
                                    Table.number(p999With),
                                    Table.number(with.writes().getMaxValue() / 1e3),
                                    after.isEmpty() ? ", BUT NO SNAPSHOT WAS TAKEN" : ""));
            arena.progress(notes.toString());
        }
    }

    private static Measured press(LoadGenerator generator, Work work, long warmMillis, long millis)
            throws IOException {
        return Fixture.require(
                generator.run(work, Plan.paced(1, RATE_PER_SECOND, warmMillis, millis)));
    }

    private static Set<Path> snapshots(Path data) throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("version-2"))) {
            var found = new TreeSet<Path>();
            files.filter(f -> f.getFileName().toString().startsWith("snapshot."))
                    .forEach(found::add);
            return found;
        }
    }
}
