package io.banyan.bench;

import io.banyan.bench.load.CannedServer;
import io.banyan.bench.load.LoadGenerator;
import io.banyan.bench.load.Plan;
import io.banyan.bench.load.Work;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `bin/bench`: runs the suite and prints its table.
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        version = "Banyan 0.1.0-SNAPSHOT",
        sortOptions = false,
        subcommands = {LoadCommand.class, ClientCommand.class, NacosCommand.class},
        description = {
            "Measures Banyan and Apache ZooKeeper 3.9.5 side by side.",
            "",
            "Starts both with the same memory, JDK and configuration, lets them take turns round by"
                    + " round, and prints a table of medians: throughput, latencies, processor time"
                    + " and ratios. docs/benchmarks.md tells what each row means.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all wanted rows were measured",
            "1:some could not be measured",
            "2:the arguments are wrong"
        })
public final class Bench implements Callable<Integer> {
    @SuppressWarnings("NullAway.Init") // picocli sets it
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "ROWS",
            description = "Only rows whose id matches one of these regular expressions.")
    private List<String> only = List.of();

    @Option(names = "--list", description = "List the ids of all rows and end.")
    private boolean list;

    @Option(
            names = "--quick",
            description = "One short round and small trees: to see that it works, not to compare.")
    private boolean quick;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Turns of each server (default ${DEFAULT-VALUE}; 1 with --quick).")
    private int rounds = 3;

    @Option(
            names = "--seconds",
            paramLabel = "SECONDS",
            description = "Measured time of a turn (default ${DEFAULT-VALUE}; 2 with --quick).")
    private double seconds = 5;

    @Option(
            names = "--warm",
            paramLabel = "SECONDS",
            description = "Warm-up before each turn (default ${DEFAULT-VALUE}; 1 with --quick).")
    private double warmSeconds = 2;

    @Option(
            names = "--heap",
            paramLabel = "SIZE",
            description = "-Xmx of each server (default ${DEFAULT-VALUE}).")
    private String heap = "2g";

    @Option(
            names = "--znodes",
            paramLabel = "N",
            description = "Size of the large tree (default ${DEFAULT-VALUE}; 100000 with --quick).")
    private int znodes = 1_000_000;

    @Option(
            names = "--snapshot-znodes",
            paramLabel = "N",
            description = {
                "Size of the tree in the snapshot row",
                "(default ${DEFAULT-VALUE}; 200000 with --quick)."
            })
    private int snapshotZnodes = 5_000_000;

    @Option(
            names = "--snapshot-heap",
            paramLabel = "SIZE",
            description = "-Xmx of each server there (default ${DEFAULT-VALUE}).")
    private String snapshotHeap = "6g";

    @Option(
            names = "--sessions",
            paramLabel = "N",
            description = {
                "Sessions of the idle and watch rows",
                "(default ${DEFAULT-VALUE}; 1000 with --quick).",
                "The limit of open files (ulimit -n) must allow as many."
            })
    private int sessions = 10_000;

    @Option(
            names = "--servers",
            paramLabel = "N",
            description = {
                "Measure ensembles of N servers instead of single ones: other rows",
                "(default ${DEFAULT-VALUE})."
            })
    private int servers = 1;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write every round of every row there, too.")
    private Path json = Path.of("");

    @Option(
            names = "--noise",
            description = "ZooKeeper in both columns: how far equal servers differ here.")
    private boolean noise;

    @Option(
            names = "--limit",
            description = {
                "Only the generator's own ceiling, against a built-in server that does no work."
            })
    private boolean limit;

    @Option(
            names = "--jmh",
            arity = "0..1",
            paramLabel = "REGEX",
            fallbackValue = ".*",
            description = "Only the microbenchmarks (JMH) whose names match; alone: all of them.")
    private String jmh = "";

    private final Layout layout;

    private Bench(Layout layout) {
        this.layout = layout;
    }

    /// The system property `banyan.home` names the project's directory; `bin/bench` sets it.
    public static void main(String[] args) {
        System.exit(commandLine(Layout.fromProperties()).execute(args));
    }

    static CommandLine commandLine(Layout layout) {
        return new CommandLine(new Bench(layout));
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (list) {
            Suite.ids(servers).forEach(out::println);
            out.flush();
            return 0;
        }
        Predicate<String> wanted = wanted();
        Settings settings = settings();
        PrintWriter progress = spec.commandLine().getErr();
        try (var _ = BenchLock.take(() -> progress.println("waiting for another bench"))) {
            out.println(Environment.describe(settings));
            out.flush();
            if (!jmh.isEmpty()) {
                JmhCommand.run(jmh);
                return 0;
            }
            ceiling(out);
            return limit ? 0 : run(settings, wanted, out, progress);
        } finally {
            Directories.delete(settings.work());
        }
    }

    private int run(
            Settings settings, Predicate<String> wanted, PrintWriter out, PrintWriter progress)
            throws IOException {
        layout.require(!noise);
        Candidate zookeeper = layout.apache("ZooKeeper 3.9.5");
        Candidate other = noise ? layout.apache("ZooKeeper again") : layout.banyan();
        var failures = new ArrayList<String>();
        var arena = new Arena(settings, zookeeper, other, progress);
        List<Line> lines = Suite.run(arena, wanted, failures);
        out.println();
        out.println(Table.of(lines, zookeeper.name(), other.name()));
        failures.forEach(failure -> out.println("NOT MEASURED " + failure));
        out.flush();
        if (!json.toString().isEmpty()) {
            JsonReport.of(Instant.now(), Environment.describe(settings), lines, failures)
                    .write(json);
        }
        return failures.isEmpty() ? 0 : 1;
    }

    /// What the generator could do if the server cost nothing; warms the generator up, too.
    private void ceiling(PrintWriter out) throws IOException {
        try (var server = CannedServer.start(100)) {
            for (int depth : new int[] {16, 1}) {
                var generator = LoadGenerator.connect(List.of(server.address()), 32);
                Plan plan = Plan.closedLoop(depth, 2_000, quick ? 1_000 : 3_000);
                double perSecond = generator.run(new Work.Get("/bench", 1000), plan).perSecond();
                generator.abandon();
                out.printf(
                        "generator's ceiling, 32 x %d: %s%n",
                        depth, Table.quantity(perSecond, "/s"));
                out.flush();
            }
        }
    }

    private Predicate<String> wanted() {
        var patterns = new ArrayList<Pattern>();
        for (String each : only) {
            try {
                patterns.add(Pattern.compile(each));
            } catch (PatternSyntaxException e) {
                throw new ParameterException(spec.commandLine(), "--only: " + e.getMessage());
            }
        }
        Predicate<String> wanted =
                id -> patterns.isEmpty() || patterns.stream().anyMatch(p -> p.matcher(id).find());
        if (Suite.ids(servers).stream().noneMatch(wanted)) {
            throw new ParameterException(
                    spec.commandLine(), "--only matches no row; --list shows them");
        }
        return wanted;
    }

    private Settings settings() throws IOException {
        requirePositive("--rounds", rounds);
        requirePositive("--seconds", seconds);
        requirePositive("--znodes", znodes);
        requirePositive("--snapshot-znodes", snapshotZnodes);
        requirePositive("--sessions", sessions);
        requirePositive("--servers", servers);
        return new Settings(
                unlessGiven("--rounds", rounds, 1),
                (long) (1000 * unlessGiven("--warm", warmSeconds, 1.0)),
                (long) (1000 * unlessGiven("--seconds", seconds, 2.0)),
                heap,
                unlessGiven("--znodes", znodes, 100_000),
                unlessGiven("--snapshot-znodes", snapshotZnodes, 200_000),
                snapshotHeap,
                unlessGiven("--sessions", sessions, 1_000),
                servers,
                Path.of(System.getProperty("java.home")),
                Files.createTempDirectory("banyan-bench"));
    }

    /// With --quick the quick value, unless the option was given besides.
    private <T> T unlessGiven(String option, T value, T quickValue) {
        boolean given = spec.commandLine().getParseResult().hasMatchedOption(option);
        return quick && !given ? quickValue : value;
    }

    private void requirePositive(String option, double value) {
        if (!(value > 0)) {
            throw new ParameterException(
                    spec.commandLine(), option + " must be more than 0, not " + value);
        }
    }
}
