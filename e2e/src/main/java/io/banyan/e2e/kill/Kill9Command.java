package io.banyan.e2e.kill;

import io.banyan.e2e.server.ServerKind;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `bin/e2e kill9`.
@Command(
        name = "kill9",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Kills a server at random moments under load; nothing acknowledged is lost.")
public final class Kill9Command implements Callable<Integer> {

    @Option(names = "--rounds", description = "how many kills (default ${DEFAULT-VALUE})")
    private int rounds = 100;

    @Option(names = "--seed", description = "of the moments (default ${DEFAULT-VALUE})")
    private long seed = 1;

    @Option(names = "--server", description = "which server (default ${DEFAULT-VALUE})")
    private String server = "banyan";

    @Override
    public Integer call() throws IOException {
        PrintStream out = System.out;
        try (Kill9 kill9 = new Kill9(ServerKind.of(server), seed, out)) {
            return kill9.run(rounds) ? 0 : 1;
        }
    }
}
