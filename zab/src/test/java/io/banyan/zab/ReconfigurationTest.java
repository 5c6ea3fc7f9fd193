package io.banyan.zab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Members that change while an ensemble works.
class ReconfigurationTest {
    /// Servers of which some are members at first; the files of the others name themselves as well.
    private static TestEnsemble ensemble(long seed, List<Long> members, List<Long> others) {
        var all = new TreeSet<>(members);
        all.addAll(others);
        var ensemble = new TestEnsemble(seed, all, List.of());
        for (long id : all) {
            var own = new TreeSet<>(members);
            own.add(id);
            ensemble.files.put(id, TestEnsemble.configuration(0, own, List.of()));
        }
        return ensemble;
    }

    private static void change(
            TestEnsemble ensemble, Collection<Long> voters, Collection<Long> observers) {
        TestEnsemble.Server leader = Objects.requireNonNull(ensemble.leader());
        long zxid = leader.change(voters, observers);
        ensemble.runUntil(
                "all know " + voters,
                () ->
                        ensemble.all().stream()
                                .allMatch(s ->
                                        !s.up || s.zab().quorums().current().version() >= zxid));
    }

    private static void write(TestEnsemble ensemble) {
        TestEnsemble.Server leader = Objects.requireNonNull(ensemble.leader());
        long zxid = leader.propose();
        ensemble.runUntil("it is committed", () -> leader.delivered.contains(zxid));
        ensemble.check();
    }

    @Test
    void theFirstMembersGetTheNumberOfTheFirstEpoch() {
        var ensemble = ensemble(1, List.of(1L, 2L, 3L), List.of());
        ensemble.startAll();
        ensemble.settle();

        for (TestEnsemble.Server each : ensemble.all()) {
            assertThat(each.zab().quorums().current().version()).isEqualTo(Zxids.first(1));
            assertThat(new String(each.zab().quorums().current().text()))
                    .isEqualTo("1,2,3|\nversion=100000000");
        }
    }

    @Test
    void whoJoinsIsNeededFromThenOn() {
        var ensemble = ensemble(2, List.of(1L, 2L, 3L), List.of(4L));
        ensemble.startAll();
        ensemble.settle();
        change(ensemble, List.of(1L, 2L, 3L, 4L), List.of());
        write(ensemble);

        ensemble.server(1).crash();
        ensemble.settle();
        write(ensemble);
        ensemble.server(4).crash();
        ensemble.runFor(20_000);
        assertThat(ensemble.server(2).serving || ensemble.server(3).serving).isFalse();

        ensemble.server(4).start();
        ensemble.settle();
        write(ensemble);
    }

    @Test
    void aChangeIsCommittedByTheOldAndTheNewMembers() {
        var ensemble = ensemble(3, List.of(1L, 2L, 3L), List.of(4L, 5L));
        ensemble.startAll();
        ensemble.settle();
        TestEnsemble.Server leader = Objects.requireNonNull(ensemble.leader());
        ensemble.part(leader.id, 4);
        ensemble.part(leader.id, 5);

        long zxid = leader.change(List.of(leader.id, 4L, 5L), List.of());
        ensemble.runFor(1_000);

        // All of the old members have it, and of the new ones only the leader.
        assertThat(leader.delivered).doesNotContain(zxid);
        assertThat(leader.zab().quorums().isPending()).isTrue();
        ensemble.heal();
        ensemble.settle();
        ensemble.runUntil(
                "it is committed",
                () -> ensemble.all().stream().allMatch(s -> s.delivered.contains(zxid)));
        ensemble.check();
    }

    @Test
    void aLeaderWithoutAVoteHandsOver() {
        var ensemble = ensemble(4, List.of(1L, 2L, 3L), List.of());
        ensemble.startAll();
        ensemble.settle();
        TestEnsemble.Server former = Objects.requireNonNull(ensemble.leader());
        var others = new ArrayList<>(List.of(1L, 2L, 3L));
        others.remove(former.id);

        former.change(others, List.of());
        ensemble.runUntil(
                "another one leads",
                () -> {
                    TestEnsemble.Server now = ensemble.leader();
                    return now != null && now != former;
                });
        ensemble.settle();

        assertThat(former.zab().state()).isEqualTo(PeerState.FOLLOWING);
        write(ensemble);
        former.crash();
        ensemble.settle();
        write(ensemble);
    }

    @Test
    void whoObservesAndIsGivenAVoteFollowsAndTheOtherWayRound() {
        var ensemble = ensemble(5, List.of(1L, 2L, 3L), List.of(4L));
        ensemble.startAll();
        ensemble.settle();

        change(ensemble, List.of(1L, 2L, 3L), List.of(4L));
        ensemble.runUntil(
                "4 observes", () -> ensemble.server(4).zab().state() == PeerState.OBSERVING);
        ensemble.settle();
        change(ensemble, List.of(1L, 2L, 3L, 4L), List.of());
        ensemble.runUntil(
                "4 follows", () -> ensemble.server(4).zab().state() == PeerState.FOLLOWING);
        ensemble.settle();
        write(ensemble);
    }

