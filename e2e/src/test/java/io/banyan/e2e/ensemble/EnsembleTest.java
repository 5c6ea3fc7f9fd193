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

    /// Two and three are followers of 1 or 2, one of each kind, and so are the observers: each of
    /// them has to do with each.
    @Test
    void observersOfApacheAndBanyanLearnFromFollowersOfBoth() throws IOException {
        String letters = "BB9bn";
        try (var story =
                Story.withObserverMasters(
                        EnsembleCommand.kinds(letters),
                        EnsembleCommand.observers(letters),
                        System.out)) {
            story.observerMasters();
        }
    }

    private static void failover(String letters) throws IOException {
        PrintStream out = System.out;
        try (var story = new Story(EnsembleCommand.kinds(letters), 0, out)) {
            story.failover();
        }
    }
}
