package io.banyan.e2e.ensemble;

import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerKind;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `bin/e2e ensemble`.
@Command(
        name = "ensemble",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Mixed ensembles of real servers, Banyan and Apache; all trees end equal.",
            "Each member leads once, is killed, restarted, wiped, left behind and given a tail that",
            "nobody else has.",
            "Ends with a line for each combination; exit code 1 if one failed."
        })
public final class EnsembleCommand implements Callable<Integer> {
    private static final List<String> MIXED =
            List.of(
                    "BB9", "9B9", "B8B", "88B", "B98", "89B", "9B8", "BB8", "99B", "B99", "8BB",
                    "9BB", "B89", "8B9", "98B", "B9B", "B88", "8B8");

    @Parameters(
            arity = "0..*",
            description = {
                "kinds of the members 1, 2, 3, ..., one letter each: B Banyan, 9 Apache 3.9.5,",
                "8 3.8.6, 7 3.7.2, 6 3.6.4, 5 3.5.10; small letters at the end are observers: b, n (of",
                "3.9.5) and o (of 3.8.6), as in B9Bbn. Default: BBB"
            })
    private List<String> combinations = new ArrayList<>();

    @Option(names = "--mixed", description = "all combinations of three with Banyan and Apache")
    private boolean mixed;

    @Option(names = "--quick", description = "only a failover of each")
    private boolean quick;

    @Option(
            names = "--observer-masters",
            description = "observers learn from followers, which are killed one after the other")
    private boolean observerMasters;

    @Option(names = "--tls", description = "members talk TLS with each other")
    private boolean tls;

    @Option(names = "--sasl", description = "members prove to each other who they are")
    private boolean sasl;

    @Option(
            names = "--sasl-roll-out",
            description = "a running ensemble goes over to SASL, one server at a time")
    private boolean saslRollOut;

    @Option(
            names = "--reconfig",
            description = "members join one by one, the leader leaves, one is left")
    private boolean reconfig;

    @Override
    public Integer call() {
        List<String> wanted = new ArrayList<>(combinations);
        if (mixed) {
            wanted.addAll(MIXED);
        } else if (wanted.isEmpty()) {
            wanted.add("BBB");
        }
        List<String> results = new ArrayList<>();
        boolean failed = false;
        for (String each : wanted) {
            System.out.println(each);
            long begin = System.nanoTime();
            String result = run(each);
            failed |= !result.isEmpty();
            results.add(
                    String.format(
                            Locale.ROOT,
                            "%-6s %-7s %4d s  %s",
                            each,
                            result.isEmpty() ? "passed" : "FAILED",
                            (System.nanoTime() - begin) / 1_000_000_000L,
                            result.lines().findFirst().orElse("")));
            System.out.println(results.getLast());
        }
        System.out.println();
        results.forEach(System.out::println);
        return failed ? 1 : 0;
    }

    /// @return what went wrong, empty if nothing did
    private String run(String letters) {
        PrintStream out = System.out;
        if (reconfig) {
            try (var story =
                    new MembersStory(kinds(letters), secured(ServerConfig.standard()), out)) {
                story.everything();
                return "";
            } catch (IOException | RuntimeException e) {
                e.printStackTrace(System.out);
                return String.valueOf(e.getMessage());
            }
        }
        try (Story story =
                observerMasters
                        ? Story.withObserverMasters(kinds(letters), observers(letters), out)
                        : Story.with(this::secured, kinds(letters), observers(letters), out)) {
            if (observerMasters) {
                story.observerMasters();
            } else if (saslRollOut) {
                story.saslRollOut();
            } else if (quick) {
                story.failover();
            } else {
                story.everything();
            }
            return "";
        } catch (Exception e) {
            e.printStackTrace(System.out);
            return String.valueOf(e.getMessage());
        }
    }

    private ServerConfig secured(ServerConfig plain) {
        try {
            ServerConfig config = tls ? PeerSecurity.tls(plain) : plain;
            if (saslRollOut) {
                return PeerSecurity.preparedForSasl(config);
            }
            return sasl ? PeerSecurity.sasl(config) : config;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static List<ServerKind> kinds(String letters) {
        return letters.chars()
                .mapToObj(letter ->
                        switch (letter) {
                            case 'B', 'b' -> ServerKind.BANYAN;
                            case '9', 'n' -> ServerKind.APACHE_39;
                            case '8', 'o' -> ServerKind.APACHE_38;
                            case '7' -> ServerKind.APACHE_37;
                            case '6' -> ServerKind.APACHE_36;
                            case '5' -> ServerKind.APACHE_35;
                            default ->
                                    throw new IllegalArgumentException(
                                            "B, 9, 8, 7, 6, 5, b, n or o, not " + (char) letter);
                        })
                .toList();
    }

    static int observers(String letters) {
        return (int) letters.chars().filter(letter -> letter >= 'a').count();
    }
}