    @Test
    void whoWasAwayIsToldOfTheMembersByTheVotesOfOthers() {
        var ensemble = ensemble(6, List.of(1L, 2L, 3L), List.of(4L, 5L));
        ensemble.startAll();
        ensemble.settle();
        TestEnsemble.Server leader = Objects.requireNonNull(ensemble.leader());
        long away = leader.id == 1 ? 2 : 1;
        ensemble.server(away).crash();
        ensemble.settle();
        change(ensemble, List.of(leader.id, 4L, 5L), List.of());
        write(ensemble);

        ensemble.server(away).start();
        ensemble.settle();

        assertThat(ensemble.server(away).zab().quorums().current().electorate().voters())
                .containsExactlyInAnyOrder(leader.id, 4L, 5L);
        ensemble.check();
    }

    @Test
    void aChangeThatOneLoggedAloneDoesNotKeepItOut() {
        var ensemble = ensemble(7, List.of(1L, 2L, 3L), List.of());
        ensemble.startAll();
        ensemble.settle();
        TestEnsemble.Server alone = Objects.requireNonNull(ensemble.leader());
        long other = alone.id == 1 ? 2 : 1;
        for (long id = 1; id <= 3; id++) {
            if (id != alone.id) {
                ensemble.part(alone.id, id);
            }
        }
        long zxid = alone.change(List.of(alone.id, other), List.of());
        ensemble.runUntil(
                "others lead",
                () -> {
                    TestEnsemble.Server now = ensemble.leader();
                    return now != null && now != alone;
                });
        assertThat(alone.zab().quorums().isPending()).isTrue();

        ensemble.heal();
        ensemble.settle();

        assertThat(alone.delivered).doesNotContain(zxid);
        assertThat(alone.zab().quorums().isPending()).isFalse();
        write(ensemble);
    }

    @Test
    void twoWhoTakeEachOtherForDifferentThingsDoNotAnswerForEver() {
        var ensemble = ensemble(8, List.of(1L, 2L, 3L), List.of(4L, 5L));
        // They take 1 for one of theirs, which does not know them.
        var three = TestEnsemble.configuration(0, List.of(1L, 4L, 5L), List.of());
        ensemble.files.put(4L, three);
        ensemble.files.put(5L, three);
        ensemble.server(4).start();
        ensemble.server(5).start();
        ensemble.runUntil("4 follows", () -> ensemble.server(4).zab().leaderId() == 5);
        ensemble.part(4, 5);
        ensemble.runUntil(
                "4 looks again",
                () -> ensemble.lines.stream().anyMatch(line -> line.contains("s4 looks: ")));
        int before = ensemble.lines.size();

        ensemble.server(1).start();
        ensemble.runFor(10_000);

        assertThat(
                        ensemble.lines.subList(before, ensemble.lines.size()).stream()
                                .filter(line -> line.contains("s1 -> 4"))
                                .count())
                .isLessThan(200);
    }

    @Test
    void whoDoesNotKnowThatItHasAVoteIsHeardThoughItIsInALaterRound() {
        var ensemble = ensemble(9, List.of(1L, 2L, 3L), List.of(4L));
        var members = TestEnsemble.configuration(0, List.of(1L, 2L, 3L), List.of(4L));
        ensemble.files.replaceAll((id, own) -> members);
        ensemble.startAll();
        ensemble.settle();
        TestEnsemble.Server leader = Objects.requireNonNull(ensemble.leader());
        // The change needs 4, which does not hear of it, and looks for a leader again and again.
        ensemble.part(leader.id, 4);
        long zxid = leader.change(List.of(leader.id, 4L), List.of());
        for (long id = 1; id <= 3; id++) {
            TestEnsemble.Server each = ensemble.server(id);
            ensemble.runUntil(
                    id + " has logged it", () -> each.zab().quorums().lastSeen().version() == zxid);
        }
        ensemble.runUntil("4 looks", () -> ensemble.server(4).zab().state() == PeerState.LOOKING);
        for (long id = 1; id <= 3; id++) {
            ensemble.server(id).crash();
        }
        ensemble.runFor(1_000);

        ensemble.heal();
        for (long id = 1; id <= 3; id++) {
            ensemble.server(id).start();
        }
        assertThat(ensemble.server(4).zab().round).isGreaterThan(leader.zab().round);
        ensemble.settle();

        assertThat(leader.zab().quorums().current().electorate().voters())
                .containsExactlyInAnyOrder(leader.id, 4L);
        write(ensemble);
    }
}
