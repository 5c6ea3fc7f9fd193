package io.banyan.cli.shell;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.cli.command.Command;
import io.banyan.cli.command.Connection;
import io.banyan.cli.command.ExitCode;
import io.banyan.cli.command.Option;
import io.banyan.cli.command.Run.Manner;
import io.banyan.cli.command.Runner;
import io.banyan.cli.command.Screen;
import io.banyan.cli.command.Target;
import io.banyan.cli.command.Trouble;
import io.banyan.cli.command.Words;
import io.banyan.client.SessionEvent;
import io.banyan.client.SessionState;
import io.banyan.client.WatchEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Runs lines as zkCli does: its commands and ours, in its manner. Confined to one thread, but for
/// events.
public final class Shell implements AutoCloseable {
    /// How long the first prompt waits for a connection, which most often is there sooner.
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /// As many as zkCli lists.
    private static final int HISTORY_LINES = 11;

    private static final Pattern WORD = Pattern.compile("\\s*([^\"']\\S*|\"[^\"]*\"|'[^']*')\\s*");

    private static final Option JSON =
            new Option(List.of("--json"), null, "the answer as JSON", false);

    /// What makes sense only here; with zkCli's synopsis.
    private static final Map<String, String> OWN =
            Map.of(
                    "close", "",
                    "connect", "host:port",
                    "history", "",
                    "printwatches", "on|off",
                    "quit", "",
                    "redo", "cmdno");

    private final Map<String, Command> commands;
    private final Screen screen;
    private final Runner runner;
    private final Connection connection;
    private final List<String> history = new ArrayList<>();
    private volatile Consumer<String> events;
    private volatile boolean isPrintingWatches = true;
    private boolean isOver;
    private int exitCode;

    /// @param commands by name, beside the shell's own
    public Shell(Map<String, Command> commands, Screen screen, Target target) {
        this.commands = commands;
        this.screen = screen;
        this.runner = new Runner(screen);
        this.connection = new Connection(target, this::onSession, this::onWatch);
        this.events =
                text -> {
                    screen.line(text);
                    screen.flush();
                };
    }

    /// One command and no more.
    ///
    /// @return 0, 1 or 127, as zkCli
    public int runOne(List<String> words) {
        run(words);
        return exitCode;
    }

    /// Lines from a pipe or a file.
    ///
    /// @return the code of the last one
    public int runLines(InputStream in) throws IOException {
        screen.line("Welcome to ZooKeeper!");
        screen.line("JLine support is disabled");
        screen.flush();
        connection.open();
        var lines = new BufferedReader(new InputStreamReader(in, UTF_8));
        for (String line = lines.readLine(); line != null && !isOver; line = lines.readLine()) {
            runLine(line);
        }
        return exitCode;
    }

    /// Lines that a person types.
    ///
    /// @return the code of the last one
    public int runTerminal() throws IOException {
        screen.line("Welcome to ZooKeeper!");
        screen.line("JLine support is enabled");
        screen.flush();
        connection.open(PATIENCE);
        try (var typed = TypedLines.open(commands, OWN.keySet(), connection, screen.hasColours())) {
            events = typed::print;
            while (!isOver) {
                String line = typed.next(prompt());
                if (line == null) {
                    break;
                }
                runLine(line);
                screen.flush();
            }
            events = screen::line;
        }
        return exitCode;
    }

    private String prompt() {
        return "[zk: "
                + connection.target().servers()
                + "("
                + stateName(connection.state())
                + ") "
                + history.size()
                + "] ";
    }

    private static String stateName(SessionState state) {
        return switch (state) {
            case CONNECTING, DISCONNECTED, LAPSED, EXPIRED -> "CONNECTING";
            case CONNECTED -> "CONNECTED";
            case READ_ONLY -> "CONNECTEDREADONLY";
            case AUTH_FAILED -> "AUTH_FAILED";
            case CLOSED -> "CLOSED";
        };
    }

    void runLine(String line) {
        if (line.isBlank()) {
            return;
        }
        history.add(line);
        run(words(line));
    }

    /// A quote counts where a word begins.
    static List<String> words(String line) {
        var words = new ArrayList<String>();
        Matcher matcher = WORD.matcher(line);
        while (matcher.find()) {
            String word = matcher.group(1);
            boolean isQuoted =
                    word.length() > 1 && (word.charAt(0) == '"' || word.charAt(0) == '\'');
            words.add(isQuoted ? word.substring(1, word.length() - 1) : word);
        }
        return words;
    }

    private void run(List<String> words) {
        if (words.isEmpty()) {
            return;
        }
        String name = words.getFirst();
        List<String> rest = words.subList(1, words.size());
        Command command = commands.get(name);
        if (OWN.containsKey(name)) {
            exitCode = runOwn(name, rest);
        } else if (command != null) {
            exitCode = zkCliCode(runCommand(command, rest));
        } else {
            printUsage();
            screen.error("Command not found: Command not found " + name);
            exitCode = ExitCode.UNKNOWN_COMMAND;
        }
    }

