package io.banyan.e2e.nacos;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `bin/e2e spring`.
@Command(
        name = "spring",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Unmodified Spring Cloud Alibaba of three versions on Banyan's Nacos door.")
public final class SpringCommand implements Callable<Integer> {

    @Option(
            names = {"--members", "--servers"},
            description = "1 or 3 servers (default ${DEFAULT-VALUE})")
    private int servers = 1;

    @Option(
            names = "--only",
            split = ",",
            description = "versions of Spring Cloud Alibaba (default ${DEFAULT-VALUE})")
    private List<String> versions = List.of("2021.0.6.2", "2023.0.3.4", "2025.1.0.0");

    @Option(names = "--cases", split = ",", description = "C14, N10; default: both")
    private List<String> wanted = List.of();

    private final PrintStream out = System.out;

    @Override
    public Integer call() {
        Map<String, SpringCases.Play> plays = new LinkedHashMap<>();
        plays.put("C14", SpringCases::isRefreshed);
        plays.put("N10", SpringCases::findEachOther);
        plays.keySet().removeIf(each -> !wanted.isEmpty() && !wanted.contains(each));
        boolean failed = false;
        try (var running = new Servers(servers)) {
            for (String version : versions) {
                for (Map.Entry<String, SpringCases.Play> each : plays.entrySet()) {
                    String what = each.getKey() + " Spring Cloud Alibaba " + version;
                    failed |=
                            !Performance.show(
                                    running,
                                    what,
                                    out,
                                    field -> each.getValue().run(field, version));
                }
            }
        }
        return failed ? 1 : 0;
    }
}
