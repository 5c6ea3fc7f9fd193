package io.banyan.cli.znode;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.cli.command.Command;
import io.banyan.cli.command.ExitCode;
import io.banyan.cli.command.Run;
import io.banyan.cli.command.Trouble;
import io.banyan.cli.command.ZnodePath;
import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.CreateMode;
import io.banyan.client.Created;
import io.banyan.wire.Acl;
import io.banyan.wire.Stat;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// Commands that change znodes.
final class Writing {
    private static final String IF_VERSION = "only if it has this version";
    private static final long TTL_MILLIS_MAX = (1L << 40) - 1;
    private static final int BATCH = 1000;

    private Writing() {}

    static List<Command> all() {
        return List.of(
                Command.named("create", "[-s] [-e] [-c] [-t ttl] path [data] [acl]")
                        .about("Makes a znode.")
                        .help(
                                """
                                The ACL is scheme:id:perms[,...] with permissions of cdrwa; without \
                                one anyone may do anything.
                                The data - is read from the standard input.
                                An ephemeral of a single command ends with the command.\
                                """)
                        .flag("-s", "--sequential", "with a number appended to the name")
                        .flag("-e", "--ephemeral", "until the session ends")
                        .flag("-c", "--container", "until its last child has gone")
                        .option("-t", "--ttl", "MILLIS", "until it was idle for so long")
                        .flag("-p", "--parents", "with what is missing above it")
                        .runs(Writing::create),
                Command.named("set", "path data [-s] [-v version] [-b]")
                        .about("Changes the data of a znode.")
                        .help("The data - is read from the standard input.")
                        .flag("-s", "--stat", "print the stat after it")
                        .option("-v", "--version", "N", IF_VERSION)
                        .flag("-b", "--base64", "the data is given in base64")
                        .runs(Writing::set),
                Command.named("delete", "[-v version] path")
                        .about("Deletes a znode without children.")
                        .option("-v", "--version", "N", IF_VERSION)
                        .runs(Writing::delete),
                Command.named("deleteall", "path [-b batch size]")
                        .about("Deletes a znode and everything below it; not in one step.")
                        .option("-b", "--batch", "N", "deletions under way at once (1000)")
                        .runs(Writing::deleteAll),
                Command.named("setAcl", "[-s] [-v version] [-R] path acl")
                        .about("Changes who may do what with a znode.")
                        .flag("-s", "--stat", "print the stat after it")
                        .option("-v", "--version", "N", "only if its ACL has this version")
                        .flag("-R", "--recursive", "for everything below it too")
                        .runs(Writing::setAcl));
    }

    private static int create(Run run) throws IOException {
        run.requireArgs(1, 3);
        CreateMode mode = mode(run);
        String path =
                mode.isSequential()
                        ? ZnodePath.requireSequential(run.arg(0))
                        : ZnodePath.require(run.arg(0));
        List<Acl> acl = acl(run, run.args().size() > 2 ? run.arg(2) : null);
        byte[] data = run.args().size() > 1 ? data(run, run.arg(1)) : null;
        Banyan client = run.client();
        if (run.has("-p")) {
            client.createAll(ZnodePath.parent(path));
        }
        Created created;
        try {
            created = client.create(path, data, mode, acl);
        } catch (BanyanException.Refused e) {
            if (run.isZkCli() && e.code() == io.banyan.wire.ErrorCode.INVALID_ACL) {
                run.error("KeeperErrorCode = InvalidACL for " + path);
            }
            throw e;
        }
        if (run.isJson()) {
            run.json(Run.fields("path", created.path(), "stat", StatText.json(created.stat())));
        } else if (run.isZkCli()) {
            run.error("Created " + created.path());
        } else {
            run.line(created.path());
        }
        return 0;
    }

    private static CreateMode mode(Run run) {
        boolean sequential = run.has("-s");
        boolean ephemeral = run.has("-e");
        if (run.has("-c")) {
            if (sequential || ephemeral) {
                throw Trouble.usage(
                        "-c cannot be combined with -s or -e. Containers cannot be ephemeral or"
                                + " sequential.");
            }
            return CreateMode.CONTAINER;
        }
        String ttl = run.value("-t");
        CreateMode mode;
        if (ttl != null) {
            long millis = ttlMillis(ttl);
            if (ephemeral) {
                throw Trouble.usage("TTLs cannot be used with Ephemeral znodes");
            }
            mode = CreateMode.ttl(Duration.ofMillis(millis));
        } else {
            mode = ephemeral ? CreateMode.EPHEMERAL : CreateMode.PERSISTENT;
        }
        return sequential ? mode.sequential() : mode;
    }

    private static long ttlMillis(String text) {
        long millis;
        try {
            millis = Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw Trouble.usage("-t argument must be a long value");
        }
        if (millis <= 0 || millis > TTL_MILLIS_MAX) {
            throw Trouble.usage(
                    "ttl must be positive and cannot be larger than: " + TTL_MILLIS_MAX);
        }
        return millis;
    }

    /// zkCli says what is wrong with an entry, and then how the list is called.
    private static List<Acl> acl(Run run, @Nullable String text) {
        try {
            return AclText.parseOrOpen(text);
        } catch (Trouble e) {
            if (!run.isZkCli()) {
                throw e;
            }
            run.error(String.valueOf(e.getMessage()));
            if (run.command().name().equals("create")) {
                run.error("KeeperErrorCode = InvalidACL");
            }
            throw Trouble.refused("Acl is not valid : null");
        }
    }

