package io.banyan.cli.shell;

import io.banyan.cli.command.Command;
import io.banyan.cli.command.Connection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/// Lines from a terminal: edited, completed, coloured, remembered.
final class TypedLines implements AutoCloseable {
    private static final int HISTORY_LINES_MAX = 1000;

    private final Terminal terminal;
    private final LineReader reader;

    private TypedLines(Terminal terminal, LineReader reader) {
        this.terminal = terminal;
        this.reader = reader;
    }

    /// @param own names of the shell's own commands
    static TypedLines open(
            Map<String, Command> commands,
            Set<String> own,
            Connection connection,
            boolean hasColours)
            throws IOException {
        // By stty, not by native calls: these would have to be allowed for the whole JVM, and then
        // Netty makes use of that too, which delays every start.
        Terminal terminal =
                TerminalBuilder.builder()
                        .name("banyan")
                        .system(true)
                        .provider("exec")
                        .env(TypedLines::environment)
                        .graphemeCluster(false)
                        .build();
        var parser = new DefaultParser();
        // A backslash is a character of data, as for zkCli.
        parser.setEscapeChars(null);
        LineReaderBuilder builder =
                LineReaderBuilder.builder()
                        .terminal(terminal)
                        .appName("banyan")
                        .parser(parser)
                        .completer(new LiveCompleter(commands, own, connection))
                        .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                        .variable(LineReader.HISTORY_SIZE, HISTORY_LINES_MAX)
                        // Secrets are not for files.
                        .variable(LineReader.HISTORY_IGNORE, "addauth *")
                        .variable(LineReader.HISTORY_FILE, historyFile());
        if (hasColours) {
            builder.highlighter(new CommandHighlighter(commands.keySet(), own));
        }
        // Ctrl-C ends a command that runs, not the shell.
        Thread shell = Thread.currentThread();
        terminal.handle(Terminal.Signal.INT, signal -> shell.interrupt());
        return new TypedLines(terminal, builder.build());
    }

    /// JLine asks terminals what they can do, but for this one, which cannot say, and without
    /// clusters of graphemes. On a slow line the answer comes when the first line is read, and was
    /// taken for its beginning (`[?1;2c`, `[8;1R`).
    private static @Nullable String environment(String name) {
        return name.equals("TERM_PROGRAM") ? "Apple_Terminal" : System.getenv(name);
    }

    private static Path historyFile() {
        return Path.of(System.getProperty("user.home"), ".banyan_history");
    }

    /// @return null when the person is done
    @Nullable String next(String prompt) {
        // Left by a Ctrl-C that came as its command was ending.
        Thread.interrupted();
        try {
            return reader.readLine(prompt);
        } catch (UserInterruptException e) {
            return "";
        } catch (EndOfFileException e) {
            return null;
        }
    }

    /// Prints above the line that is being typed. From any thread.
    void print(String text) {
        if (reader.isReading()) {
            reader.printAbove(text);
        } else {
            terminal.writer().println(text);
            terminal.flush();
        }
    }

    @Override
    public void close() throws IOException {
        terminal.close();
    }
}
