package io.banyan.cli.znode;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.cli.command.Command;
import io.banyan.cli.command.Run;
import io.banyan.cli.command.Trouble;
import io.banyan.cli.command.ZnodePath;
import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.Node;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Limits of subtrees, which servers keep in `/zookeeper/quota/PATH/zookeeper_limits`, beside what
/// is used in `zookeeper_stats`.
final class Quotas {
    private static final String ROOT = "/zookeeper/quota";
    private static final String LIMITS = "zookeeper_limits";
    private static final String STATS = "zookeeper_stats";

    private Quotas() {}

    static List<Command> all() {
        return List.of(
                Command.named("setquota", "-n|-b|-N|-B val path")
                        .about("Limits how many znodes or bytes a subtree may have.")
                        .option("-n", "COUNT", "znodes; beyond it servers warn")
                        .option("-b", "BYTES", "bytes; beyond it servers warn")
                        .option("-N", "COUNT", "znodes; beyond it servers refuse")
                        .option("-B", "BYTES", "bytes; beyond it servers refuse")
                        .runs(Quotas::set),
                Command.named("listquota", "path")
                        .about("Prints the limits of a subtree and what it uses.")
                        .runs(Quotas::list),
                Command.named("delquota", "[-n|-b|-N|-B] path")
                        .about("Takes a limit away, or all of them.")
                        .flag("-n", "the soft limit of znodes")
                        .flag("-b", "the soft limit of bytes")
                        .flag("-N", "the hard limit of znodes")
                        .flag("-B", "the hard limit of bytes")
                        .runs(Quotas::delete));
    }

    /// What a limits or a stats node says; -1 is no limit.
    private record Limits(long count, long bytes, long byteHardLimit, long countHardLimit) {
        static final Limits NONE = new Limits(-1, -1, -1, -1);

        static Limits parse(String text) {
            Limits limits = NONE;
            for (String each : text.split("[,;]", -1)) {
                int equals = each.indexOf('=');
                if (equals > 0) {
                    String value = each.substring(equals + 1).replace("=", "");
                    limits = limits.with(each.substring(0, equals), Long.parseLong(value));
                }
            }
            return limits;
        }

        Limits with(String key, long value) {
            return switch (key.toLowerCase(Locale.ROOT)) {
                case "count" -> new Limits(value, bytes, byteHardLimit, countHardLimit);
                case "bytes" -> new Limits(count, value, byteHardLimit, countHardLimit);
                case "bytehardlimit" -> new Limits(count, bytes, value, countHardLimit);
                case "counthardlimit" -> new Limits(count, bytes, byteHardLimit, value);
                default -> this;
            };
        }

        /// As servers parse it: those before 3.7 read up to the `;` only, for which the odd `=`.
        String text() {
            String soft = "count=" + count + ",bytes=" + bytes;
            return soft + "=;byteHardLimit=" + byteHardLimit + ";countHardLimit=" + countHardLimit;
        }

        Object json() {
            return Run.fields(
                    "count", count,
                    "bytes", bytes,
                    "countHardLimit", countHardLimit,
                    "byteHardLimit", byteHardLimit);
        }
    }

    private static final List<String> OPTIONS = List.of("-n", "-b", "-N", "-B");

    private static String key(String option) {
        return switch (option) {
            case "-n" -> "count";
            case "-b" -> "bytes";
            case "-N" -> "countHardLimit";
            default -> "byteHardLimit";
        };
    }

    private static int set(Run run) {
        List<String> given = OPTIONS.stream().filter(run::has).toList();
        if (given.isEmpty()) {
            throw Trouble.usage(
                    "Missing required option: [-n num soft quota, -b bytes soft quota, -N num hard"
                            + " quota, -B bytes hard quota]");
        }
        if (given.size() > 1) {
            throw Trouble.usage("only one of -n, -b, -N and -B at once");
        }
        run.requireArgs(1, 1);
        String path = run.path(0);
        String option = given.getFirst();
        long value = value(run, option);
        requirePossible(option, value);
        Banyan client = run.client();
        requireQuotaAllowed(run, client, path);
        Limits limits = limits(client, path).orElse(Limits.NONE).with(key(option), value);
        warn(run, client, path, limits);
        write(client, path, limits);
        if (run.isJson()) {
            run.json(Run.fields("path", path, "limits", limits.json()));
        }
        return 0;
    }

    private static long value(Run run, String option) {
        try {
            return Long.parseLong(String.valueOf(run.value(option)));
        } catch (NumberFormatException e) {
            throw Trouble.usage(
                    run.isZkCli()
                            ? "NumberFormatException happens when parsing the option value"
                            : option + ": \"" + run.value(option) + "\" is no number");
        }
    }

    /// Servers take -1 for no limit at all, and no subtree is without its own znode.
    private static void requirePossible(String option, long value) {
        boolean bytes = option.equals("-b") || option.equals("-B");
        if (value < (bytes ? 0 : 1)) {
            throw Trouble.usage(
                    bytes
                            ? "the bytes quota must be greater than or equal to zero"
                            : "the num quota must be greater than zero");
        }
    }