    private static int zkCliCode(int code) {
        return code == ExitCode.OK || code == ExitCode.UNKNOWN_COMMAND ? code : ExitCode.REFUSED;
    }

    private int runCommand(Command command, List<String> rest) {
        try {
            Words words = Words.parse(command, List.of(JSON), rest);
            Manner manner = words.has(JSON.name()) ? Manner.JSON : Manner.ZKCLI;
            return runner.run(command, words, manner, connection, false);
        } catch (Trouble e) {
            return runner.failed(command, rest, Manner.ZKCLI, e);
        }
    }

    private void printUsage() {
        var lines = new TreeMap<String, String>(OWN);
        commands.forEach((name, command) -> lines.put(name, command.synopsis()));
        screen.error("ZooKeeper -server host:port -client-configuration properties-file cmd args");
        lines.forEach((name, synopsis) -> screen.error("\t" + name + " " + synopsis));
    }

    // ---- the shell's own commands

    private int runOwn(String name, List<String> args) {
        switch (name) {
            case "quit" -> quit();
            case "close" -> connection.disconnect();
            case "connect" ->
                    connection.reconnect(
                            args.isEmpty() ? connection.target().servers() : args.getFirst());
            case "history" -> printHistory();
            case "printwatches" -> printWatches(args);
            default -> {
                return redo(args);
            }
        }
        return exitCodeAfter(name);
    }

    /// `quit` leaves with the code of the command before it.
    private int exitCodeAfter(String name) {
        return name.equals("quit") ? exitCode : ExitCode.OK;
    }

    private void quit() {
        connection.disconnect();
        isOver = true;
    }

    private void printHistory() {
        for (int i = Math.max(0, history.size() - HISTORY_LINES); i < history.size(); i++) {
            screen.line(i + " - " + history.get(i));
        }
    }

    private void printWatches(List<String> args) {
        if (args.isEmpty()) {
            screen.line("printwatches is " + (isPrintingWatches ? "on" : "off"));
        } else {
            isPrintingWatches = args.getFirst().equals("on");
        }
    }

    private int redo(List<String> args) {
        int index = args.isEmpty() ? -1 : index(args.getFirst());
        if (args.isEmpty()) {
            screen.error("redo " + OWN.get("redo"));
            return ExitCode.REFUSED;
        }
        // The last line is this very one.
        if (index < 0 || index >= history.size() - 1) {
            screen.error("Command index out of range");
            return ExitCode.REFUSED;
        }
        String line = history.get(index);
        List<String> words = words(line);
        if (!words.isEmpty() && words.getFirst().equals("redo")) {
            screen.error("No redoing redos");
            return ExitCode.REFUSED;
        }
        history.set(history.size() - 1, line);
        run(words);
        return exitCode;
    }

    private static int index(String word) {
        try {
            return Integer.parseInt(word);
        } catch (NumberFormatException e) {
            // No number is as good as one that is out of range: zkCli would end here.
            return -1;
        }
    }

    // ---- events, on the client's event thread

    private void onSession(SessionEvent event) {
        String name = sessionEventName(event.state());
        if (name != null) {
            printEvent(name, "None", "null", -1);
        }
    }

    private static @Nullable String sessionEventName(SessionState state) {
        return switch (state) {
            case CONNECTED -> "SyncConnected";
            case READ_ONLY -> "ConnectedReadOnly";
            case DISCONNECTED -> "Disconnected";
            case EXPIRED -> "Expired";
            case AUTH_FAILED -> "AuthFailed";
            case CLOSED -> "Closed";
            case CONNECTING, LAPSED -> null;
        };
    }

    private void onWatch(WatchEvent event) {
        String type =
                switch (event.type()) {
                    case CREATED -> "NodeCreated";
                    case DELETED -> "NodeDeleted";
                    case DATA_CHANGED -> "NodeDataChanged";
                    case CHILDREN_CHANGED -> "NodeChildrenChanged";
                    // Which kind it was is not told; lasting ones are what people take away.
                    case REMOVED -> "PersistentWatchRemoved";
                    case LOST, RESYNC -> null;
                };
        if (type != null) {
            printEvent("SyncConnected", type, event.path(), event.zxid());
        }
    }

    private void printEvent(String state, String type, String path, long zxid) {
        if (isPrintingWatches) {
            events.accept(
                    "\nWATCHER::\n\nWatchedEvent state:"
                            + state
                            + " type:"
                            + type
                            + " path:"
                            + path
                            + " zxid: "
                            + zxid);
        }
    }

    /// Ends the session, quietly: nobody asked to quit.
    @Override
    public void close() {
        isPrintingWatches = false;
        connection.close();
    }
}
