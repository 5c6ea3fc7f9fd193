package io.banyan.cli.command;

import io.banyan.cli.command.Run.Manner;
import java.util.List;

/// Runs commands and says what became of them. Nothing that a command throws leaves it.
public final class Runner {
    private final Screen screen;

    public Runner(Screen screen) {
        this.screen = screen;
    }

    /// @param isAlone the command is all that the process does: then it waits for its watches
    /// @return the exit code
    public int run(
            Command command, Words words, Manner manner, Connection connection, boolean isAlone) {
        var run =
                new Run(
                        command,
                        words.options(),
                        words.args(),
                        manner,
                        screen,
                        connection,
                        isAlone);
        try {
            int exit = command.body().run(run);
            if (isAlone && exit == ExitCode.OK && manner != Manner.ZKCLI) {
                run.awaitWatch();
            }
            return exit;
        } catch (Exception e) {
            return failed(command, words.args(), manner, e);
        } finally {
            screen.flush();
        }
    }

    /// Says why the words or the command failed.
    ///
    /// @return the exit code
    public int failed(Command command, List<String> args, Manner manner, Throwable thrown) {
        Throwable failure = Failures.unwrapped(thrown);
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        int exit = Failures.exitCode(failure);
        switch (manner) {
            case ZKCLI -> {
                String path =
                        args.stream().filter(each -> each.startsWith("/")).findFirst().orElse(null);
                String text = Failures.zkCliText(failure, path);
                if (text.equals(Connection.NOT_CONNECTED)) {
                    screen.line(text);
                } else {
                    screen.error(text);
                }
            }
            case PLAIN -> screen.error("banyan: " + said(command, failure, exit));
            case JSON -> screen.error(Json.compact(Failures.json(failure)));
        }
        return exit;
    }

    private static String said(Command command, Throwable failure, int exit) {
        String text = Failures.text(failure);
        return exit == ExitCode.USAGE && text.equals(command.usage())
                ? "usage: banyan " + text
                : command.name() + ": " + text;
    }
}
