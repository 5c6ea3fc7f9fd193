package io.banyan.sim;

import io.banyan.replica.NewSessions;
import io.banyan.replica.ReplicaConfig;
import io.banyan.zab.Electorate;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

/// What a seed chooses for a whole run: the size of the world and which faults it knows. Small
/// worlds find more. Durations in microseconds where nothing else is said; a rate of 0 means never.
///
/// @param voters 1 for a server on its own
/// @param observers members without a vote
/// @param gateways of each server
/// @param clients that work at the same time
/// @param runMicros with faults, before everything is healed
/// @param tickMillis `tickTime`, also of session expiry
/// @param initLimit ticks for discovery and synchronisation each
/// @param syncLimit ticks of silence
/// @param heartbeatMillis between pings of a leader
/// @param silenceMillis that a learner bears
/// @param historyTxns kept in memory for learners
/// @param snapshotAlways learners get images only
/// @param startCounter of the zxid in the first epoch that is on the disks already; 0: they are
///   empty. Close to the largest it makes the counter roll over
/// @param snapCount transactions per snapshot
/// @param outstandingMax of a gateway
/// @param blockBytes what the disk keeps or loses as a whole
/// @param paths how many different names clients use
/// @param thinkMicros between two bursts of a client, at most
/// @param burstMax requests that a client sends at once
/// @param delayMicros of a hand-over between threads or over the network, at most
/// @param driftPercent how much faster or slower than the true time a clock may run
/// @param crashEvery mean time between crashes
/// @param pauseEvery mean time between pauses of a server or one of its threads
/// @param diskFaultEvery mean time between failing calls of a disk
/// @param clockStepEvery mean time between jumps of a wall clock
/// @param cutEvery mean time between broken connections of clients
/// @param linkCutEvery mean time between broken connections of servers
/// @param clogEvery mean time between connections of servers that stand still for a while
/// @param partitionEvery mean time between changes of who reaches whom
/// @param damageEvery mean time between rotten or wiped disks
/// @param noticesLostPercent of election notices
/// @param noticesRepeated whether old election notices come again
/// @param slowClients whether clients stop reading now and then
/// @param counterEnd where the counter of an epoch ends: a leader that gets there steps down
/// @param groups of a hierarchical quorum, its voters dealt out by their ids; 0: the majority
///   decides
/// @param heavyVoter has the weight 3, and 0 means nobody
/// @param weightlessVoter has the weight 0, and 0 means nobody
/// @param spares servers that are no members at first
/// @param reconfigPercent of the requests of clients: wishes for other members. 0: the members
///   never change
/// @param readOnlyMode whether members without a leader answer reads, and clients want that
/// @param newSessions what clients without a session get from a member
/// @param observerMasters whether observers learn from followers
record Setup(
        int voters,
        int observers,
        int gateways,
        int clients,
        long runMicros,
        int tickMillis,
        int initLimit,
        int syncLimit,
        int heartbeatMillis,
        int silenceMillis,
        int historyTxns,
        boolean snapshotAlways,
        long startCounter,
        int snapCount,
        int outstandingMax,
        int blockBytes,
        int paths,
        int thinkMicros,
        int burstMax,
        int delayMicros,
        int driftPercent,
        long crashEvery,
        long pauseEvery,
        long diskFaultEvery,
        long clockStepEvery,
        long cutEvery,
        long linkCutEvery,
        long clogEvery,
        long partitionEvery,
        long damageEvery,
        int noticesLostPercent,
        boolean noticesRepeated,
        boolean slowClients,
        long counterEnd,
        int groups,
        int heavyVoter,
        int weightlessVoter,
        boolean readOnlyMode,
        int spares,
        int reconfigPercent,
        NewSessions newSessions,
        boolean observerMasters,
        PlantedBug bug) {

    /// So many transactions before the counter of a zxid is used up.
    private static final int ROLLOVER_AFTER_MAX = 200;

    static Setup draw(RandomGenerator random, PlantedBug bug) {
        int voters = drawVoters(random);
        boolean alone = voters == 1;
        int observers = alone ? 0 : random.nextInt(3) == 0 ? 1 + random.nextInt(2) : 0;
        if (bug.isOfObserverMasters() && !alone && observers == 0) {
            observers = 1;
        }
        int servers = voters + observers;
        int tickMillis = 100 + random.nextInt(200);
        int syncLimit = 3 + random.nextInt(5);
        // The more servers, the fewer of the things that happen to each.
        int scale = alone ? 1 : 2;
        return new Setup(
                voters,
                observers,
                1 + random.nextInt(alone ? 3 : 2),
                1 + random.nextInt(5),
                4_000_000 + random.nextInt(alone ? 4_000_000 : 6_000_000),
                tickMillis,
                syncLimit + random.nextInt(5),
                syncLimit,
                tickMillis / (2 + random.nextInt(3)),
                tickMillis * (2 + random.nextInt(2 * syncLimit)),
                random.nextInt(3) == 0 ? 500 : 1 + random.nextInt(10),
                random.nextInt(10) == 0,
                !alone && random.nextInt(6) == 0
                        ? 0xffff_ffffL - random.nextInt(ROLLOVER_AFTER_MAX)
                        : 0,
                2 + random.nextInt(random.nextBoolean() ? 10 : 200),
                random.nextInt(4) == 0 ? 1 + random.nextInt(4) : 1_000,
                random.nextBoolean() ? 512 : 4096,
                2 + random.nextInt(8),
                5_000 + random.nextInt(alone ? 100_000 : 300_000),
                1 + random.nextInt(alone ? 12 : 8),
                20 + random.nextInt(random.nextBoolean() ? 500 : 20_000),
                random.nextInt(3) == 0 ? 1 + random.nextInt(5) : 0,
                sometimes(random, 300_000 / scale, 3_000_000),
                sometimes(random, 300_000, 3_000_000),
                sometimes(random, 500_000 / scale, 4_000_000),
                sometimes(random, 300_000, 2_000_000),
                sometimes(random, 100_000, 2_000_000),
                alone ? 0 : sometimes(random, 100_000, 2_000_000),
                alone ? 0 : sometimes(random, 300_000, 2_000_000),
                alone ? 0 : sometimes(random, 500_000, 3_000_000),
                servers < 3 ? 0 : sometimes(random, 1_000_000, 5_000_000),
                random.nextInt(2) * random.nextInt(40),
                random.nextInt(3) == 0,
                random.nextInt(3) == 0,
                !alone && random.nextInt(6) == 0
                        ? 10 + random.nextInt(ROLLOVER_AFTER_MAX)
                        : ReplicaConfig.COUNTER_END,
                voters > 2 && random.nextInt(6) == 0 ? 1 + random.nextInt(3) : 0,
                random.nextInt(voters + 1),
                random.nextInt(voters + 1),
                !alone && random.nextInt(6) == 0,
                random.nextInt(3),
                drawReconfig(random, alone, bug),
                drawNewSessions(random, alone, bug),
                drawObserverMasters(random, bug),
                bug);
    }

    private static int drawVoters(RandomGenerator random) {
        int of100 = random.nextInt(100);
        if (of100 < 12) {
            return 1;
        } else if (of100 < 60) {
            return 3;
        } else if (of100 < 80) {
            return 5;
        }
        return List.of(2, 4, 6, 7).get(random.nextInt(4));
    }

    private static int drawReconfig(RandomGenerator random, boolean alone, PlantedBug bug) {
        boolean ever = random.nextInt(5) == 0 || bug.isOfReconfig();
        int percent = 1 + random.nextInt(10);
        return ever && !alone ? percent : 0;
    }

    private static NewSessions drawNewSessions(
            RandomGenerator random, boolean alone, PlantedBug bug) {
        int drawn = random.nextInt(8);
        if (alone) {
            return NewSessions.GLOBAL;
        } else if (bug.isOfLocalSessions()) {
            return NewSessions.LOCAL_UNTIL_EPHEMERAL;
        }
        return switch (drawn) {
            case 0 -> NewSessions.LOCAL;
            case 1 -> NewSessions.LOCAL_UNTIL_EPHEMERAL;
            default -> NewSessions.GLOBAL;
        };
    }

    /// It means nothing where nobody observes.
    private static boolean drawObserverMasters(RandomGenerator random, PlantedBug bug) {
        return random.nextBoolean() || bug.isOfObserverMasters();
    }

    /// Whether some of the members may learn from followers.
    boolean hasObserverMasters() {
        return observerMasters && (observers > 0 || isReconfigurable());
    }

    /// Whether members come and go.
    boolean isReconfigurable() {
        return reconfigPercent > 0 && groups == 0;
    }

    private static long sometimes(RandomGenerator random, long from, long to) {
        boolean ever = random.nextInt(3) != 0;
        long every = from + random.nextLong(to - from);
        return ever ? every : 0;
    }

    int servers() {
        return voters + observers + (isReconfigurable() ? spares : 0);
    }

    boolean isEnsemble() {
        return servers() > 1;
    }

    /// Who decides.
    Electorate electorate() {
        List<Long> ids = LongStream.rangeClosed(1, voters).boxed().toList();
        if (groups == 0) {
            return Electorate.majority(ids);
        }
        var groupOf = new TreeMap<Long, Long>();
        var weights = new TreeMap<Long, Long>();
        for (long id : ids) {
            groupOf.put(id, id % groups);
            weights.put(id, id == weightlessVoter ? 0L : id == heavyVoter ? 3L : 1L);
        }
        return Electorate.hierarchical(groupOf, weights);
    }

    /// A world where only that goes wrong which a scenario says.
    static Setup quiet(
            int voters,
            int observers,
            int historyTxns,
            int snapCount,
            boolean snapshotAlways,
            long startCounter,
            long counterEnd,
            int groups,
            boolean readOnlyMode,
            int spares,
            boolean reconfig,
            NewSessions newSessions,
            boolean observerMasters,
            PlantedBug bug) {
        int tick = 100;
        return new Setup(
                voters,
                observers,
                1,
                0,
                0,
                tick,
                10,
                5,
                tick / 2,
                5 * tick,
                historyTxns,
                snapshotAlways,
                startCounter,
                snapCount,
                1_000,
                512,
                4,
                tick * 1_000,
                1,
                20,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                false,
                false,
                counterEnd,
                groups,
                0,
                0,
                readOnlyMode,
                spares,
                reconfig ? 1 : 0,
                newSessions,
                observerMasters,
                bug);
    }
}
