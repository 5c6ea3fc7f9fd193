package io.banyan.cli.subtree;

import io.banyan.cli.command.ExitCode;
import io.banyan.cli.command.Json;
import io.banyan.cli.command.Run;
import io.banyan.cli.command.Screen.Style;
import io.banyan.cli.command.TimeText;
import io.banyan.cli.command.Trouble;
import io.banyan.cli.command.ZnodePath;
import io.banyan.cli.znode.DataText;
import io.banyan.cli.znode.EventText;
import io.banyan.cli.znode.StatText;
import io.banyan.client.Banyan;
import io.banyan.client.Node;
import io.banyan.client.Registration;
import io.banyan.client.WatchEvent;
import io.banyan.client.WatchMode;
import io.banyan.wire.Zxid;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// `tree`, `find` and `watch`.
final class Looking {
    private static final int DATA_CHARS_MAX = 60;

    private Looking() {}

    private static String rootOf(Run run) {
        run.requireArgs(0, 1);
        return run.args().isEmpty() ? "/" : run.path(0);
    }

    // ---- tree

    static int tree(Run run) throws Exception {
        String root = rootOf(run);
        int depthMax = run.intValue("--depth", Integer.MAX_VALUE, "depth");
        if (run.isJson()) {
            var list = new ArrayList<>();
            Walk.deep(
                    run.client(),
                    root,
                    (node, depth, isLast) -> {
                        list.add(json(node));
                        return depth < depthMax;
                    });
            run.json(list);
            return ExitCode.OK;
        }
        var bars = new ArrayList<String>();
        Walk.deep(
                run.client(),
                root,
                (node, depth, isLast) -> {
                    draw(run, bars, node, depth, isLast);
                    return depth < depthMax;
                });
        return ExitCode.OK;
    }

    private static Object json(Node node) {
        var fields = Run.fields("path", node.path());
        DataText.addTo(fields, node.data());
        fields.put("stat", StatText.json(node.stat()));
        return fields;
    }

    /// @param bars what stands before the children of each level above
    private static void draw(Run run, List<String> bars, Node node, int depth, boolean isLast) {
        while (bars.size() > Math.max(0, depth - 1)) {
            bars.removeLast();
        }
        var line = new StringBuilder();
        bars.forEach(line::append);
        if (depth > 0) {
            line.append(isLast ? "└── " : "├── ");
            bars.add(isLast ? "    " : "│   ");
        }
        String name = depth == 0 ? node.path() : ZnodePath.name(node.path());
        boolean isEphemeral = node.stat().ephemeralOwner() != 0;
        line.append(run.screen().styled(isEphemeral ? Style.WARN : Style.NAME, name));
        if (isEphemeral) {
            line.append(run.screen().styled(Style.FAINT, " (ephemeral)"));
        }
        if (run.has("-d") && node.bytes().length > 0) {
            line.append(run.screen().styled(Style.FAINT, "  " + firstLine(node)));
        }
        run.line(line.toString());
    }

    private static String firstLine(Node node) {
        String text = DataText.strict(node.bytes());
        if (text == null) {
            return node.bytes().length + " bytes";
        }
        String line = text.lines().findFirst().orElse("");
        return line.length() > DATA_CHARS_MAX || !line.equals(text)
                ? line.substring(0, Math.min(line.length(), DATA_CHARS_MAX)) + " ..."
                : line;
    }

    // ---- find

    static int find(Run run) throws Exception {
        String root = rootOf(run);
        Predicate<Node> wanted = wanted(run, System.currentTimeMillis());
        Walk.deep(
                run.client(),
                root,
                (node, depth, isLast) -> {
                    if (wanted.test(node)) {
                        run.line(
                                run.isJson()
                                        ? Json.compact(
                                                Run.fields(
                                                        "path",
                                                        node.path(),
                                                        "stat",
                                                        StatText.json(node.stat())))
                                        : node.path());
                    }
                    return true;
                });
        return ExitCode.OK;
    }

    private static Predicate<Node> wanted(Run run, long nowMillis) {
        Predicate<Node> wanted = node -> true;
        String name = run.value("--name");
        if (name != null) {
            Pattern glob = glob(name);
            wanted = wanted.and(node -> glob.matcher(ZnodePath.name(node.path())).matches());
        }
        String data = run.value("--data");
        if (data != null) {
            wanted = wanted.and(node -> node.text().contains(data));
        }
        if (run.has("--ephemeral")) {
            wanted = wanted.and(node -> node.stat().ephemeralOwner() != 0);
        }
        String session = run.value("--session");
        if (session != null) {
            long id = hex(session);
            wanted = wanted.and(node -> node.stat().ephemeralOwner() == id);
        }
        if (run.has("--empty")) {
            wanted =
                    wanted.and(node ->
                            node.stat().numChildren() == 0 && node.stat().dataLength() == 0);
        }
        long larger = run.longValue("--larger", -1, "number of bytes");
        String older = run.value("--older");
        String newer = run.value("--newer");
        long olderThan =
                older == null ? Long.MAX_VALUE : nowMillis - TimeText.duration(older).toMillis();
        long newerThan =
                newer == null ? Long.MIN_VALUE : nowMillis - TimeText.duration(newer).toMillis();
        return wanted.and(node -> node.stat().dataLength() > larger)
                .and(node -> node.stat().mtime() < olderThan && node.stat().mtime() > newerThan);
    }

    private static Pattern glob(String glob) {
        var regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            switch (c) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                default -> regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }

    private static long hex(String text) {
        try {
            return Long.parseUnsignedLong(text.startsWith("0x") ? text.substring(2) : text, 16);
        } catch (NumberFormatException e) {
            throw Trouble.usage("--session: \"" + text + "\" is no session in hex");
        }
    }

    // ---- watch

    static int watch(Run run) throws InterruptedException {
        run.requireArgs(1, 1);
        String path = run.path(0);
        int count = run.intValue("--count", Integer.MAX_VALUE, "number");
        WatchMode mode = run.has("--one") ? WatchMode.PERSISTENT : WatchMode.RECURSIVE;
        Banyan client = run.client();
        var events = new LinkedBlockingQueue<WatchEvent>();
        Registration watching = client.addWatch(path, mode, events::add);
        try {
            for (int i = 0; i < count; i++) {
                WatchEvent event = events.take();
                tell(run, client, event);
                if (event.type() == WatchEvent.Type.LOST) {
                    throw Trouble.unreachable("the session is lost, and the watch with it");
                }
            }
        } catch (InterruptedException e) {
            if (run.isZkCli()) {
                // Ctrl-C in the shell is how one leaves it.
                return ExitCode.OK;
            }
            throw e;
        } finally {
            watching.close();
        }
        return ExitCode.OK;
    }

    private static void tell(Run run, Banyan client, WatchEvent event) {
        boolean wantsData =
                run.has("--data")
                        && (event.type() == WatchEvent.Type.CREATED
                                || event.type() == WatchEvent.Type.DATA_CHANGED);
        Optional<Node> node = wantsData ? client.find(event.path()) : Optional.empty();
        if (run.isJson()) {
            var fields =
                    Run.fields(
                            "event",
                            event.type().name(),
                            "path",
                            event.path(),
                            "zxid",
                            event.zxid() < 0 ? null : Zxid.hex(event.zxid()));
            node.ifPresent(there -> {
                DataText.addTo(fields, there.data());
                fields.put("version", there.version());
            });
            run.line(Json.compact(fields));
        } else {
            run.line(
                    EventText.of(event, false)
                            + node.map(there -> " " + firstLine(there)).orElse(""));
        }
        run.screen().flush();
    }
}
