package io.banyan.cli.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/// The words behind a command's name, taken apart.
///
/// @param options given, with their arguments, under the first of their names
/// @param args the rest, in order
public record Words(Map<String, List<String>> options, List<String> args) {
    private static final Pattern NUMBER = Pattern.compile("-\\d.*|-");

    public Words {
        options = Map.copyOf(options);
        args = List.copyOf(args);
    }

    public boolean has(String option) {
        return options.containsKey(option);
    }

    /// Options may stand anywhere, flags of one letter together; behind `--` nothing is an option.
    ///
    /// @param known beside the command's own
    /// @throws Trouble if they are not what the command takes
    public static Words parse(Command command, List<Option> known, List<String> words) {
        int end = words.indexOf("--");
        List<String> head = end < 0 ? words : words.subList(0, end);
        var all = new ArrayList<>(command.options());
        all.addAll(known);
        try {
            ParseResult result = parser(command, all).parseArgs(head.toArray(String[]::new));
            var args = new ArrayList<>(positionals(result));
            for (String each : args) {
                // Negative numbers are values; anything else with a dash was meant as an option.
                if (each.startsWith("-") && !NUMBER.matcher(each).matches()) {
                    throw Trouble.usage("Unrecognized option: " + each);
                }
            }
            if (end >= 0) {
                args.addAll(words.subList(end + 1, words.size()));
            }
            return new Words(given(result, all), args);
        } catch (ParameterException e) {
            throw Trouble.usage(String.valueOf(e.getMessage()));
        }
    }

    private static Map<String, List<String>> given(ParseResult result, List<Option> all) {
        var given = new LinkedHashMap<String, List<String>>();
        for (Option option : all) {
            if (result.hasMatchedOption(option.name())) {
                given.put(
                        option.name(),
                        option.argument() == null
                                ? List.of()
                                : result.matchedOption(option.name()).stringValues());
            }
        }
        return given;
    }

    private static List<String> positionals(ParseResult result) {
        return result.matchedPositionals().isEmpty()
                ? List.of()
                : result.matchedPositionals().getFirst().stringValues();
    }

    private static CommandLine parser(Command command, List<Option> all) {
        return new CommandLine(spec(command, all))
                .setExpandAtFiles(false)
                .setOverwrittenOptionsAllowed(true)
                .setUnmatchedOptionsArePositionalParams(true);
    }

    private static CommandSpec spec(Command command, List<Option> all) {
        CommandSpec spec = CommandSpec.create().name("banyan " + command.name());
        for (Option option : all) {
            spec.addOption(optionSpec(option));
        }
        spec.addPositional(
                PositionalParamSpec.builder()
                        .index("0..*")
                        .arity("0..*")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .hidden(true)
                        .build());
        return spec;
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

    /// Everything about a command on a screen.
    ///
    /// @param known options beside the command's own
    public static String help(Command command, List<Option> known, boolean hasColours) {
        CommandSpec spec = spec(command, List.of());
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
}
