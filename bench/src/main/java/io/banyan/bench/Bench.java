package io.banyan.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `bin/bench`.
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        version = "Banyan 0.1.0-SNAPSHOT",
        subcommands = LoadCommand.class,
        description = "Measures Banyan and Apache ZooKeeper side by side.")
public final class Bench {
    private Bench() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Bench()).execute(args));
    }
}
