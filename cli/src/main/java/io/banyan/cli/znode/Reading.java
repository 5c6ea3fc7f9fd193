package io.banyan.cli.znode;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.cli.command.Command;
import io.banyan.cli.command.Run;
import io.banyan.cli.command.Trouble;
import io.banyan.cli.command.ZnodePath;
import io.banyan.client.AccessList;
import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.Children;
import io.banyan.client.Node;
import io.banyan.wire.Stat;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// Commands that only read.
final class Reading {
    private static final String WITH_STAT = "with the znode's stat";
    private static final String WITH_WATCH = "and tell of the next change";

    private Reading() {}

    static List<Command> all() {
        return List.of(
                Command.named("ls", "[-s] [-w] [-R] path")
                        .about("Lists the children of a znode, sorted.")
                        .flag("-s", "--stat", WITH_STAT)
                        .flag("-w", "--watch", WITH_WATCH)
                        .flag("-R", "--recursive", "everything below it, one path a line")
                        .runs(Reading::ls),
                Command.named("get", "[-s] [-w] [-b] [-x] path")
                        .about("Prints the data of a znode as UTF-8.")
                        .flag("-s", "--stat", WITH_STAT)
                        .flag("-w", "--watch", WITH_WATCH)
                        .flag("-b", "--base64", "the data in base64")
                        .flag("-x", "--hex", "the data as a table of bytes")
                        .runs(Reading::get),
                Command.named("stat", "[-w] path")
                        .about("Prints the stat of a znode.")
                        .flag("-w", "--watch", WITH_WATCH)
                        .runs(Reading::stat),
                Command.named("getAcl", "[-s] path")
                        .about("Prints who may do what with a znode.")
                        .flag("-s", "--stat", WITH_STAT)
                        .runs(Reading::getAcl),
                Command.named("getEphemerals", "path")
                        .about("Lists this session's ephemerals whose path begins so.")
                        .runs(Reading::getEphemerals),
                Command.named("getAllChildrenNumber", "path")
                        .about("Counts the znodes below one, at any depth.")
                        .runs(Reading::getAllChildrenNumber));
    }

    /// zkCli still takes a watch as a further word; it says so and obeys, and so do we.
    private static boolean wantsWatch(Run run, String old, String now) {
        run.requireArgs(1, 1);
        if (run.args().size() > 1) {
            run.error("'" + old + "' has been deprecated. Please use '" + now + "' instead.");
            return true;
        }
        return run.has("-w");
    }

    private static int ls(Run run) {
        boolean watch = wantsWatch(run, "ls path [watch]", "ls [-w] path");
        String path = run.path(0);
        Banyan client = run.client();
        if (run.has("-R")) {
            return listAll(run, client, path);
        }
        Children children = watch ? client.children(path, run.watcher()) : client.children(path);
        if (run.isJson()) {
            var fields = Run.fields("path", path, "children", children.names());
            if (run.has("-s")) {
                fields.put("stat", StatText.json(children.stat()));
            }
            run.json(fields);
            return 0;
        }
        run.line("[" + String.join(", ", children.names()) + "]");
        if (run.has("-s")) {
            StatText.print(run, children.stat());
        }
        return 0;
    }

    /// In zkCli's order: a znode's children one after another, then what is below each of them.
    private static int listAll(Run run, Banyan client, String path) {
        var paths = new ArrayList<String>();
        paths.add(path);
        collect(client, path, client.children(path).names(), paths);
        if (run.isJson()) {
            run.json(Run.fields("path", path, "paths", paths));
        } else {
            paths.forEach(run::line);
        }
        return 0;
    }

    private static void collect(
            Banyan client, String path, List<String> names, List<String> paths) {
        List<String> children =
                names.stream().map(name -> ZnodePath.child(path, name)).sorted().toList();
        paths.addAll(children);
        for (String child : children) {
            try {
                collect(client, child, client.children(child).names(), paths);
            } catch (BanyanException.NoNode e) {
                // It went while we were on our way: then it has no children to list.
            }
        }
    }

    private static int get(Run run) {
        boolean watch = wantsWatch(run, "get path [watch]", "get [-s] [-w] path");
        String path = run.path(0);
        Banyan client = run.client();
        Node node = watch ? client.get(path, run.watcher()) : client.get(path);
        if (run.isJson()) {
            var fields = Run.fields("path", path);
            if (run.has("-b") && node.data() != null) {
                fields.put("base64", base64(node.bytes()));
            } else {
                DataText.addTo(fields, node.data());
            }
            if (run.has("-s")) {
                fields.put("stat", StatText.json(node.stat()));
            }
            run.json(fields);
            return 0;
        }
        if (run.has("-x")) {
            run.line(DataText.hex(node.data()));
        } else if (run.has("-b")) {
            byte[] data = node.data();
            run.line(base64(data == null ? "null".getBytes(UTF_8) : data));
        } else {
            run.line(DataText.plain(node.data()));
        }
        if (run.has("-s")) {
            StatText.print(run, node.stat());
        }
        return 0;
    }

    private static String base64(byte[] data) {
        return Base64.getEncoder().encodeToString(data);
    }

    private static int stat(Run run) {
        boolean watch = wantsWatch(run, "stat path [watch]", "stat [-w] path");
        String path = run.path(0);
        Banyan client = run.client();
        Stat stat =
                (watch ? client.exists(path, run.watcher()) : client.exists(path))
                        .orElseThrow(() -> missing(run, path));
        if (run.isJson()) {
            run.json(Run.fields("path", path, "stat", StatText.json(stat)));
        } else {
            StatText.print(run, stat);
        }
        return 0;
    }

    static Trouble missing(Run run, String path) {
        return Trouble.refused(
                (run.isZkCli() ? "Node does not exist: " : "no such znode: ") + path);
    }

    private static int getAcl(Run run) {
        run.requireArgs(1, 1);
        String path = run.path(0);
        AccessList list = run.client().getAcl(path);
        if (run.isJson()) {
            var fields = Run.fields("path", path, "acl", AclText.json(list.acl()));
            if (run.has("-s")) {
                fields.put("stat", StatText.json(list.stat()));
            }
            run.json(fields);
            return 0;
        }
        AclText.lines(list.acl()).forEach(run::line);
        if (run.has("-s")) {
            StatText.print(run, list.stat());
        }
        return 0;
    }

    private static int getEphemerals(Run run) {
        run.requireArgs(0, 1);
        String prefix = run.args().isEmpty() ? "/" : run.path(0);
        List<String> paths = run.client().ephemerals(prefix);
        if (run.isJson()) {
            run.json(Run.fields("path", prefix, "ephemerals", paths));
        } else {
            run.line("[" + String.join(", ", paths) + "]");
        }
        return 0;
    }

    private static int getAllChildrenNumber(Run run) {
        run.requireArgs(1, 1);
        String path = run.path(0);
        int count = run.client().countDescendants(path);
        if (run.isJson()) {
            run.json(Run.fields("path", path, "descendants", count));
        } else {
            run.line(String.valueOf(count));
        }
        return 0;
    }
}
