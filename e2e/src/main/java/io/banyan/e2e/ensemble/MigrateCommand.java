package io.banyan.e2e.ensemble;

import io.banyan.e2e.server.ServerKind;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `bin/e2e migrate`.
@Command(
        name = "migrate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Moves a running ensemble from Apache to Banyan, server by server, and back.",
            "Its clients work all the while and must notice nothing but reconnections."
        })
public final class MigrateCommand implements Callable<Integer> {
    @Option(names = "--from", description = "which servers (default ${DEFAULT-VALUE})")
    private String from = "apache-3.9.5";

    @Override
    public Integer call() throws IOException {
        PrintStream out = System.out;
        try (var migration = new Migration(ServerKind.of(from), out)) {
            migration.run();
            return 0;
        } catch (IllegalStateException e) {
            out.println("FAILED: " + e.getMessage());
            e.printStackTrace(out);
            return 1;
        }
    }
}
