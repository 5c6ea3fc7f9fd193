package io.banyan.e2e.ensemble;

import java.io.IOException;
import java.io.PrintStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The short part of `bin/e2e ensemble`.
@Tag("fast")
final class EnsembleTest {
    @Test
    void threeBanyanServersSurviveTheLossOfTheirLeader() throws IOException {
        failover("BBB");
    }

    @Test
    void apacheAndBanyanServersAreOneEnsembleWhoeverLeads() throws IOException {
        failover("B9B");
    }

    private static void failover(String letters) throws IOException {
        PrintStream out = System.out;
        try (var story = new Story(EnsembleCommand.kinds(letters), 0, out)) {
            story.failover();
        }
    }
}