    private static void requireQuotaAllowed(Run run, Banyan client, String path) {
        if (ZnodePath.isWithin(path, ROOT)) {
            throw Trouble.usage("cannot set a quota under the path: " + ROOT);
        }
        if (client.exists(path).isEmpty()) {
            throw Trouble.refused(
                    run.isZkCli() ? path + " does not exist." : "no such znode: " + path);
        }
        for (String above = path; !above.equals("/"); ) {
            above = ZnodePath.parent(above);
            if (!above.equals("/") && limits(client, above).isPresent()) {
                throw Trouble.refused(path + " has a parent " + above + " which has a quota");
            }
        }
        String below = belowWithQuota(client, path);
        if (below != null) {
            throw Trouble.refused(path + " has a child " + below + " which has a quota");
        }
    }

    private static @Nullable String belowWithQuota(Banyan client, String path) {
        List<String> names;
        try {
            names = client.children(ROOT + path).names();
        } catch (BanyanException.NoNode e) {
            return null;
        }
        for (String name : names) {
            if (name.equals(LIMITS) || name.equals(STATS)) {
                continue;
            }
            String child = ZnodePath.child(path, name);
            if (limits(client, child).isPresent()) {
                return child;
            }
            String deeper = belowWithQuota(client, child);
            if (deeper != null) {
                return deeper;
            }
        }
        return null;
    }

    private static String limitsPath(String path) {
        return ROOT + (path.equals("/") ? "" : path) + "/" + LIMITS;
    }

    private static String statsPath(String path) {
        return ROOT + (path.equals("/") ? "" : path) + "/" + STATS;
    }

    private static Optional<Limits> limits(Banyan client, String path) {
        return client.find(limitsPath(path)).map(node -> Limits.parse(node.text()));
    }

    /// zkCli warns when limits are passed already.
    private static void warn(Run run, Banyan client, String path, Limits limits) {
        if (run.isJson()) {
            return;
        }
        client.find(statsPath(path))
                .map(node -> Limits.parse(node.text()))
                .ifPresent(used -> {
                    warn(run, "count", used.count(), limits.count());
                    warn(run, "count", used.count(), limits.countHardLimit());
                    warn(run, "bytes", used.bytes(), limits.bytes());
                    warn(run, "bytes", used.bytes(), limits.byteHardLimit());
                });
    }

    private static void warn(Run run, String what, long used, long limit) {
        if (limit >= 0 && used > limit) {
            run.line(
                    "[Warning]: the "
                            + what
                            + " quota you create is less than the existing "
                            + what
                            + ":"
                            + used);
        }
    }

    private static void write(Banyan client, String path, Limits limits) {
        byte[] text = limits.text().getBytes(UTF_8);
        String limitsPath = limitsPath(path);
        if (client.exists(limitsPath).isPresent()) {
            client.set(limitsPath, text);
            return;
        }
        client.createAll(ZnodePath.parent(limitsPath));
        client.create(limitsPath, text);
        // The server counts what there is when it sees the limits; who counts must have a place.
        if (client.exists(statsPath(path)).isEmpty()) {
            client.create(statsPath(path), "count=0,bytes=0".getBytes(UTF_8));
        }
    }

    private static int list(Run run) {
        run.requireArgs(1, 1);
        String path = run.path(0);
        Banyan client = run.client();
        Optional<Node> limits = client.find(limitsPath(path));
        Optional<Node> stats = limits.flatMap(node -> client.find(statsPath(path)));
        if (run.isJson()) {
            run.json(
                    Run.fields(
                            "path", path,
                            "limits",
                                    limits.map(node -> Limits.parse(node.text()).json())
                                            .orElse(null),
                            "used",
                                    stats.map(node -> Limits.parse(node.text()))
                                            .map(used ->
                                                    (Object)
                                                            Run.fields(
                                                                    "count", used.count(),
                                                                    "bytes", used.bytes()))
                                            .orElse(null)));
            return 0;
        }
        if (run.isZkCli()) {
            run.error("absolute path is " + limitsPath(path));
        }
        if (limits.isEmpty()) {
            if (!run.isZkCli()) {
                throw Trouble.refused("no quota for " + path);
            }
            run.error("quota for " + path + " does not exist.");
            return 0;
        }
        run.line("Output quota for " + path + " " + limits.get().text());
        stats.ifPresent(node -> run.line("Output stat for " + path + " " + node.text()));
        return 0;
    }

    private static int delete(Run run) {
        run.requireArgs(1, 1);
        String path = run.path(0);
        Banyan client = run.client();
        Optional<Limits> limits = limits(client, path);
        if (limits.isEmpty() && run.isZkCli()) {
            run.line("Quota does not exist for " + path);
            return 0;
        }
        Limits left = limits.orElseThrow(() -> Trouble.refused("no quota for " + path));
        for (String option : OPTIONS) {
            if (run.has(option)) {
                left = left.with(key(option), -1);
            }
        }
        if (OPTIONS.stream().anyMatch(run::has)) {
            client.set(limitsPath(path), left.text().getBytes(UTF_8));
        } else {
            left = Limits.NONE;
            remove(client, path);
        }
        if (run.isJson()) {
            run.json(Run.fields("path", path, "limits", left.json()));
        }
        return 0;
    }

    /// The limits first: without them the server does not count. Then what is empty above them.
    private static void remove(Banyan client, String path) {
        client.delete(limitsPath(path));
        try {
            client.delete(statsPath(path));
        } catch (BanyanException.NoNode e) {
            // There were limits and never a count: nothing to take away.
        }
        for (String above = ZnodePath.parent(limitsPath(path));
                !above.equals(ROOT);
                above = ZnodePath.parent(above)) {
            try {
                client.delete(above);
            } catch (BanyanException.NotEmpty e) {
                return;
            }
        }
    }
}
