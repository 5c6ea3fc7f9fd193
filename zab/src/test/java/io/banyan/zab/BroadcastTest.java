package io.banyan.zab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BroadcastTest {
    @Test
    void everybodyDeliversWhatTheLeaderProposes() {
        var ensemble = new TestEnsemble(1, List.of(1L, 2L, 3L), List.of(4L));
        ensemble.startAll();
        settle(ensemble);

        for (int i = 0; i < 20; i++) {
            ensemble.leader().propose();
        }
        ensemble.runUntil(
                "all have all",
                () -> ensemble.all().stream().allMatch(s -> s.delivered.size() == 20));

        ensemble.check();
    }

    @Test
    void aServerThatWasAwayGetsWhatItMissedFromDiskWhenMemoryHasForgottenIt() {
        var ensemble = new TestEnsemble(1, List.of(1L, 2L, 3L), List.of());
        ensemble.historyTxns = 5;
        ensemble.startAll();
        settle(ensemble);
        ensemble.leader().propose();
        ensemble.runUntil(
                "all have one",
                () ->
                        ensemble.all().stream()
                                .allMatch(s -> s.delivered.size() == 1 && s.logSize() == 1));
        ensemble.server(1).crash();
        for (int i = 0; i < 50; i++) {
            ensemble.leader().propose();
        }
        ensemble.runUntil("two have all", () -> ensemble.server(2).delivered.size() == 51);

        ensemble.server(1).start();
        ensemble.runUntil("the third has all", () -> ensemble.server(1).delivered.size() == 51);

        assertThat(ensemble.lines).noneMatch(line -> line.contains("Snap["));
        ensemble.check();
    }

    @Test
    void aWipedServerGetsAnImage() {
        var ensemble = new TestEnsemble(1, List.of(1L, 2L, 3L), List.of());
        ensemble.historyTxns = 5;
        ensemble.startAll();
        settle(ensemble);
        for (int i = 0; i < 50; i++) {
            ensemble.leader().propose();
        }
        ensemble.runUntil(
                "all have all",
                () -> ensemble.all().stream().allMatch(s -> s.delivered.size() == 50));
        ensemble.leader().crash();
        settle(ensemble);
        var follower = ensemble.server(1).leading ? ensemble.server(2) : ensemble.server(1);
        ensemble.server(3).wipe();
        ensemble.server(3).start();
        ensemble.runUntil("it is back", () -> ensemble.server(3).delivered.size() == 50);
        ensemble.leader().propose();
        ensemble.runUntil("it takes part", () -> ensemble.server(3).delivered.size() == 51);

        assertThat(follower.serving).isTrue();
        ensemble.check();
    }

    @Test
    void aServerThatLostItsDiskDoesNotVoteBeforeItHasLearnt() {
        var ensemble = new TestEnsemble(1, List.of(1L, 2L, 3L), List.of());
        ensemble.server(2).start();
        ensemble.server(3).start();
        settle(ensemble);
        ensemble.leader().propose();
        ensemble.runUntil("both have it", () -> ensemble.server(2).delivered.size() == 1);
        ensemble.server(2).crash();
        ensemble.server(3).crash();
        ensemble.server(3).wipe();

        // 1 never saw the transaction, and 3 forgot it.
        ensemble.server(1).start();
        ensemble.server(3).start();
        ensemble.runFor(30_000);
        assertThat(ensemble.leader()).isNull();

        ensemble.server(2).start();
        settle(ensemble);
        assertThat(ensemble.server(3).delivered).hasSize(1);
        ensemble.check();
    }

    @Test
    void aLeaderThatStoodStillDoesNotBlameItsLearners() {
        var ensemble = new TestEnsemble(1, List.of(1L, 2L, 3L), List.of());
        ensemble.startAll();
        settle(ensemble);
        TestEnsemble.Server leader = ensemble.leader();

        ensemble.standStill(leader, 20_000);
        ensemble.runFor(1);

        assertThat(leader.zab().learners()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 5})
    void nothingDeliveredIsLostWhateverDies(int size) {
        for (long seed = 1; seed <= 300; seed++) {
            chaos(seed, size, List.of(9L), false);
        }
    }

    @Test
    void nothingDeliveredIsLostAtObserversOfFollowersWhateverDies() {
        for (long seed = 1; seed <= 200; seed++) {
            chaos(seed, 3, List.of(8L, 9L), true);
        }
    }

    private static void chaos(long seed, int size, List<Long> observers, boolean observerMasters) {
        var voters = new java.util.ArrayList<Long>();
        for (long id = 1; id <= size; id++) {
            voters.add(id);
        }
        var ensemble = new TestEnsemble(seed, voters, observers);
        if (observerMasters) {
            ensemble.observerMasters.addAll(voters);
            ensemble.observerMasters.addAll(observers);
        }
        var random = new SplittableRandom(seed);
        ensemble.historyTxns = 1 + random.nextInt(20);
        ensemble.startAll();
        for (int i = 0; i < 400; i++) {
            for (int steps = random.nextInt(60); steps > 0; steps--) {
                ensemble.step();
            }
            ensemble.check();
            switch (random.nextInt(12)) {
                case 0 -> {
                    var victim = ensemble.server(1 + random.nextInt(size));
                    if (victim.up) {
                        victim.crash();
                    }
                }
                case 1, 2 ->
                        ensemble.all().stream()
                                .filter(s -> !s.up)
                                .findAny()
                                .ifPresent(TestEnsemble.Server::start);
                case 3 -> ensemble.part(1 + random.nextInt(size), 1 + random.nextInt(size));
                case 4 -> ensemble.heal();
                default -> {
                    var leader = ensemble.leader();
                    if (leader != null) {
                        leader.propose();
                    }
                }
            }
        }
        ensemble.heal();
        ensemble.all().stream().filter(s -> !s.up).forEach(TestEnsemble.Server::start);
        settle(ensemble);
        ensemble.check();
        ensemble.leader().propose();
        int all = ensemble.leader().delivered.size() + 1;
        ensemble.runUntil(
                "seed " + seed + ": all have all",
                () ->
                        ensemble.all().stream()
                                .allMatch(s -> s.serving && s.delivered.size() >= all));
        ensemble.check();
        assertThat(ensemble.leader().delivered).as("seed " + seed).isEqualTo(ensemble.canonical);
    }

    private static void settle(TestEnsemble ensemble) {
        ensemble.settle();
    }
}
