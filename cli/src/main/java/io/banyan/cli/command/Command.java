package io.banyan.cli.command;

import java.util.ArrayList;
import java.util.List;

/// One command, however it is called.
///
/// @param name as zkCli spells it, where it has it
/// @param synopsis of options and arguments, as zkCli's `usage` prints it
/// @param summary one line
/// @param help more lines, perhaps none
/// @param options of its own, without those that every command takes
/// @param body does it
public record Command(
        String name,
        String synopsis,
        String summary,
        String help,
        List<Option> options,
        Body body) {
    /// What a command does.
    @FunctionalInterface
    public interface Body {
        /// @return an {@link ExitCode}, or that of a program that it ran
        /// @throws Exception anything; the caller knows how to say it
        int run(Run run) throws Exception;
    }

    public Command {
        options = List.copyOf(options);
    }

    /// `name synopsis`: what zkCli says to wrong words.
    public String usage() {
        return name + " " + synopsis;
    }

    /// Begins a command.
    public static Maker named(String name, String synopsis) {
        return new Maker(name, synopsis);
    }

    /// Collects what a command is made of.
    public static final class Maker {
        private final String name;
        private final String synopsis;
        private final List<Option> options = new ArrayList<>();
        private String summary = "";
        private String help = "";

        private Maker(String name, String synopsis) {
            this.name = name;
            this.synopsis = synopsis;
        }

        public Maker about(String line) {
            summary = line;
            return this;
        }

        public Maker help(String lines) {
            help = lines;
            return this;
        }

        public Maker flag(String option, String longName, String line) {
            options.add(new Option(List.of(option, longName), null, line, false));
            return this;
        }

        public Maker flag(String option, String line) {
            options.add(new Option(List.of(option), null, line, false));
            return this;
        }

        public Maker option(String option, String longName, String argument, String line) {
            options.add(new Option(List.of(option, longName), argument, line, false));
            return this;
        }

        public Maker option(String option, String argument, String line) {
            options.add(new Option(List.of(option), argument, line, false));
            return this;
        }

        public Command runs(Body body) {
            return new Command(name, synopsis, summary, help, options, body);
        }
    }
}
