package io.banyan.cli.znode;

import io.banyan.cli.command.Command;
import io.banyan.cli.command.Run;
import io.banyan.cli.command.Trouble;
import io.banyan.client.WatchKind;
import io.banyan.client.WatchMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Watches, and `sync`.
final class Watching {
    private Watching() {}

    static List<Command> all() {
        return List.of(
                Command.named(
                                "addWatch",
                                "[-m mode] path # optional mode is one of [PERSISTENT,"
                                        + " PERSISTENT_RECURSIVE] - default is"
                                        + " PERSISTENT_RECURSIVE")
                        .about("Tells of every change from now on; see watch for a stream.")
                        .option("-m", "--mode", "MODE", "PERSISTENT or PERSISTENT_RECURSIVE")
                        .runs(Watching::addWatch),
                Command.named("removewatches", "path [-c|-d|-a] [-l]")
                        .about("Takes watches of this shell away.")
                        .flag("-c", "--children", "those of ls -w")
                        .flag("-d", "--data", "those of get -w and stat -w")
                        .flag("-p", "--persistent", "those of addWatch -m PERSISTENT")
                        .flag("-r", "--recursive", "those of addWatch")
                        .flag("-a", "--any", "all of them, as without an option")
                        .flag("-l", "--local", "taken for zkCli's sake: always so")
                        .runs(Watching::removeWatches),
                Command.named("sync", "path")
                        .about("Waits until the server knows all that was written before.")
                        .runs(Watching::sync));
    }

    private static int addWatch(Run run) {
        run.requireArgs(1, 1);
        WatchMode mode = mode(run);
        String path = run.path(0);
        run.client().addWatch(path, mode, run.watcher());
        if (run.isJson()) {
            run.json(Run.fields("path", path, "mode", mode.name()));
        }
        return 0;
    }

    private static WatchMode mode(Run run) {
        @Nullable String mode = run.value("-m");
        return switch (mode == null ? "PERSISTENT_RECURSIVE" : mode) {
            case "PERSISTENT" -> WatchMode.PERSISTENT;
            case "PERSISTENT_RECURSIVE" -> WatchMode.RECURSIVE;
            default -> throw Trouble.usage(run.command().usage());
        };
    }

    private static int removeWatches(Run run) {
        run.requireArgs(1, 1);
        String path = run.path(0);
        WatchKind kind =
                run.has("-c")
                        ? WatchKind.CHILDREN
                        : run.has("-d")
                                ? WatchKind.DATA
                                : run.has("-p")
                                        ? WatchKind.PERSISTENT
                                        : run.has("-r") ? WatchKind.RECURSIVE : WatchKind.ANY;
        run.client().removeWatches(path, kind);
        if (run.isJson()) {
            run.json(Run.fields("path", path, "removed", kind.name()));
        }
        return 0;
    }

    private static int sync(Run run) {
        run.requireArgs(1, 1);
        String path = run.path(0);
        run.client().sync(path);
        if (run.isJson()) {
            run.json(Run.fields("path", path, "synced", true));
        } else {
            run.line("Sync is OK");
        }
        return 0;
    }
}
