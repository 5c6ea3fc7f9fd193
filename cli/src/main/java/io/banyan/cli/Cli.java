package io.banyan.cli;

import io.banyan.cli.command.Command;
import io.banyan.cli.command.Connection;
import io.banyan.cli.command.ExitCode;
import io.banyan.cli.command.HelpText;
import io.banyan.cli.command.Option;
import io.banyan.cli.command.Run.Manner;
import io.banyan.cli.command.Runner;
import io.banyan.cli.command.Screen;
import io.banyan.cli.command.Target;
import io.banyan.cli.command.Trouble;
import io.banyan.cli.command.Words;
import io.banyan.cli.shell.Shell;
import io.banyan.cli.znode.EventText;
import io.banyan.client.WatchEvent;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The whole command line but for the process around it.
final class Cli {
    private static final String HELP_HEAD =
            """
            Usage: banyan COMMAND [ARG ...] [--server HOSTS[/CHROOT]] [--json]
                   banyan cli [-server HOSTS[/CHROOT]] [COMMAND [ARG ...]]
                   banyan server [ZOO.CFG]

            """;

    private static final String CLI_HELP =
            """
            Usage: banyan cli [-server HOSTS[/CHROOT]] [-timeout MILLIS] [-r] [-waitforconnection]
                              [-client-configuration FILE] [COMMAND [ARG ...]]

            Takes what zkCli.sh takes and prints what it prints: a shell without COMMAND, else that
            one command. From a pipe, commands are read line by line.

            Exit codes, as zkCli's: 0 done, 1 failed, 127 no such command.
            """;

    private final Screen screen;
    private final InputStream in;
    private final boolean isTerminal;
    private final Catalog catalog = new Catalog();

    /// @param isTerminal whether a person types `in` and reads the screen
    Cli(Screen screen, InputStream in, boolean isTerminal) {
        this.screen = screen;
        this.in = in;
        this.isTerminal = isTerminal;
    }

    /// @return the exit code
    int run(List<String> args) {
        List<String> words = commandFirst(args);
        if (words.isEmpty()) {
            printHelp();
            return ExitCode.OK;
        }
        String name = words.getFirst();
        List<String> rest = words.subList(1, words.size());
        return switch (name) {
            case "cli" -> zkCli(rest);
            case "help", "--help", "-h" -> help(rest);
            case "--version" -> run(List.of("version"));
            default -> {
                Command command = catalog.find(name);
                yield command == null ? unknown(name) : runAlone(command, rest);
            }
        };
    }

    /// `banyan --server X ls /` means `banyan ls / --server X`.
    private static List<String> commandFirst(List<String> args) {
        int index = 0;
        while (index < args.size() && args.get(index).startsWith("-")) {
            String word = args.get(index);
            Option option =
                    Globals.OPTIONS.stream()
                            .filter(each -> each.names().contains(word))
                            .findFirst()
                            .orElse(null);
            if (option == null || option.name().equals(Globals.HELP)) {
                return args;
            }
            index += option.argument() == null ? 1 : 2;
        }
        if (index == 0 || index >= args.size()) {
            return args;
        }
        var words = new ArrayList<String>();
        words.add(args.get(index));
        words.addAll(args.subList(0, index));
        words.addAll(args.subList(index + 1, args.size()));
        return words;
    }

    private int unknown(String name) {
        screen.error("banyan: there is no command '" + name + "'; banyan help lists them");
        return ExitCode.UNKNOWN_COMMAND;
    }

    // ---- commands by themselves

    private int runAlone(Command command, List<String> rest) {
        var runner = new Runner(screen);
        int end = rest.indexOf("--");
        List<String> own = end < 0 ? rest : rest.subList(0, end);
        Manner manner = own.contains(Globals.JSON) ? Manner.JSON : Manner.PLAIN;
        try {
            if (own.contains("--help") || own.contains("-h")) {
                screen.part(HelpText.of(command, Globals.OPTIONS, screen.hasColours()));
                return ExitCode.OK;
            }
            Words words = Words.parse(command, Globals.OPTIONS, rest);
            Target target = Globals.target(words);
            boolean isJson = manner == Manner.JSON;
            try (var connection =
                    new Connection(target, event -> {}, event -> printWatch(event, isJson))) {
                return runner.run(command, words, manner, connection, true);
            }
        } catch (Trouble e) {
            return runner.failed(command, rest, manner, e);
        }
    }

