package io.banyan.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The shell in a real terminal, as tmux makes one; left out where there is no tmux.
@Timeout(60)
class TerminalTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir Path folder;

    private Tree tree;

    @BeforeEach
    void openTerminal() throws Exception {
        assumeTrue(hasTmux(), "there is no tmux");
        tree = new Tree();
        tree.client().create("/apple", "1".getBytes(UTF_8));
        tree.client().create("/apple/core", null);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        tmux(
                "new-session",
                "-d",
                "-x",
                "110",
                "-y",
                "40",
                String.join(
                        " ",
                        "read begin; exec",
                        java,
                        "-XX:TieredStopAtLevel=1",
                        "-Dbanyan.terminals=io",
                        "-Duser.home=" + folder,
                        "-cp",
                        "'" + System.getProperty("java.class.path") + "'",
                        "io.banyan.cli.Main",
                        "cli",
                        "-server",
                        tree.servers()));
        // All that the program sends, from its first byte on.
        tmux("pipe-pane", "cat > '" + folder.resolve("sent") + "'");
        type("Enter");
        await("a prompt", screen -> screen.contains("(CONNECTED) 0]"));
    }

    @AfterEach
    void closeTerminal() throws Exception {
        if (tree != null) {
            tmuxOutput("kill-server");
            tree.close();
        }
    }

    private static boolean hasTmux() throws InterruptedException {
        try {
            return new ProcessBuilder("tmux", "-V").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private void tmux(String... words) throws Exception {
        assertThat(tmuxOutput(words)).doesNotContain("error");
    }

    /// A tmux of our own, which no configuration and no other session disturbs.
    private String tmuxOutput(String... words) throws Exception {
        var all = new ArrayList<>(List.of("tmux", "-f", "/dev/null", "-S"));
        all.add(folder.resolve("tmux").toString());
        all.addAll(List.of(words));
        Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();
        return output;
    }

    private void type(String... keys) throws Exception {
        var words = new ArrayList<>(List.of("send-keys"));
        words.addAll(List.of(keys));
        tmux(words.toArray(String[]::new));
    }

    private String await(String what, Predicate<String> wanted) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        String screen = "";
        while (System.nanoTime() - end < 0) {
            screen = tmuxOutput("capture-pane", "-p");
            if (wanted.test(screen)) {
                return screen;
            }
        }
        throw new AssertionError("no " + what + " on the screen:\n" + screen);
    }

    @Test
    void linesAreCompletedWithCommandsAndLivePaths() throws Exception {
        type("getA", "Tab");
        await("both commands", screen -> screen.contains("getAllChildrenNumber"));
        type("C-u", "ls /ap", "Tab");
        await("the path", screen -> screen.contains("/apple"));
        type("/", "Tab", "Enter");
        await("the children of the completed path", screen -> screen.contains("\n[]\n"));
    }

    /// A late answer would be taken for the beginning of the first line.
    @Test
    void nothingIsAskedOfTheTerminal() throws Exception {
        Path sent = folder.resolve("sent");
        type("version", "Enter");
        await("its answer", screen -> screen.contains("CLI version"));
        await("all of it in the file", screen -> read(sent).contains("CLI version"));

        assertThat(read(sent)).doesNotContainPattern("\u001b\\[[?>=]?[0-9;]*(n|c|u|\\$p)");
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file, ISO_8859_1) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void eventsStandAboveTheLineThatIsTyped() throws Exception {
        type("addWatch /apple", "Enter");
        await("the next prompt", screen -> screen.contains("(CONNECTED) 1]"));
        type("get /app");

        tree.client().set("/apple", "2".getBytes(UTF_8));

        String screen =
                await(
                        "an event and the line below it",
                        each ->
                                each.contains("NodeDataChanged path:/apple")
                                        && each.contains("get /app"));
        assertThat(screen.indexOf("NodeDataChanged")).isLessThan(screen.lastIndexOf("get /app"));
    }

    @Test
    void controlCEndsACommandAndNotTheShell() throws Exception {
        type("watch /apple", "Enter");
        await(
                "an event",
                screen -> {
                    tree.client().set("/apple", "3".getBytes(UTF_8));
                    return screen.contains("DATA_CHANGED /apple");
                });
        type("C-c");
        await("the next prompt", screen -> screen.contains("(CONNECTED) 1]"));

        type("quit", "Enter");

        await(
                "end of the terminal",
                screen ->
                        screen.contains("no server running")
                                || screen.contains("error connecting"));
    }
}
