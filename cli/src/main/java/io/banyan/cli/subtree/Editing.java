package io.banyan.cli.subtree;

import io.banyan.cli.command.ExitCode;
import io.banyan.cli.command.Run;
import io.banyan.cli.command.Trouble;
import io.banyan.cli.command.ZnodePath;
import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `edit`.
final class Editing {
    private Editing() {}

    static int run(Run run) throws IOException, InterruptedException {
        run.requireArgs(1, 1);
        String path = run.path(0);
        Banyan client = run.client();
        Optional<Node> before = client.find(path);
        if (before.isEmpty() && !run.has("--create")) {
            throw Trouble.refused("no such znode: " + path + " (--create makes it)");
        }
        byte[] old = before.map(Node::bytes).orElse(new byte[0]);
        Path file = Files.createTempFile("banyan-", "-" + suffix(path));
        Files.write(file, old);
        edit(run, file);
        byte[] edited = Files.readAllBytes(file);
        if (Arrays.equals(old, edited) && before.isPresent()) {
            Files.delete(file);
            say(run, path, before.get().version(), false);
            return ExitCode.OK;
        }
        try {
            int version = write(client, path, before.orElse(null), edited);
            Files.delete(file);
            say(run, path, version, true);
            return ExitCode.OK;
        } catch (BanyanException.BadVersion | BanyanException.NodeExists e) {
            throw Trouble.refused(
                    path
                            + " was changed meanwhile; it is as others left it, your text is in "
                            + file);
        } catch (BanyanException e) {
            throw Trouble.of(
                    e.mayHaveHappened() ? ExitCode.UNREACHABLE : ExitCode.REFUSED,
                    e.getMessage() + "; your text is in " + file);
        }
    }

    private static int write(Banyan client, String path, @Nullable Node before, byte[] edited) {
        return before == null
                ? client.create(path, edited).stat().version()
                : client.set(path, edited, before.version()).version();
    }

    /// Editors colour by the name's ending, so it stays.
    private static String suffix(String path) {
        String name = ZnodePath.name(path).replaceAll("[^A-Za-z0-9._-]", "_");
        return name.isEmpty() ? "root" : name;
    }

    private static void edit(Run run, Path file) throws IOException, InterruptedException {
        String editor = firstSet(System.getenv("VISUAL"), System.getenv("EDITOR"));
        run.screen().flush();
        // $EDITOR may have arguments: a shell takes it apart, as git does.
        Process process;
        try {
            process =
                    new ProcessBuilder("sh", "-c", editor + " \"$1\"", editor, file.toString())
                            .inheritIO()
                            .start();
        } catch (IOException e) {
            Files.delete(file);
            throw Trouble.of(ExitCode.CANNOT_RUN, "cannot start " + editor + ": " + e.getMessage());
        }
        int exit = process.waitFor();
        if (exit != 0) {
            throw Trouble.of(
                    exit == ExitCode.UNKNOWN_COMMAND ? ExitCode.CANNOT_RUN : ExitCode.REFUSED,
                    editor
                            + " ended with code "
                            + exit
                            + "; nothing was written, your text is in "
                            + file);
        }
    }

    private static String firstSet(@Nullable String... values) {
        for (String each : values) {
            if (each != null && !each.isBlank()) {
                return each;
            }
        }
        return "vi";
    }

    private static void say(Run run, String path, int version, boolean isChanged) {
        if (run.isJson()) {
            run.json(Run.fields("path", path, "changed", isChanged, "version", version));
        } else {
            run.line(
                    isChanged
                            ? path + " has version " + version + " now"
                            : path + " was not changed");
        }
    }
}
