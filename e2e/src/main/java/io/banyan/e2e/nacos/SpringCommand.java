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
                    failed |= !play(running, version, each.getKey(), each.getValue());
                }
            }
        }
        return failed ? 1 : 0;
    }

    private boolean play(Servers running, String version, String name, SpringCases.Play play) {
        long began = System.nanoTime();
        String what = name + " Spring Cloud Alibaba " + version;
        try (var field = new Field(running, Long.toString(began), 0)) {
            play.run(field, version);
            long seconds = (System.nanoTime() - began) / 1_000_000_000;
            out.println("passed  " + what + ", " + seconds + " s");
            return true;
        } catch (Exception e) {
            out.println("FAILED  " + what + " " + e);
            if (e.getCause() != null) {
                out.println("        because " + e.getCause());
            }
            return false;
        } finally {
            running.heal();
        }
    }
}
