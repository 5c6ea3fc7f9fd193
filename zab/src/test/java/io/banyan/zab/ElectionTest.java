package io.banyan.zab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// The two elections of every textbook, and those that decide who has the newest history.
class ElectionTest {
    @Test
    void ofFiveFreshServersStartedOneByOneTheThirdLeadsAndTheOthersFollowIt() {
        var ensemble = new TestEnsemble(1, List.of(1L, 2L, 3L, 4L, 5L), List.of());

        ensemble.server(1).start();
        ensemble.runFor(3_000);
        ensemble.server(2).start();
        ensemble.runFor(3_000);
        assertThat(ensemble.server(1).zab().state()).isEqualTo(PeerState.LOOKING);
        assertThat(ensemble.server(2).zab().state()).isEqualTo(PeerState.LOOKING);

        ensemble.server(3).start();
        ensemble.runUntil("1 and 2 follow 3", () -> serves(ensemble, 1, 2, 3));
        assertThat(ensemble.server(3).leading).isTrue();

        ensemble.server(4).start();
        ensemble.runUntil("4 follows", () -> serves(ensemble, 4));
        ensemble.server(5).start();
        ensemble.runUntil("5 follows", () -> serves(ensemble, 5));
        assertThat(ensemble.server(3).leading).isTrue();
        assertThat(ensemble.server(4).zab().leaderId()).isEqualTo(3);
        assertThat(ensemble.server(5).zab().leaderId()).isEqualTo(3);
    }

    @Test
    void afterTheLeaderThreeDiedTheVotesForEpochOneAreWonByFiveWhoseZxidIsNewest() {
        var ensemble = new TestEnsemble(2, List.of(1L, 2L, 3L, 4L, 5L), List.of());
        // Votes (1,111) (2,222) (4,444) (5,555), as (server, zxid) of one epoch.
        for (long id : new long[] {1, 2, 4, 5}) {
            long counter = id * 111;
            long[] zxids = new long[(int) counter];
            for (int i = 0; i < zxids.length; i++) {
                zxids[i] = Zxids.first(1) + i + 1;
            }
            ensemble.server(id).remembers(1, 1, zxids);
        }

        for (long id : new long[] {1, 2, 4, 5}) {
            ensemble.server(id).start();
        }
        ensemble.runUntil("the four serve", () -> serves(ensemble, 1, 2, 4, 5));

        assertThat(ensemble.server(5).leading).isTrue();
        assertThat(ensemble.server(1).delivered).hasSize(555);
    }

    @Test
    void aNewerEpochBeatsALongerLog() {
        var ensemble = new TestEnsemble(3, List.of(1L, 2L, 3L), List.of());
        ensemble.server(1).remembers(2, 2, Zxids.first(1) + 1, Zxids.first(2) + 1);
        ensemble.server(2)
                .remembers(1, 1, Zxids.first(1) + 1, Zxids.first(1) + 2, Zxids.first(1) + 3);

        ensemble.server(1).start();
        ensemble.server(2).start();
        ensemble.runUntil("both serve", () -> serves(ensemble, 1, 2));

        assertThat(ensemble.server(1).leading).isTrue();
        assertThat(ensemble.server(2).delivered)
                .containsExactly(Zxids.first(1) + 1, Zxids.first(2) + 1);
    }

    @Test
    void aVoterThatLooksAndAnObserverThatDoesNotStopAnsweringEachOther() {
        var ensemble = new TestEnsemble(4, List.of(1L, 2L, 3L), List.of(9L));
        ensemble.startAll();
        ensemble.runUntil("all serve", () -> serves(ensemble, 1, 2, 3, 9));
        ensemble.part(1, 2);
        ensemble.part(1, 3);
        ensemble.server(1).crash();
        ensemble.server(1).start();
        int before = ensemble.lines.size();

        // 1 can only talk to the observer.
        ensemble.runFor(10_000);

        assertThat(
                        ensemble.lines.subList(before, ensemble.lines.size()).stream()
                                .filter(line -> line.contains("s9 -> 1"))
                                .count())
                .isLessThan(50);
    }

    /// As an ensemble grows without `reconfigEnabled`: the new server first, then the others one by
    /// one, each with the new file.
    @Test
    void aServerThatTheOthersFilesDoNotNameYetFollowsWithoutAVote() {
        TestEnsemble ensemble = threeAndOneMore(11);
        ensemble.server(4).start();
        ensemble.runUntil("the new one serves", () -> serves(ensemble, 4));

        TestEnsemble.Server leader = Objects.requireNonNull(ensemble.leader());
        long zxid = leader.propose();
        ensemble.runUntil(
                "it has what is written", () -> ensemble.server(4).delivered.contains(zxid));
        for (long id = 1; id <= 3; id++) {
            if (id != leader.id) {
                ensemble.server(id).crash();
            }
        }
        long alone = leader.propose();
        ensemble.runFor(60_000);

        assertThat(ensemble.server(4).delivered).doesNotContain(alone);
        ensemble.check();
    }

