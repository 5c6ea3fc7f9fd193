package io.banyan.bench;

import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/// Runs the microbenchmarks whose names match, each in a JVM of its own.
final class JmhCommand {
    /// What a benchmark may need: allocation besides time.
    private static final String ALLOCATION = "gc";

    private JmhCommand() {}

    static void run(String regex) {
        var options = new OptionsBuilder().include(regex).addProfiler(ALLOCATION).build();
        try {
            new Runner(options).run();
        } catch (RunnerException e) {
            throw new IllegalStateException("the microbenchmarks did not run", e);
        }
    }
}
