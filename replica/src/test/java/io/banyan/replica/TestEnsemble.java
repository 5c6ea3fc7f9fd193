package io.banyan.replica;

import io.banyan.zab.Electorate;
import io.banyan.zab.Quorums;
import io.banyan.zab.ZabConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/// Servers of one ensemble in one thread: messages arrive at once and in order, disks sync at once
/// unless a test says otherwise, and time passes when a test lets it.
final class TestEnsemble {
    static final int STEP_MILLIS = 20;
    private static final int ROUNDS_MAX = 20_000;

    final TreeMap<Integer, TestMember> members = new TreeMap<>();
    private final Set<Long> cut = new HashSet<>();
    private final Electorate electorate;
    private final Set<Long> observers = new HashSet<>();

    /// Whether followers serve observers.
    boolean observerMasters;

    long nowMillis = 5_000_000;
    long wallMillis = 1_700_000_000_000L;

    TestEnsemble(int voters, int observers) {
        this(voters, observers, true, 1_000);
    }

    TestEnsemble(int voters, int observers, boolean leaderServes, int snapCount) {
        this(voters, observers, leaderServes, snapCount, false);
    }

    TestEnsemble(
            int voters, int observers, boolean leaderServes, int snapCount, boolean readOnlyMode) {
        this(voters, observers, leaderServes, snapCount, readOnlyMode, NewSessions.GLOBAL);
    }

    TestEnsemble(
            int voters,
            int observers,
            boolean leaderServes,
            int snapCount,
            boolean readOnlyMode,
            NewSessions newSessions) {
        var ids = new ArrayList<Long>();
        for (int id = 1; id <= voters + observers; id++) {
            var config =
                    new ReplicaConfig(
                            id,
                            1,
                            TestServer.TICK_MILLIS,
                            2 * TestServer.STEP_MILLIS,
                            snapCount,
                            0,
                            60_000,
                            10_000,
                            0,
                            false,
                            leaderServes,
                            readOnlyMode,
                            newSessions,
                            ReplicaConfig.COUNTER_END,
                            2);
            members.put(id, new TestMember(this, id, id > voters, config));
            if (id <= voters) {
                ids.add((long) id);
            } else {
                this.observers.add((long) id);
            }
        }
        electorate = Electorate.majority(ids);
    }

    /// All of them up, with a leader that everybody follows.
    static TestEnsemble running(int voters, int observers) {
        var ensemble = new TestEnsemble(voters, observers);
        ensemble.startAll();
        return ensemble;
    }

    /// As {@link #running}; the observers learn from followers.
    static TestEnsemble withObserverMasters(int voters, int observers) {
        var ensemble = new TestEnsemble(voters, observers);
        ensemble.observerMasters = true;
        ensemble.startAll();
        return ensemble;
    }

    void startAll() {
        members.values().forEach(TestMember::start);
        passUntilServing();
    }

    ZabConfig zabConfig(int id) {
        return new ZabConfig(
                id,
                Quorums.fixed(electorate, observers, "version=0".getBytes(StandardCharsets.UTF_8)),
                TestServer.TICK_MILLIS,
                10,
                5,
                200,
                1_000,
                500,
                1 << 20,
                false,
                observerMasters,
                false);
    }

    TestMember member(int id) {
        return members.get(id);
    }

    TestMember leader() {
        List<TestMember> leading = members.values().stream().filter(TestMember::isLeading).toList();
        if (leading.size() != 1) {
            throw new IllegalStateException("leading: " + leading);
        }
        return leading.getFirst();
    }

    /// Members that serve and do not lead, observers last.
    List<TestMember> followers() {
        return members.values().stream().filter(m -> m.isServing() && !m.isLeading()).toList();
    }

    // ---- network

    void cutOff(TestMember one, TestMember other) {
        cut.add(pair(one, other));
        one.breakLinksTo(other);
        one.post(new Input.ElectionLink(other.id, false));
        other.post(new Input.ElectionLink(one.id, false));
    }

    void isolate(TestMember one) {
        for (TestMember each : members.values()) {
            if (each != one) {
                cutOff(one, each);
            }
        }
    }

    void heal() {
        cut.clear();
        for (TestMember one : members.values()) {
            for (TestMember other : members.values()) {
                if (one.id < other.id && one.up && other.up) {
                    electionLink(one, other);
                }
            }
        }
    }

    void electionLink(TestMember one, TestMember other) {
        if (areConnected(one, other)) {
            one.post(new Input.ElectionLink(other.id, true));
            other.post(new Input.ElectionLink(one.id, true));
        }
    }

    boolean areConnected(TestMember one, TestMember other) {
        return one.up && other.up && !cut.contains(pair(one, other));
    }

    private static long pair(TestMember one, TestMember other) {
        return Math.min(one.id, other.id) * 1_000L + Math.max(one.id, other.id);
    }

    // ---- time

    /// Works until nothing is left to do without the clock.
    void settle() {
        settle(null);
    }

    private void settle(TestMember paused) {
        for (int rounds = 0; rounds < ROUNDS_MAX; rounds++) {
            boolean idle = true;
            for (TestMember each : members.values()) {
                if (!each.isIdle() && each != paused) {
                    idle = false;
                    each.round();
                }
            }
            if (idle) {
                for (TestMember each : members.values()) {
                    if (each.up) {
                        each.gateway.endRound();
                    }
                }
                return;
            }
        }
        throw new IllegalStateException("they never come to rest");
    }

    void pass(long millis) {
        passWithout(null, millis);
    }

    /// Time passes, and one member does not run.
    void passWithout(TestMember paused, long millis) {
        for (long left = millis; left > 0; left -= STEP_MILLIS) {
            nowMillis += STEP_MILLIS;
            wallMillis += STEP_MILLIS;
            for (TestMember each : members.values()) {
                if (each.up && each != paused) {
                    if (nowMillis % TestServer.STEP_MILLIS == 0) {
                        each.tickGateway();
                    }
                    each.round();
                }
            }
            settle(paused);
        }
    }

    /// Until every server that is up and not cut off from all serves.
    void passUntilServing() {
        passUntilServing(List.copyOf(members.values()));
    }

    void passUntilServing(List<TestMember> wanted) {
        settle();
        for (int i = 0; i < 1_000; i++) {
            if (wanted.stream().filter(m -> m.up).allMatch(TestMember::isServing)) {
                return;
            }
            pass(STEP_MILLIS);
        }
        throw new IllegalStateException(
                "not serving after 20 s: " + wanted.stream().filter(m -> !m.isServing()).toList());
    }
}
