package io.banyan.e2e.soak;

import io.banyan.e2e.server.Network;
import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.SmallDisk;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `bin/soak`.
@Command(
        name = "soak",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Torments an ensemble of real servers under real clients, and checks what these saw.",
            "No acknowledged write is lost; writes are linearizable; sessions keep their order;",
            "watches fire; ephemerals live as long as their sessions.",
            "Ends with a report; exit code 1 if a promise was broken."
        })
public final class SoakCommand implements Callable<Integer> {

    @Option(names = "--servers", description = "how many members (default ${DEFAULT-VALUE})")
    private int servers = 3;

    @Option(
            names = "--kind",
            split = ",",
            description =
                    "banyan, apache-3.9.5, apache-3.8.6; a list is dealt out to the members in turn"
                            + " (default ${DEFAULT-VALUE})")
    private List<String> kinds = List.of("banyan");

    @Option(names = "--minutes", description = "how long (default ${DEFAULT-VALUE})")
    private double minutes = 5;

    @Option(names = "--seed", description = "of clients and faults (default ${DEFAULT-VALUE})")
    private long seed = 1;

    @Option(names = "--clients", description = "how many (default ${DEFAULT-VALUE})")
    private int clients = 8;

    @Option(names = "--keys", description = "how many znodes they share (default ${DEFAULT-VALUE})")
    private int keys = 8;

    @Option(
            names = "--think",
            description = "mean pause of a client in microseconds (default ${DEFAULT-VALUE})")
    private int thinkMicros = 5_000;

    @Option(
            names = "--faults",
            split = ",",
            description =
                    "of ${COMPLETION-CANDIDATES} (default: all that this machine allows; cables and"
                            + " small disks need root)")
    private List<Fault> faults = List.of();

    @Override
    public Integer call() throws IOException {
        PrintStream out = System.out;
        List<ServerKind> members = new ArrayList<>();
        for (int i = 0; i < servers; i++) {
            members.add(ServerKind.of(kinds.get(i % kinds.size())));
        }
        var plan =
                new Soak.Plan(
                        members,
                        clients,
                        keys,
                        thinkMicros,
                        Duration.ofSeconds((long) (minutes * 60)),
                        faults.isEmpty() ? allowed(out) : faults,
                        seed);
        try (var soak = new Soak(plan, out)) {
            return soak.run() ? 0 : 1;
        }
    }

    private static List<Fault> allowed(PrintStream out) {
        var allowed = new ArrayList<>(Arrays.asList(Fault.values()));
        String noNetwork = Network.whyNot();
        if (!noNetwork.isEmpty()) {
            out.println("no cables to cut here: " + noNetwork);
            allowed.remove(Fault.CUT);
        }
        String noDisk = SmallDisk.whyNot();
        if (!noDisk.isEmpty()) {
            out.println("no disk to fill here: " + noDisk);
            allowed.remove(Fault.FULL_DISK);
        }
        return allowed;
    }
}
