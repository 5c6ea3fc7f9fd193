package io.banyan.e2e.nacos;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `bin/e2e dubbo`.
@Command(
        name = "dubbo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Unmodified Dubbo 2.7 and 3.3, with the ZooKeeper and with the Nacos registry on the"
                        + " same Banyan.")
public final class DubboCommand implements Callable<Integer> {

    @Option(
            names = {"--members", "--servers"},
            description = "1 or 3 servers (default ${DEFAULT-VALUE})")
    private int servers = 1;

    @Option(
            names = "--only",
            description = "setups that contain this text, as \"3.3, nacos\"; default: all")
    private String only = "";

    @Option(names = "--plays", split = ",", description = "follows, ruled, described, outlive")
    private List<String> wanted = List.of();

    private final PrintStream out = System.out;

    @Override
    public Integer call() {
        Map<String, DubboCases.Play> plays = new LinkedHashMap<>();
        plays.put("follows", DubboCases::follows);
        plays.put("ruled", DubboCases::isRuled);
        plays.put("described", DubboCases::isDescribed);
        if (servers > 1) {
            plays.put("outlive", DubboCases::outliveServers);
        }
        plays.keySet().removeIf(each -> !wanted.isEmpty() && !wanted.contains(each));
        boolean failed = false;
        try (var running = new Servers(servers)) {
            for (DubboCases.Setup setup : DubboCases.Setup.all()) {
                if (setup.toString().contains(only)) {
                    for (Map.Entry<String, DubboCases.Play> each : plays.entrySet()) {
                        String what = setup + ": " + each.getKey();
                        failed |=
                                !Performance.show(
                                        running,
                                        what,
                                        out,
                                        field -> each.getValue().run(field, setup));
                    }
                }
            }
        }
        return failed ? 1 : 0;
    }
}
