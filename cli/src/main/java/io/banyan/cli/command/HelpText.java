package io.banyan.cli.command;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// What `--help` prints. By itself, so that nothing else loads picocli: see {@link Words#parse}.
public final class HelpText {
    private HelpText() {}

    /// Everything about a command on a screen.
    ///
    /// @param known options beside the command's own
    public static String of(Command command, List<Option> known, boolean hasColours) {
        CommandSpec spec = CommandSpec.create().name("banyan " + command.name());
        var ownGroup =
                CommandLine.Model.ArgGroupSpec.builder()
                        .heading("%nOptions:%n")
                        .validate(false)
                        .order(1);
        for (Option option : command.options()) {
            ownGroup.addArg(optionSpec(option));
        }
        var knownGroup =
                CommandLine.Model.ArgGroupSpec.builder()
                        .heading("%nConnection and output:%n")
                        .validate(false)
                        .order(2);
        for (Option option : known) {
            knownGroup.addArg(optionSpec(option));
        }
        if (!command.options().isEmpty()) {
            spec.addArgGroup(ownGroup.build());
        }
        if (!known.isEmpty()) {
            spec.addArgGroup(knownGroup.build());
        }
        spec.usageMessage()
                .sortOptions(false)
                .width(100)
                .customSynopsis(("banyan " + command.usage()).replace("%", "%%"))
                .description(command.summary().replace("%", "%%"))
                .footer(footer(command));
        CommandLine line = new CommandLine(spec);
        return line.getUsageMessage(
                hasColours ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF);
    }

    private static String[] footer(Command command) {
        var lines = new ArrayList<String>();
        lines.add("");
        if (!command.help().isEmpty()) {
            lines.addAll(command.help().replace("%", "%%").lines().toList());
            lines.add("");
        }
        lines.addAll(ExitCode.HELP.lines().toList());
        return lines.toArray(String[]::new);
    }

    private static OptionSpec optionSpec(Option option) {
        OptionSpec.Builder builder =
                OptionSpec.builder(option.names().toArray(String[]::new))
                        .description(option.help());
        if (option.argument() == null) {
            return builder.type(boolean.class).arity("0").build();
        }
        return builder.type(List.class)
                .auxiliaryTypes(String.class)
                .arity("1")
                .paramLabel(option.argument())
                .build();
    }
}
