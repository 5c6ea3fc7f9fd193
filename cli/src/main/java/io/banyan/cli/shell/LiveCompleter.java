package io.banyan.cli.shell;

import io.banyan.cli.command.Command;
import io.banyan.cli.command.Connection;
import io.banyan.cli.command.ZnodePath;
import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;
import org.jspecify.annotations.Nullable;

/// Completes commands, their options, and paths as the tree has them now.
final class LiveCompleter implements Completer {
    /// A person waits no longer for a hint.
    private static final Duration PATIENCE = Duration.ofMillis(800);

    private final Map<String, Command> commands;
    private final Set<String> own;
    private final Connection connection;

    LiveCompleter(Map<String, Command> commands, Set<String> own, Connection connection) {
        this.commands = commands;
        this.own = own;
        this.connection = connection;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        if (line.wordIndex() == 0) {
            own.forEach(name -> candidates.add(new Candidate(name)));
            commands.forEach((name, command) ->
                    candidates.add(
                            new Candidate(name, name, null, command.summary(), null, null, true)));
            return;
        }
        String word = line.word();
        if (word.startsWith("/")) {
            addPaths(word, candidates);
        } else if (word.startsWith("-")) {
            Command command = commands.get(line.words().getFirst());
            if (command != null) {
                command.options()
                        .forEach(option ->
                                candidates.add(
                                        new Candidate(
                                                option.name(),
                                                option.name(),
                                                null,
                                                option.help(),
                                                null,
                                                null,
                                                true)));
            }
        }
    }

    private void addPaths(String word, List<Candidate> candidates) {
        @Nullable Banyan client = connection.ifConnected();
        if (client == null) {
            return;
        }
        String parent = word.equals("/") ? "/" : word.substring(0, word.lastIndexOf('/'));
        try {
            String path = parent.isEmpty() ? "/" : parent;
            for (String name : client.withTimeout(PATIENCE).children(path).names()) {
                // Not complete: what is below it may follow.
                candidates.add(
                        new Candidate(
                                ZnodePath.child(path, name), name, null, null, null, null, false));
            }
        } catch (BanyanException | IllegalArgumentException e) {
            // No such path, not permitted, too slow: then there is nothing to offer.
            return;
        }
    }
}
