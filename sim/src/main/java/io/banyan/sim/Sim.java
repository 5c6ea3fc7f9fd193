package io.banyan.sim;

import io.banyan.replica.NewSessions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// `bin/sim`: runs seeds and tells what broke.
public final class Sim {
    private static final String HELP =
            """
            bin/sim SEED                       runs one seed
            bin/sim --from SEED --seeds N      runs N seeds, stops at the first that fails
              --trace                          prints every event
              --bug NAME                       with a planted bug (ack-before-sync, ...)
              --keep-going                     does not stop at a failure
              --reconfig                       leaves out seeds whose members never change
              --local-sessions                 leaves out seeds whose sessions are all global
              --observer-masters               leaves out seeds whose observers learn from leaders
            bin/sim --scenario FILE            runs a scenario, step by step
            bin/sim --bugs [--seeds N]         runs each planted bug until it is caught
            Columns of a trace: microseconds, who (server.life), role, zxids logged, durable and
            delivered (hex), event.
            Ends with 0 if every promise was kept, 1 if one was broken, 2 if it was not understood.
            """;
    private static final int LINES_KEPT = 200;
    private static final int BUG_SEEDS_MAX = 100;
    private static final long PROGRESS_NANOS = 5_000_000_000L;

    private long from = 1;
    private long seeds = 1;
    private boolean trace;
    private boolean keepGoing;
    private boolean reconfig;
    private boolean localSessions;
    private boolean observerMasters;
    private boolean bugs;
    private @Nullable String scenario;
    private PlantedBug bug = PlantedBug.NONE;

    private Sim() {}

    public static void main(String[] args) {
        System.exit(new Sim().run(args));
    }

    private int run(String[] args) {
        try {
            if (!parse(args)) {
                System.out.print(HELP);
                return 0;
            }
        } catch (IllegalArgumentException e) {
            System.err.println("bin/sim: " + e.getMessage());
            System.err.print(HELP);
            return 2;
        }
        if (scenario != null) {
            return runScenario(Path.of(scenario));
        }
        return bugs ? runBugs() : runAll();
    }

    private int runScenario(Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            System.err.println("bin/sim: cannot read " + file + ": " + e.getMessage());
            return 2;
        }
        String failure = Simulation.failureOf(() -> Scenario.run(text, bug, out()));
        System.out.println(failure == null ? "ok " + file : "FAILED " + file + ": " + failure);
        return failure == null ? 0 : 1;
    }

    /// One line for each: within how many seeds it was caught, and by which checker.
    private int runBugs() {
        long most = seeds == 1 ? BUG_SEEDS_MAX : seeds;
        int missed = 0;
        for (PlantedBug each : PlantedBug.values()) {
            if (each == PlantedBug.NONE || (bug != PlantedBug.NONE && bug != each)) {
                continue;
            }
            String failure = null;
            long seed = from - 1;
            while (failure == null && seed - from + 1 < most) {
                failure = Simulation.run(++seed, each, null).failure();
            }
            missed += failure == null ? 1 : 0;
            String how = failure == null ? "not caught" : failure.lines().findFirst().orElse("");
            System.out.printf(Locale.ROOT, "%-24s %4d  %s%n", name(each), seed - from + 1, how);
        }
        return missed > 0 ? 1 : 0;
    }

    private boolean parse(String[] args) {
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--help", "-h" -> {
                    return false;
                }
                case "--trace" -> trace = true;
                case "--keep-going" -> keepGoing = true;
                case "--reconfig" -> reconfig = true;
                case "--local-sessions" -> localSessions = true;
                case "--observer-masters" -> observerMasters = true;
                case "--bugs" -> bugs = true;
                case "--scenario" -> scenario = argument(args, ++i);
                case "--from" -> from = number(args, ++i);
                case "--seeds" -> seeds = number(args, ++i);
                case "--bug" -> bug = PlantedBug.of(argument(args, ++i));
                default -> from = number(args, i);
            }
        }
        return args.length > 0;
    }

    private static String argument(String[] args, int at) {
        if (at >= args.length) {
            throw new IllegalArgumentException(args[at - 1] + " wants a value");
        }
        return args[at];
    }

    private static long number(String[] args, int at) {
        String text = argument(args, at);
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a number: " + text, e);
        }
    }

    private int runAll() {
        long begin = System.nanoTime();
        long told = begin;
        long events = 0;
        long txns = 0;
        long answers = 0;
        long lives = 0;
        long simulatedMicros = 0;
        long hash = 0;
        int failed = 0;
        long run = 0;
        for (long seed = from; seed < from + seeds; seed++) {
            if (isLeftOut(World.setupOf(seed, bug))) {
                continue;
            }
            Simulation.Result result = Simulation.run(seed, bug, out());
            run++;
            events += result.events();
            txns += result.txns();
            answers += result.answers();
            lives += result.lives();
            simulatedMicros += result.simulatedMicros();
            hash = hash * 31 + result.hash();
            if (result.failure() != null) {
                failed++;
                tell(result);
                if (!keepGoing) {
                    break;
                }
            }
            if (System.nanoTime() - told > PROGRESS_NANOS && seeds > 1) {
                told = System.nanoTime();
                System.err.println("... " + run + " of " + seeds + " seeds, " + failed + " failed");
            }
        }
        System.out.printf(
                Locale.ROOT,
                "seeds=%d failed=%d events=%d txns=%d answers=%d lives=%d"
                        + " simulatedSeconds=%d hash=%016x seconds=%.1f%n",
                run,
                failed,
                events,
                txns,
                answers,
                lives,
                simulatedMicros / 1_000_000,
                hash,
                (System.nanoTime() - begin) / 1e9);
        return failed > 0 ? 1 : 0;
    }

    private static String name(PlantedBug bug) {
        return bug.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private @Nullable Consumer<String> out() {
        return trace ? System.out::println : null;
    }

    /// What a run traces at its end: it is run again for that.
    private Iterable<String> lastLines(long seed) {
        var last = new ArrayDeque<String>();
        Simulation.run(
                seed,
                bug,
                line -> {
                    if (last.size() == LINES_KEPT) {
                        last.removeFirst();
                    }
                    last.add(line);
                });
        return last;
    }

    private boolean isLeftOut(Setup setup) {
        return (reconfig && !setup.isReconfigurable())
                || (localSessions && setup.newSessions() == NewSessions.GLOBAL)
                || (observerMasters && !setup.hasObserverMasters());
    }

    private void tell(Simulation.Result result) {
        if (!trace) {
            lastLines(result.seed()).forEach(System.out::println);
        }
        String with = bug == PlantedBug.NONE ? "" : " --bug " + name(bug);
        System.out.println("FAILED seed " + result.seed() + ": " + result.failure());
        System.out.println("again: bin/sim " + result.seed() + with + " --trace");
    }
}