    private void printWatch(WatchEvent event, boolean isJson) {
        screen.line(EventText.of(event, isJson));
        screen.flush();
    }

    // ---- zkCli

    private int zkCli(List<String> args) {
        var options = new ArrayList<String>();
        int index = 0;
        for (; index < args.size() && args.get(index).startsWith("-"); index++) {
            switch (args.get(index)) {
                case "-server", "--server", "-timeout", "-client-configuration", "--auth" -> {
                    options.add(args.get(index));
                    if (++index < args.size()) {
                        options.add(args.get(index));
                    }
                }
                case "-r", "--read-only" -> options.add("--read-only");
                case "-waitforconnection" -> options.add(args.get(index));
                case "-h", "--help", "-help" -> {
                    screen.part(CLI_HELP);
                    return ExitCode.OK;
                }
                default -> {
                    screen.error("banyan cli: unknown option " + args.get(index));
                    screen.error(CLI_HELP);
                    return ExitCode.REFUSED;
                }
            }
        }
        return zkCli(options, args.subList(index, args.size()));
    }

    private int zkCli(List<String> options, List<String> words) {
        try {
            Target target = zkCliTarget(options);
            screen.line("Connecting to " + target.servers());
            screen.flush();
            try (var shell = new Shell(shellCommands(), screen, target)) {
                if (!words.isEmpty()) {
                    return shell.runOne(words);
                }
                return isTerminal ? shell.runTerminal() : shell.runLines(in);
            }
        } catch (Trouble e) {
            screen.error(String.valueOf(e.getMessage()));
            return ExitCode.REFUSED;
        } catch (IOException e) {
            screen.error("banyan cli: " + e.getMessage());
            return ExitCode.REFUSED;
        } finally {
            screen.flush();
        }
    }

    /// With `-waitforconnection` zkCli waits as long as the session may last.
    private static Target zkCliTarget(List<String> options) {
        var words = new ArrayList<>(options);
        boolean isPatient = words.remove("-waitforconnection");
        Command none = Command.named("cli", "").runs(run -> 0);
        Target target = Globals.target(Words.parse(none, Globals.OPTIONS, words));
        return isPatient ? target.waiting(target.sessionTimeout()) : target;
    }

    private Map<String, Command> shellCommands() {
        var commands = new LinkedHashMap<String, Command>();
        for (Command each : catalog.all()) {
            commands.put(each.name(), each);
        }
        return commands;
    }

    // ---- help

    private int help(List<String> args) {
        if (args.isEmpty()) {
            printHelp();
            return ExitCode.OK;
        }
        if (args.getFirst().equals("cli")) {
            screen.part(CLI_HELP);
            return ExitCode.OK;
        }
        Command command = catalog.find(args.getFirst());
        return command == null ? unknown(args.getFirst()) : runAlone(command, List.of("--help"));
    }

    private void printHelp() {
        screen.part(HELP_HEAD);
        for (Catalog.Group group : catalog.groups()) {
            screen.line(screen.styled(Screen.Style.STRONG, group.heading() + ":"));
            for (Command each : group.commands()) {
                String name = String.format("  %-22s", each.name());
                screen.line(screen.styled(Screen.Style.NAME, name) + each.summary());
            }
            screen.line("");
        }
        screen.line(screen.styled(Screen.Style.STRONG, "Elsewhere:"));
        screen.line("  cli                   zkCli: a shell, or a command in zkCli's words");
        screen.line("  server                run a server in the foreground; banyan server --help");
        screen.line(
                "  nacos import          brings over what a Nacos server has; banyan nacos --help");
        screen.line("");
        screen.line("banyan COMMAND --help tells more, and the exit codes.");
    }
}
