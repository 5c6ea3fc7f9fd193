package io.banyan.cli.command;

import io.banyan.client.Banyan;
import io.banyan.client.WatchEvent;
import io.banyan.client.Watcher;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/// One run of a command: its words, and what it works with. Confined to one thread.
public final class Run {
    /// Whose wording.
    public enum Manner {
        /// zkCli's, to the letter.
        ZKCLI,
        /// Ours, for people and scripts.
        PLAIN,
        /// For programs.
        JSON
    }

    private final Command command;
    private final Map<String, List<String>> options;
    private final List<String> args;
    private final Manner manner;
    private final Screen screen;
    private final Connection connection;
    private final CompletableFuture<WatchEvent> watched = new CompletableFuture<>();
    private final boolean isAlone;
    private boolean isWatching;

    /// @param isAlone the command is all that the process does
    Run(
            Command command,
            Map<String, List<String>> options,
            List<String> args,
            Manner manner,
            Screen screen,
            Connection connection,
            boolean isAlone) {
        this.isAlone = isAlone;
        this.command = command;
        this.options = Map.copyOf(options);
        this.args = List.copyOf(args);
        this.manner = manner;
        this.screen = screen;
        this.connection = connection;
    }

    // ---- the words

    public boolean has(String option) {
        return options.containsKey(option);
    }

    /// The argument of an option, null if it was not given.
    public @Nullable String value(String option) {
        List<String> values = options.get(option);
        return values == null || values.isEmpty() ? null : values.getLast();
    }

    public List<String> args() {
        return args;
    }

    /// @throws Trouble with the command's usage if there are fewer words
    public String arg(int index) {
        if (index >= args.size()) {
            throw Trouble.usage(command.usage());
        }
        return args.get(index);
    }

    /// An argument that must be a legal path.
    public String path(int index) {
        return ZnodePath.require(arg(index));
    }

    /// Fewer words than it needs, or more than it takes, are wrong. zkCli ignores what is too many,
    /// and so does its manner here.
    public void requireArgs(int min, int max) {
        if (args.size() < min || (args.size() > max && !isZkCli())) {
            throw Trouble.usage(command.usage());
        }
    }

    /// @param what for the error
    /// @throws Trouble if it is no number within the bounds
    public int intValue(String option, int otherwise, String what) {
        String text = value(option);
        if (text == null) {
            return otherwise;
        }
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw Trouble.usage(option + ": \"" + text + "\" is no " + what);
        }
    }

    public long longValue(String option, long otherwise, String what) {
        String text = value(option);
        if (text == null) {
            return otherwise;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw Trouble.usage(option + ": \"" + text + "\" is no " + what);
        }
    }

    // ---- what it works with

    public Command command() {
        return command;
    }

    public Screen screen() {
        return screen;
    }

    public Connection connection() {
        return connection;
    }

    /// Connected; see {@link Connection#client}.
    public Banyan client() {
        return connection.client();
    }

    /// For one-shot and lasting watches: tells the shell, or whoever waits at the end of the run,
    /// who reads first what the command itself says.
    public Watcher watcher() {
        if (!isAlone) {
            return connection.watcher();
        }
        isWatching = true;
        return watched::complete;
    }

    /// Waits for the event if a watch was set, and tells of it.
    void awaitWatch() throws InterruptedException {
        if (isWatching) {
            screen.flush();
            try {
                connection.watcher().onChange(watched.get());
            } catch (ExecutionException e) {
                throw new AssertionError(e);
            }
        }
    }

    // ---- what it says

    public boolean isZkCli() {
        return manner == Manner.ZKCLI;
    }

    public boolean isJson() {
        return manner == Manner.JSON;
    }

    /// One value, if it is to be JSON.
    public void json(Object value) {
        screen.line(Json.pretty(value));
    }

    /// A map that keeps its order: keys and values in turn.
    public static Map<String, @Nullable Object> fields(@Nullable Object... keysAndValues) {
        var fields = new LinkedHashMap<String, @Nullable Object>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            fields.put(String.valueOf(keysAndValues[i]), keysAndValues[i + 1]);
        }
        return fields;
    }

    public void line(String text) {
        screen.line(text);
    }

    public void error(String text) {
        screen.error(text);
    }
}
