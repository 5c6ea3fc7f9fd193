package io.banyan.cli.subtree;

import io.banyan.cli.command.ExitCode;
import io.banyan.cli.command.Run;
import io.banyan.cli.command.Trouble;
import io.banyan.cli.command.ZnodePath;
import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.CreateMode;
import io.banyan.client.Multi;
import io.banyan.client.Node;
import io.banyan.wire.Acl;
import io.banyan.wire.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/// `cp` and `mv`.
final class Moving {
    /// Of one multi: bytes of paths and data, below the servers' usual limit of 1 MiB.
    private static final int ATOMIC_BYTES_MAX = 900_000;

    private static final int ATOMIC_OPS_MAX = 5_000;

    private Moving() {}

    /// A znode as it is to be made.
    ///
    /// @param node as it was read at the source
    /// @param target where it goes
    private record Copied(Node node, String target, List<Acl> acl) {}

    private static List<Copied> read(Run run, boolean isRecursive) {
        run.requireArgs(2, 2);
        String source = run.path(0);
        String target = run.path(1);
        if (ZnodePath.isWithin(target, source)) {
            throw Trouble.usage(target + " is " + source + " or below it");
        }
        if (source.equals("/")) {
            throw Trouble.usage("the root can be neither copied nor moved");
        }
        Banyan client = run.client();
        List<Node> nodes = isRecursive ? Walk.wide(client, source) : List.of(client.get(source));
        var copied = new ArrayList<Copied>();
        for (Node node : nodes) {
            String to = target + node.path().substring(source.length());
            copied.add(new Copied(node, to, client.getAcl(node.path()).acl()));
        }
        return copied;
    }

    private static boolean isEphemeral(Node node) {
        // Containers and TTL znodes are not told from persistent ones by their stat.
        return node.stat().ephemeralOwner() != 0;
    }

    // ---- cp

    static int copy(Run run) {
        List<Copied> all = read(run, run.has("-r"));
        Banyan client = run.client();
        if (isEphemeral(all.getFirst().node())) {
            throw Trouble.refused(
                    all.getFirst().node().path() + " is ephemeral: a copy would outlive its owner");
        }
        int made = 0;
        for (Copied each : all) {
            if (!isEphemeral(each.node())) {
                make(client, each, run.has("-f"));
                made++;
            }
        }
        if (run.isJson()) {
            run.json(Run.fields("source", run.arg(0), "target", run.arg(1), "copied", made));
        }
        return ExitCode.OK;
    }

    private static void make(Banyan client, Copied each, boolean mayReplace) {
        try {
            client.create(each.target(), each.node().data(), CreateMode.PERSISTENT, each.acl());
        } catch (BanyanException.NodeExists e) {
            if (!mayReplace) {
                throw e;
            }
            client.set(each.target(), each.node().data());
            client.setAcl(each.target(), each.acl(), Banyan.ANY_VERSION);
        }
    }

    // ---- mv

    static int move(Run run) {
        List<Copied> all = read(run, true);
        for (Copied each : all) {
            if (isEphemeral(each.node())) {
                throw Trouble.refused(
                        each.node().path() + " is ephemeral: only its owner can make another one");
            }
        }
        boolean isOneStep = fits(all);
        if (!isOneStep && run.has("--atomic")) {
            throw Trouble.refused(
                    "too much for one step: "
                            + all.size()
                            + " znodes; without --atomic it is copied and then deleted");
        }
        Banyan client = run.client();
        try {
            if (isOneStep) {
                client.multi(both(all));
            } else {
                all.forEach(each -> make(client, each, false));
                deleteSources(client, all);
            }
        } catch (BanyanException.MultiFailed e) {
            throw changed(e);
        }
        if (run.isJson()) {
            run.json(
                    Run.fields(
                            "source", run.arg(0),
                            "target", run.arg(1),
                            "moved", all.size(),
                            "atomic", isOneStep));
        }
        return ExitCode.OK;
    }

    private static boolean fits(List<Copied> all) {
        long bytes = 0;
        for (Copied each : all) {
            bytes += 2L * each.node().path().length() + each.target().length() + 100;
            bytes += each.node().bytes().length;
        }
        return bytes <= ATOMIC_BYTES_MAX && 2 * all.size() <= ATOMIC_OPS_MAX;
    }

    private static Multi both(List<Copied> all) {
        var multi = new Multi();
        for (Copied each : all) {
            multi.create(each.target(), each.node().data(), CreateMode.PERSISTENT, each.acl());
        }
        addDeletions(multi, all);
        return multi;
    }

    private static void deleteSources(Banyan client, List<Copied> all) {
        for (int end = all.size(); end > 0; end -= ATOMIC_OPS_MAX) {
            var multi = new Multi();
            addDeletions(multi, all.subList(Math.max(0, end - ATOMIC_OPS_MAX), end));
            client.multi(multi);
        }
    }

    /// Each only in the version that was copied; a child made meanwhile keeps its parent.
    private static void addDeletions(Multi multi, List<Copied> all) {
        for (int i = all.size() - 1; i >= 0; i--) {
            multi.delete(all.get(i).node().path(), all.get(i).node().version());
        }
    }

    private static Trouble changed(BanyanException.MultiFailed e) {
        boolean isChanged =
                e.code() == ErrorCode.BAD_VERSION
                        || e.code() == ErrorCode.NOT_EMPTY
                        || (e.code() == ErrorCode.NO_NODE && e.index() > 0);
        return Trouble.refused(
                isChanged
                        ? e.path() + " was changed meanwhile; nothing was deleted"
                        : String.valueOf(e.getMessage()));
    }
}