    private static byte[] data(Run run, String word) throws IOException {
        if (word.equals("-") && !run.isZkCli()) {
            InputStream in = System.in;
            return in.readAllBytes();
        }
        return word.getBytes(UTF_8);
    }

    private static int set(Run run) throws IOException {
        run.requireArgs(2, 2);
        String path = run.path(0);
        byte[] data = data(run, run.arg(1));
        if (run.has("-b")) {
            try {
                data = Base64.getDecoder().decode(new String(data, UTF_8).strip());
            } catch (IllegalArgumentException e) {
                throw Trouble.usage("the data is no base64: " + e.getMessage());
            }
        }
        Stat stat = run.client().set(path, data, version(run));
        printStat(run, path, stat);
        return 0;
    }

    private static int version(Run run) {
        return run.intValue("-v", Banyan.ANY_VERSION, "version");
    }

    private static void printStat(Run run, String path, Stat stat) {
        if (run.isJson()) {
            run.json(Run.fields("path", path, "stat", StatText.json(stat)));
        } else if (run.has("-s")) {
            StatText.print(run, stat);
        }
    }

    private static int delete(Run run) {
        run.requireArgs(1, 1);
        int version = version(run);
        if (run.isZkCli() && run.args().size() > 1) {
            run.error(
                    "'delete path [version]' has been deprecated. Please use 'delete [-v version]"
                            + " path' instead.");
            version = number(run.arg(1));
        }
        String path = run.path(0);
        run.client().delete(path, version);
        if (run.isJson()) {
            run.json(Run.fields("path", path, "deleted", 1));
        }
        return 0;
    }

    private static int number(String word) {
        try {
            return Integer.parseInt(word);
        } catch (NumberFormatException e) {
            throw Trouble.usage("\"" + word + "\" is no version");
        }
    }

    private static int deleteAll(Run run) {
        run.requireArgs(1, 1);
        int batch = run.intValue("-b", BATCH, "batch size");
        if (batch < 1) {
            throw Trouble.usage("batch size must be positive: " + batch);
        }
        String path = run.path(0);
        Banyan client = run.client();
        List<String> paths = subtree(client, path);
        int failed = deleteUpwards(client, paths, batch, path);
        if (run.isJson()) {
            run.json(Run.fields("path", path, "deleted", paths.size() - failed, "failed", failed));
        }
        if (failed > 0 && !run.isJson()) {
            run.error("Failed to delete some node(s) in the subtree!");
        }
        return failed > 0 ? ExitCode.REFUSED : ExitCode.OK;
    }

    /// The znode and all below it, each before what is below it.
    private static List<String> subtree(Banyan client, String root) {
        var paths = new ArrayList<String>();
        var left = new ArrayDeque<String>();
        left.add(root);
        while (!left.isEmpty()) {
            String path = left.remove();
            try {
                for (String name : client.children(path).names()) {
                    left.add(ZnodePath.child(path, name));
                }
                paths.add(path);
            } catch (BanyanException.NoNode e) {
                if (path.equals(root)) {
                    throw e;
                }
                // Somebody else deleted it: that is what we came for.
            }
        }
        return paths;
    }

    /// A connection's requests are done in order, so a parent may follow its children at once.
    private static int deleteUpwards(Banyan client, List<String> paths, int batch, String root) {
        int failed = 0;
        for (int end = paths.size(); end > 0; end -= batch) {
            var underWay = new ArrayList<CompletableFuture<@Nullable Void>>();
            for (int i = end - 1; i >= Math.max(0, end - batch); i--) {
                if (!isOfServer(paths.get(i), root)) {
                    underWay.add(client.async().delete(paths.get(i)));
                }
            }
            for (CompletableFuture<@Nullable Void> each : underWay) {
                failed += isDeleted(each) ? 0 : 1;
            }
        }
        return failed;
    }

    /// `/` and what servers keep for themselves cannot be deleted: as zkCli, we count no failure
    /// for `deleteall /`.
    private static boolean isOfServer(String path, String root) {
        return root.equals("/") && (path.equals("/") || ZnodePath.isWithin(path, "/zookeeper"));
    }

    private static boolean isDeleted(CompletableFuture<@Nullable Void> deletion) {
        try {
            deletion.join();
            return true;
        } catch (CompletionException e) {
            return switch (e.getCause()) {
                case BanyanException.NoNode gone -> true;
                case BanyanException.Refused refused -> false;
                case BanyanException trouble -> throw trouble;
                case null, default -> throw e;
            };
        }
    }

    private static int setAcl(Run run) {
        run.requireArgs(2, 2);
        String path = run.path(0);
        List<Acl> acl = acl(run, run.arg(1));
        int version = version(run);
        Banyan client = run.client();
        if (!run.has("-R")) {
            printStat(run, path, client.setAcl(path, acl, version));
            return 0;
        }
        List<String> paths = subtree(client, path);
        for (String each : paths) {
            Stat stat = client.setAcl(each, acl, version);
            if (run.has("-s") && !run.isJson()) {
                StatText.print(run, stat);
            }
        }
        if (run.isJson()) {
            run.json(Run.fields("path", path, "changed", paths.size()));
        }
        return 0;
    }
}
