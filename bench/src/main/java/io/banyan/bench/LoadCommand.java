package io.banyan.bench;

import io.banyan.bench.load.CannedServer;
import io.banyan.bench.load.LoadGenerator;
import io.banyan.bench.load.Measured;
import io.banyan.bench.load.Plan;
import io.banyan.bench.load.Work;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `bin/bench load`: the generator alone, against servers that run already.
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        description = "Press servers that run already and print what they did.")
final class LoadCommand implements Callable<Integer> {
    @SuppressWarnings("NullAway.Init") // picocli sets it
    @Spec
    private CommandSpec spec;

    @Mixin private LoadOptions options = new LoadOptions();

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (options.canned) {
            try (var server = CannedServer.start(options.dataBytes)) {
                return press(out, List.of(server.address()));
            }
        }
        return press(out, options.servers);
    }

    private int press(PrintWriter out, List<InetSocketAddress> servers) throws IOException {
        try (var generator = LoadGenerator.connect(servers, options.connections)) {
            if (!options.canned) {
                Fixture.create(generator, options.base, options.keys, options.dataBytes);
            }
            var cpu = new ProcessCpu(options.pids);
            var plan =
                    new Plan(
                            options.depth,
                            options.ratePerSecond,
                            0,
                            (long) (options.warmSeconds * 1000),
                            (long) (options.seconds * 1000),
                            0);
            Measured measured = generator.run(work(), plan, cpu::begin, cpu::end);
            print(out, measured, cpu);
            return measured.errors() == 0 ? 0 : 1;
        }
    }

    private Work work() {
        String base = options.base;
        return switch (options.work) {
            case "get" -> new Work.Get(base, options.keys);
            case "exists" -> new Work.Exists(base, options.keys);
            case "children" -> new Work.Children(base);
            case "ping" -> new Work.Ping();
            case "set" -> new Work.Set(base, options.keys, options.dataBytes);
            case "create" -> new Work.Create(base, options.first, options.dataBytes, false);
            case "ephemeral" -> new Work.Create(base, options.first, options.dataBytes, true);
            default -> mixed(options.work);
        };
    }

    private Work mixed(String name) {
        if (name.matches("mix\\d{1,2}")) {
            int readPercent = Integer.parseInt(name.substring(3));
            return new Work.Mixed(options.base, options.keys, options.dataBytes, readPercent);
        }
        throw new ParameterException(
                spec.commandLine(),
                "no work '"
                        + name
                        + "': get, exists, children, ping, set, create, ephemeral, or mix90 for"
                        + " 90 % reads");
    }

    private void print(PrintWriter out, Measured measured, ProcessCpu cpu) {
        out.printf(
                "%s c=%d q=%d size=%d:",
                options.work, options.connections, options.depth, options.dataBytes);
        print(out, "R", measured.reads(), measured.measuredNanos());
        print(out, "W", measured.writes(), measured.measuredNanos());
        if (!options.pids.isEmpty()) {
            out.printf(
                    "  server cpu %.2f cores, %.2f us/op",
                    cpu.nanos() / (double) measured.measuredNanos(),
                    cpu.nanos() / 1e3 / Math.max(1, measured.count()));
        }
        out.printf("  errors %d %s%n", measured.errors(), measured.firstError());
        out.flush();
    }

    private static void print(PrintWriter out, String name, Histogram histogram, long nanos) {
        if (histogram.getTotalCount() == 0) {
            return;
        }
        out.printf(
                "  %s %.0f/s p50=%.0fus p99=%.0fus p99.9=%.0fus max=%.0fus",
                name,
                histogram.getTotalCount() * 1e9 / nanos,
                histogram.getValueAtPercentile(50) / 1e3,
                histogram.getValueAtPercentile(99) / 1e3,
                histogram.getValueAtPercentile(99.9) / 1e3,
                histogram.getMaxValue() / 1e3);
    }

    /// The options, apart so that the command reads top-down.
    static final class LoadOptions {
        @Option(
                names = {"-H", "--servers"},
                split = ",",
                paramLabel = "HOST:PORT",
                converter = Addresses.class,
                description = "Servers; connections go to them in turn (default 127.0.0.1:2181).")
        private List<InetSocketAddress> servers =
                List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 2181));

        @Option(
                names = {"-c", "--connections"},
                paramLabel = "N",
                description = "Sessions (default ${DEFAULT-VALUE}).")
        private int connections = 32;

        @Option(
                names = {"-q", "--depth"},
                paramLabel = "N",
                description = "Requests in flight per session (default ${DEFAULT-VALUE}).")
        private int depth = 1;

        @Option(
                names = {"-r", "--rate"},
                paramLabel = "PER_SECOND",
                description = {
                    "Open loop: bursts of the depth are due at even times, and latency counts from",
                    "then. 0 (default) is a closed loop."
                })
        private double ratePerSecond = 0;

        @Option(
                names = {"-t", "--seconds"},
                paramLabel = "SECONDS",
                description = "Measured time (default ${DEFAULT-VALUE}).")
        private double seconds = 5;

        @Option(
                names = {"-w", "--warm"},
                paramLabel = "SECONDS",
                description = "Time before that (default ${DEFAULT-VALUE}).")
        private double warmSeconds = 2;

        @Option(
                names = {"-o", "--work"},
                paramLabel = "WORK",
                description = {
                    "get, exists, children, ping, set, create, ephemeral, or mixR for R % reads",
                    "(default ${DEFAULT-VALUE})."
                })
        private String work = "get";

        @Option(
                names = {"-n", "--keys"},
                paramLabel = "N",
                description = "Znodes to work on (default ${DEFAULT-VALUE}).")
        private int keys = 1000;

        @Option(
                names = "--first",
                paramLabel = "N",
                description = "Number of the first znode created (default ${DEFAULT-VALUE}).")
        private int first = 10000000;

        @Option(
                names = {"-s", "--size"},
                paramLabel = "BYTES",
                description = "Data of a znode (default ${DEFAULT-VALUE}).")
        private int dataBytes = 100;

        @Option(
                names = {"-p", "--path"},
                paramLabel = "PATH",
                description = "Parent of the znodes (default ${DEFAULT-VALUE}).")
        private String base = "/bench";

        @Option(
                names = {"-P", "--pids"},
                split = ",",
                paramLabel = "PID",
                description = "Processes whose processor time is counted (Linux only).")
        private List<Long> pids = List.of();

        @Option(
                names = "--canned",
                description = "Press a built-in server that does no work: the generator's ceiling.")
        private boolean canned;
    }
}