    @Test
    void anEnsembleGrowsByServersThatAreStartedAgainWithTheNewFile() {
        TestEnsemble ensemble = threeAndOneMore(12);
        ensemble.server(4).start();
        ensemble.runUntil("the new one serves", () -> serves(ensemble, 4));

        for (long id = 1; id <= 3; id++) {
            ensemble.server(id).crash();
            ensemble.otherFiles.remove(id);
            ensemble.server(id).start();
            ensemble.settle();
        }

        TestEnsemble.Server leader = Objects.requireNonNull(ensemble.leader());
        ensemble.server(leader.id == 1 ? 2 : 1).crash();
        long zxid = leader.propose();
        ensemble.runUntil(
                "three of four decide", () -> ensemble.server(4).delivered.contains(zxid));
        ensemble.check();
    }

    @Test
    void aServerThatTheOthersFileDoesNotNameAndItDoNotAnswerEachOtherForEver() {
        TestEnsemble ensemble = threeAndOneMore(13);
        ensemble.server(2).crash();
        ensemble.server(3).crash();
        ensemble.runUntil("1 looks", () -> ensemble.server(1).zab().state() == PeerState.LOOKING);
        int before = ensemble.lines.size();

        ensemble.server(4).start();
        ensemble.runFor(10_000);

        assertThat(
                        ensemble.lines.subList(before, ensemble.lines.size()).stream()
                                .filter(line -> line.contains("s4 -> 1"))
                                .count())
                .isLessThan(200);
    }

    @Test
    void aServerThatTheOthersFilesDoNotNameKeepsAHistoryOfItsOwn() {
        TestEnsemble ensemble = threeAndOneMore(14);
        TestEnsemble.Server stranger = ensemble.server(4);
        // Older than what the three have, so that it would follow them.
        stranger.remembers(1, 1, Zxids.first(1) + 7, Zxids.first(1) + 8);
        stranger.start();

        ensemble.runUntil(
                "the leader says why",
                () -> ensemble.lines.stream().anyMatch(line -> line.contains("is not ours")));
        ensemble.runFor(20_000);

        assertThat(serves(ensemble, 4)).isFalse();
        assertThat(stranger.log)
                .extracting(Entry::zxid)
                .containsExactly(Zxids.first(1) + 7, Zxids.first(1) + 8);
        assertThat(serves(ensemble, 1, 2, 3)).isTrue();
    }

    @Test
    void anEpochThatAServerThatIsNoMemberHasPromisedDecidesNothing() {
        var ensemble = new TestEnsemble(15, List.of(1L, 2L, 3L, 4L), List.of());
        for (long id = 1; id <= 3; id++) {
            ensemble.otherFiles.put(id, List.of(1L, 2L, 3L));
        }
        ensemble.server(4).remembers(0x7000_0000, 0);
        for (long id = 4; id >= 1; id--) {
            ensemble.server(id).start();
        }
        ensemble.runUntil("all serve", () -> serves(ensemble, 1, 2, 3));
        ensemble.runFor(20_000);

        TestEnsemble.Server leader = Objects.requireNonNull(ensemble.leader());
        assertThat(Zxids.epoch(leader.propose())).isLessThan(100);
    }

    /// Three that serve and know of each other only, and a fourth that knows all, not started.
    private static TestEnsemble threeAndOneMore(long seed) {
        var ensemble = new TestEnsemble(seed, List.of(1L, 2L, 3L, 4L), List.of());
        for (long id = 1; id <= 3; id++) {
            ensemble.otherFiles.put(id, List.of(1L, 2L, 3L));
            ensemble.server(id).start();
        }
        ensemble.runUntil("all serve", () -> serves(ensemble, 1, 2, 3));
        return ensemble;
    }

    @Test
    void aServerWithoutWeightNeverLeads() {
        Electorate electorate =
                Electorate.hierarchical(
                        java.util.Map.of(1L, 1L, 2L, 1L, 3L, 1L), java.util.Map.of(3L, 0L));

        assertThat(electorate.isQuorum(List.of(1L, 2L))).isTrue();
        assertThat(electorate.isQuorum(List.of(1L, 3L))).isFalse();
        assertThat(electorate.weightOf(3)).isZero();
    }

    @Test
    void groupsDecideByMostOfTheirWeightAndMostOfTheGroupsDecide() {
        Electorate electorate =
                Electorate.hierarchical(
                        java.util.Map.of(
                                1L, 1L, 2L, 1L, 3L, 1L, 4L, 2L, 5L, 2L, 6L, 2L, 7L, 3L, 8L, 3L, 9L,
                                3L),
                        java.util.Map.of());

        assertThat(electorate.isQuorum(List.of(1L, 2L, 4L, 5L))).isTrue();
        assertThat(electorate.isQuorum(List.of(1L, 2L, 3L, 4L, 7L))).isFalse();
    }

    private static boolean serves(TestEnsemble ensemble, long... ids) {
        for (long id : ids) {
            if (!ensemble.server(id).serving) {
                return false;
            }
        }
        return true;
    }
}
