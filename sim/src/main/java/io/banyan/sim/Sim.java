package io.banyan.sim;

import java.io.PrintStream;
import java.util.Locale;
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
            Columns of a trace: microseconds, who, zxid proposed, zxid committed (hex), event.
            Ends with 0 if every promise was kept, 1 if one was broken, 2 if it was not understood.
            """;
    private static final long PROGRESS_NANOS = 5_000_000_000L;

    private long from = 1;
    private long seeds = 1;
    private boolean trace;
    private boolean keepGoing;
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
        return runAll();
    }

    private boolean parse(String[] args) {
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--help", "-h" -> {
                    return false;
                }
                case "--trace" -> trace = true;
                case "--keep-going" -> keepGoing = true;
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
        long hash = 0;
        int failed = 0;
        long run = 0;
        for (long seed = from; seed < from + seeds; seed++) {
            Simulation.Result result = Simulation.run(seed, bug, out());
            run++;
            events += result.events();
            txns += result.txns();
            answers += result.answers();
            lives += result.lives();
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
                "seeds=%d failed=%d events=%d txns=%d answers=%d lives=%d hash=%016x seconds=%.1f%n",
                run,
                failed,
                events,
                txns,
                answers,
                lives,
                hash,
                (System.nanoTime() - begin) / 1e9);
        return failed > 0 ? 1 : 0;
    }

    private static String name(PlantedBug bug) {
        return bug.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private @Nullable PrintStream out() {
        return trace ? System.out : null;
    }

    private void tell(Simulation.Result result) {
        if (!trace) {
            result.lastLines().forEach(System.out::println);
        }
        String with = bug == PlantedBug.NONE ? "" : " --bug " + name(bug);
        System.out.println("FAILED seed " + result.seed() + ": " + result.failure());
        System.out.println("again: bin/sim " + result.seed() + with + " --trace");
    }
}
