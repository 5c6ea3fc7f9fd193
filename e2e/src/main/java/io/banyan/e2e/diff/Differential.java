package io.banyan.e2e.diff;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.e2e.server.Entrance;
import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerKind;
import java.io.IOException;
import java.io.PrintStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// Two servers that are given the same scripts. Front door of this room; confined to one thread.
public final class Differential implements AutoCloseable {

    /// So long that no session ends by itself during any run.
    static final int SESSION_MILLIS = 3_000_000;

    /// Who may do everything on the servers of this test.
    static final String SUPER_USER = "super:test";

    private final ServerKind leftKind;
    private final ServerKind rightKind;
    private final Set<String> without;
    private final Set<String> kinds = new HashSet<>();
    private final PrintStream out;
    private final int members;
    private Entrance left;
    private Entrance right;
    private int runs;
    private long operations;

    /// Starts both servers.
    ///
    /// @param left the one that is right by definition
    /// @param without names of operations that are left out of every script
    /// @param out takes progress and differences
    public Differential(ServerKind left, ServerKind right, Set<String> without, PrintStream out) {
        this(left, right, without, 1, out);
    }

    /// @param members each side is a follower of an ensemble of so many, if it is more than 1
    Differential(
            ServerKind left, ServerKind right, Set<String> without, int members, PrintStream out) {
        this.members = members;
        this.without = without;
        this.leftKind = left;
        this.rightKind = right;
        this.out = out;
        this.left = Entrance.open(left, config(), members);
        this.right = Entrance.open(right, config(), members);
    }

    private static ServerConfig config() {
        return ServerConfig.standard()
                .with("tickTime", "3000")
                .with("minSessionTimeout", "2000000")
                .with("maxSessionTimeout", "4000000")
                // Nobody pulls the plug here, and a script is thousands of writes.
                .with("forceSync", "no")
                .with("extendedTypesEnabled", "true")
                .with("enforceQuota", "true")
                .with("DigestAuthenticationProvider.superDigest", superDigest())
                // The reaper has its own test: here it would come at another moment in each server.
                .withJvmFlag("-Dznode.container.checkIntervalMs=36000000")
                .withJvmFlag("-Dapache.log.level=WARN");
    }

    private static String superDigest() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest(SUPER_USER.getBytes(UTF_8));
            return "super:" + Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Runs one seed. A difference is printed with the shortest script found that still shows it.
    ///
    /// @return whether the servers did not differ
    public boolean agree(long seed, int steps, int sessions) throws IOException {
        Script script = Generator.script(seed, steps, sessions).withoutOps(without);
        if (members > 1) {
            script = script.withoutMalformedWrites();
        }
        List<Comparison.Difference> found = compare(script);
        operations += script.steps().size();
        for (Comparison.Difference difference : found) {
            out.println("seed " + seed + ": difference at step " + difference.step());
            print(script, difference);
            if (kinds.add(kind(script, difference))) {
                shrink(script, difference);
            } else {
                out.println("  as before");
            }
        }
        return found.isEmpty();
    }

    /// How many steps were run in all seeds so far.
    public long operations() {
        return operations;
    }

    private List<Comparison.Difference> compare(Script script) throws IOException {
        String root = String.format(java.util.Locale.ROOT, "/s%06d", runs++);
        int rightPort = right.server().port();
        CompletableFuture<Transcript> ofRight =
                CompletableFuture.supplyAsync(() -> {
                    try {
                        return Runner.run(rightPort, root, script);
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(rightKind + " on " + root, e);
                    }
                });
        Transcript ofLeft = Runner.run(left.server().port(), root, script);
        return Comparison.all(script, ofLeft, ofRight.join());
    }

    private void shrink(Script script, Comparison.Difference difference) throws IOException {
        Step at = stepAt(script, difference);
        String wanted = kind(script, difference);
        Script suspect = script.first(Math.min(script.steps().size(), difference.step() + 1));
        if (at instanceof Step.Call call && call.burst() > 0) {
            suspect = script;
        }
        restart();
        Script least =
                Shrinker.shrink(
                        suspect,
                        candidate ->
                                compare(candidate).stream()
                                        .anyMatch(d -> kind(candidate, d).equals(wanted)),
                        out);
        restart();
        List<Comparison.Difference> still = compare(least);
        if (still.isEmpty()) {
            out.println("the short script does not differ on fresh servers; it was:");
        }
        out.println("--- shortest script ---");
        out.print(least);
        out.println("-----------------------");
        still.forEach(d -> print(least, d));
        restart();
    }

    /// Two differences of one kind probably have one reason.
    private static String kind(Script script, Comparison.Difference difference) {
        return op(stepAt(script, difference)) + ": " + difference.why();
    }

    private static String op(@org.jspecify.annotations.Nullable Step step) {
        return switch (step) {
            case null -> "end";
            case Step.Call call -> "call " + call.op();
            case Step.Connect connect -> "connect " + connect.how();
            case Step.Drop ignored -> "drop";
            case Step.Garbage ignored -> "garbage";
        };
    }

    private static @org.jspecify.annotations.Nullable Step stepAt(
            Script script, Comparison.Difference difference) {
        int at = difference.step();
        return at < script.steps().size() ? script.steps().get(at) : null;
    }

    private void print(Script script, Comparison.Difference difference) {
        Step step = stepAt(script, difference);
        out.println("  " + (step == null ? "after the script" : step));
        out.println("  differs in: " + difference.why());
        out.println("  " + leftKind + ": " + difference.left());
        out.println("  " + rightKind + ": " + difference.right());
    }

    /// What a difference left behind must not be taken for the next.
    private void restart() {
        left.close();
        right.close();
        left = Entrance.open(leftKind, config(), members);
        right = Entrance.open(rightKind, config(), members);
    }

    @Override
    public void close() {
        left.close();
        right.close();
    }
}
