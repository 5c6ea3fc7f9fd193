package io.banyan.zab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ObserverMasterTest {
    private final TestEnsemble ensemble = new TestEnsemble(1, List.of(1L, 2L, 3L), List.of(8L, 9L));
    private final TestEnsemble.Server observer = ensemble.server(9);

    private void startWithMasters(long... ids) {
        for (long id : ids) {
            ensemble.observerMasters.add(id);
        }
        ensemble.startAll();
        ensemble.settle();
    }

    private TestEnsemble.Server master() {
        return ensemble.server(observer.zab().observerMasterId());
    }

    private TestEnsemble.Server otherFollower() {
        return ensemble.all().stream()
                .filter(s -> s.id <= 3 && !s.leading && s != master())
                .findFirst()
                .orElseThrow();
    }

    private void proposeAndSpread(int count) {
        int all = ensemble.leader().delivered.size() + count;
        for (int i = 0; i < count; i++) {
            ensemble.leader().propose();
        }
        ensemble.runUntil(
                "all have " + all,
                () -> ensemble.all().stream().allMatch(s -> !s.up || s.delivered.size() == all));
        ensemble.check();
    }

    @Test
    void observersLearnFromFollowersAndTheLeaderKnowsNoneOfThem() {
        startWithMasters(1, 2, 3, 8, 9);

        proposeAndSpread(20);

        assertThat(ensemble.leader().zab().learners()).noneMatch(Zab.Learner::observer);
        assertThat(master().leading).isFalse();
        assertThat(master().zab().learners())
                .contains(
                        new Zab.Learner(
                                master().zab().learners().getFirst().link(), 9, true, true, 0));
    }

    @Test
    void observerIsUpAsLongAsItsMasterGivesSignsOfLife() {
        startWithMasters(1, 2, 3, 8, 9);

        ensemble.runFor(60_000);

        assertThat(ensemble.lines).noneMatch(line -> line.contains("s9 looks: no word"));
        assertThat(ensemble.isInNewestEpoch(observer)).isTrue();
    }

    @Test
    void observerMovesOnWhenItsMasterDies() {
        startWithMasters(1, 2, 3, 8, 9);
        proposeAndSpread(5);
        TestEnsemble.Server first = master();

        first.crash();
        ensemble.settle();
        proposeAndSpread(5);

        assertThat(master()).isNotSameAs(first);
        assertThat(master().leading).isFalse();
    }

    @Test
    void observersComeBackToFollowersOfTheNextLeader() {
        startWithMasters(1, 2, 3, 8, 9);
        proposeAndSpread(5);

        ensemble.leader().crash();
        ensemble.settle();
        proposeAndSpread(5);

        assertThat(ensemble.leader().zab().learners()).noneMatch(Zab.Learner::observer);
    }

    @Test
    void whereNobodyServesObserversTheyTurnToTheLeader() {
        startWithMasters(9);

        proposeAndSpread(5);

        assertThat(master()).isSameAs(ensemble.leader());
        assertThat(ensemble.lines)
                .anyMatch(line -> line.contains("s9 no observer master is to be had"));
    }

    @Test
    void observerWithoutTheKeyLearnsFromTheLeader() {
        startWithMasters(1, 2, 3, 8);

        assertThat(master()).isSameAs(ensemble.leader());
    }

    @Test
    void observerMasterReadsFromItsDiskWhatItsMemoryHasForgotten() {
        ensemble.historyTxns = 3;
        startWithMasters(1, 2, 3, 8, 9);
        proposeAndSpread(2);
        observer.crash();
        proposeAndSpread(30);

        observer.start();
        ensemble.settle();
        proposeAndSpread(1);

        assertThat(ensemble.lines).noneMatch(line -> line.contains("Snap["));
    }

    @Test
    void observerMasterGivesAnImageToAnObserverWithoutHistory() {
        ensemble.historyTxns = 3;
        startWithMasters(1, 2, 3, 8, 9);
        proposeAndSpread(30);
        observer.crash();
        observer.wipe();

        observer.start();
        ensemble.settle();
        proposeAndSpread(1);

        assertThat(ensemble.lines).anyMatch(line -> line.contains("Snap["));
        assertThat(ensemble.leader().zab().learners()).noneMatch(Zab.Learner::observer);
    }

    /// Its clients have seen what it has: nothing of it may be taken back.
    @Test
    void observerThatIsAheadOfItsNewMasterKeepsWhatItHas() {
        startWithMasters(1, 2, 3, 8, 9);
        proposeAndSpread(5);
        TestEnsemble.Server slow = otherFollower();
        TestEnsemble.Server leader = ensemble.leader();
        ensemble.part(leader.id, slow.id);
        leader.propose();
        ensemble.runUntil("the observer has it", () -> observer.delivered.size() == 6);

        master().crash();
        ensemble.runUntil("it asks the other", () -> observer.zab().observerMasterId() == slow.id);
        ensemble.runUntil(
                "it has promised",
                () -> ensemble.lines.getLast().contains("AckEpoch[lastZxid=" + (1L << 32 | 6)));
        ensemble.runFor(100);
        assertThat(slow.delivered).hasSize(5);
        assertThat(observer.delivered).hasSize(6);
        ensemble.heal();
        ensemble.runUntil("the observer serves", () -> observer.serving);

        assertThat(observer.delivered).hasSize(6);
        assertThat(ensemble.lines).noneMatch(line -> line.contains("Trunc["));
        proposeAndSpread(1);
    }

    @Test
    void voterIsNotLetInByAnObserverMaster() {
        startWithMasters(1, 2, 3, 8, 9);
        TestEnsemble.Server follower = master();
        int before = follower.zab().learners().size();

        follower.with(z -> {
            z.observerLinkOpened(777);
            z.received(777, new Message.LearnerInfo(otherFollower().id, false, 1, 0, true));
        });

        assertThat(follower.zab().learners()).hasSize(before);
    }

    @Test
    void observerThatPromisedANewerEpochIsNotLetIn() {
        startWithMasters(1, 2, 3, 8, 9);
        TestEnsemble.Server follower = master();
        int before = follower.zab().learners().size();

        follower.with(z -> {
            z.observerLinkOpened(777);
            z.received(777, new Message.LearnerInfo(9, true, 99, 0, true));
        });

        assertThat(follower.zab().learners()).hasSize(before);
        proposeAndSpread(1);
    }
}
