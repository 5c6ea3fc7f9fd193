package io.banyan.e2e.diff;

import io.banyan.e2e.server.ServerKind;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `bin/e2e diff`.
@Command(
        name = "diff",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Random scripts against two servers; every answer must be equal.")
public final class DiffCommand implements Callable<Integer> {

    @Option(names = "--seed", description = "run this one seed")
    private long seed = -1;

    @Option(names = "--from", description = "first of several seeds (default ${DEFAULT-VALUE})")
    private long from = 1;

    @Option(names = "--seeds", description = "how many seeds (default ${DEFAULT-VALUE})")
    private int seeds = 20;

    @Option(names = "--ops", description = "steps of each script (default ${DEFAULT-VALUE})")
    private int ops = 2000;

    @Option(names = "--sessions", description = "clients (default ${DEFAULT-VALUE})")
    private int sessions = 4;

    @Option(names = "--left", description = "the server that is right (default ${DEFAULT-VALUE})")
    private String left = "apache-3.9.5";

    @Option(names = "--right", description = "the other (default ${DEFAULT-VALUE})")
    private String right = "banyan";

    @Option(
            names = "--without",
            split = ",",
            description = "leave these operations out, by name: to look behind a known bug")
    private java.util.Set<String> without = java.util.Set.of();

    @Option(
            names = "--members",
            description = "each side is a follower of an ensemble of so many (default 1: alone)")
    private int members = 1;

    @Option(names = "--all", description = "go on after a seed that differs")
    private boolean all;

    @Override
    public Integer call() throws IOException {
        PrintStream out = System.out;
        int differing = 0;
        long first = seed >= 0 ? seed : from;
        int count = seed >= 0 ? 1 : seeds;
        long startNanos = System.nanoTime();
        try (Differential differential =
                new Differential(
                        ServerKind.of(left), ServerKind.of(right), without, members, out)) {
            int done = 0;
            for (long at = first; at < first + count && (all || differing == 0); at++) {
                if (!differential.agree(at, ops, sessions)) {
                    differing++;
                    out.println(
                            "again: bin/e2e diff --seed "
                                    + at
                                    + " --ops "
                                    + ops
                                    + " --sessions "
                                    + sessions
                                    + " --left "
                                    + left
                                    + " --right "
                                    + right);
                }
                done++;
                if (done % 10 == 0 || at + 1 == first + count) {
                    out.println(
                            String.format(
                                    Locale.ROOT,
                                    "seeds %d to %d: %d operations, %d seeds differ, %.1f s",
                                    first,
                                    at,
                                    differential.operations(),
                                    differing,
                                    (System.nanoTime() - startNanos) / 1e9));
                }
            }
        }
        return differing == 0 ? 0 : 1;
    }
}
