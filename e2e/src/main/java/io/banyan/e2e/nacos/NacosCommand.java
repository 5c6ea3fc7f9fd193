package io.banyan.e2e.nacos;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `bin/e2e nacos`.
@Command(
        name = "nacos",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Unmodified Nacos clients of six versions against Banyan: the matrix.")
public final class NacosCommand implements Callable<Integer> {
    /// A case that nobody wrote has not passed.
    private static final int NOTHING_PLAYED = 2;

    @Option(
            names = {"--members", "--servers"},
            description = "1 or 3 servers (default ${DEFAULT-VALUE})")
    private int servers = 1;

    @Option(
            names = "--rounds",
            description = "servers killed in each of C12, N4 and Z3 (default ${DEFAULT-VALUE})")
    private int rounds = 3;

    @Option(
            names = "--clients",
            split = ",",
            description =
                    "of J14, J21, J25, J31, J32, N (npm), and J142 (1.4.2); default: all but J142")
    private List<String> clients = List.of();

    @Option(names = "--cases", split = ",", description = "by name, as C1; default: all")
    private List<String> cases = List.of();

    private final PrintStream out = System.out;

    @Override
    public Integer call() {
        Set<ClientKind> wanted = EnumSet.noneOf(ClientKind.class);
        clients.forEach(each -> wanted.add(ClientKind.of(each)));
        if (wanted.isEmpty()) {
            wanted.addAll(EnumSet.complementOf(EnumSet.of(ClientKind.J142)));
        }
        List<Case> chosen = chosen();
        List<String> unknown =
                cases.stream()
                        .filter(asked -> chosen.stream().noneMatch(each -> isCalled(each, asked)))
                        .toList();
        if (!unknown.isEmpty()) {
            out.println("no such case with " + servers + " servers: " + unknown);
            return NOTHING_PLAYED;
        }
        var results = new LinkedHashMap<Case, Map<ClientKind, String>>();
        boolean failed = false;
        try (var running = new Servers(servers)) {
            for (Case each : chosen) {
                Map<ClientKind, String> row = new LinkedHashMap<>();
                results.put(each, row);
                failed |= play(each, running, wanted, row);
            }
        }
        print(results, wanted);
        return failed ? 1 : 0;
    }

    private List<Case> chosen() {
        var all = new ArrayList<Case>();
        all.addAll(ConfigCases.all());
        all.addAll(NamingCases.all());
        all.addAll(TreeCases.all());
        all.addAll(EnsembleCases.all());
        // Unless clients are named, with whom they have nothing to do.
        if (clients.isEmpty()) {
            all.addAll(HandCases.all());
            all.addAll(RegisterCases.all());
            all.addAll(CrowdCases.all());
            all.addAll(ManyServices.all());
        }
        all.removeIf(each -> !each.where().fits(servers));
        all.removeIf(each ->
                !cases.isEmpty() && cases.stream().noneMatch(asked -> isCalled(each, asked)));
        return all;
    }

    private static boolean isCalled(Case which, String asked) {
        return which.name().equalsIgnoreCase(asked);
    }

    /// @return whether something failed
    private boolean play(
            Case each, Servers running, Set<ClientKind> wanted, Map<ClientKind, String> row) {
        List<ClientKind> kinds = wanted.stream().filter(each.clients()::contains).toList();
        boolean failed = false;
        if (each.together()) {
            failed = !play(each, running, kinds, row);
        } else {
            for (ClientKind kind : kinds) {
                failed |= !play(each, running, List.of(kind), row);
            }
        }
        return failed;
    }

    private boolean play(
            Case each, Servers running, List<ClientKind> kinds, Map<ClientKind, String> row) {
        if (kinds.isEmpty() && !each.isByHand()) {
            return true;
        }
        String who = each.isByHand() ? "raw" : kinds.getFirst().toString();
        String tag = each.name() + "-" + who + "-" + System.nanoTime();
        try (var field = new Field(running, tag, rounds)) {
            String figure = each.play().run(field, kinds);
            kinds.forEach(kind -> row.put(kind, "passed"));
            out.println("passed  " + each.name() + " " + kinds + " " + figure);
            return true;
        } catch (Exception e) {
            kinds.forEach(kind -> row.put(kind, "FAILED"));
            out.println("FAILED  " + each.name() + " " + kinds + " " + e);
            if (e.getCause() != null) {
                out.println("        because " + e.getCause());
            }
            return false;
        } finally {
            running.heal();
        }
    }

    private void print(Map<Case, Map<ClientKind, String>> results, Set<ClientKind> wanted) {
        out.println();
        out.printf("%-34s", servers + " server" + (servers == 1 ? "" : "s"));
        wanted.forEach(kind -> out.printf(" %-8s", kind));
        out.println();
        results.forEach((each, row) -> {
            if (each.isByHand()) {
                return; // Its line above says all.
            }
            out.printf("%-34s", each.name() + " " + each.what());
            wanted.forEach(kind -> out.printf(" %-8s", row.getOrDefault(kind, "-")));
            out.println();
        });
    }
}
