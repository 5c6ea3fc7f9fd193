package io.banyan.sim;

import static io.banyan.sim.StoreWorld.Op.APPEND;
import static io.banyan.sim.StoreWorld.Op.APPEND_LONG;
import static io.banyan.sim.StoreWorld.Op.EPOCH;
import static io.banyan.sim.StoreWorld.Op.INSTALL;
import static io.banyan.sim.StoreWorld.Op.PURGE;
import static io.banyan.sim.StoreWorld.Op.RESTART;
import static io.banyan.sim.StoreWorld.Op.ROLL;
import static io.banyan.sim.StoreWorld.Op.SNAPSHOT;
import static io.banyan.sim.StoreWorld.Op.SYNC;
import static io.banyan.sim.StoreWorld.Op.TRUNCATE;
import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.sim.StoreWorld.History;
import io.banyan.sim.StoreWorld.Op;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/// Crashes the store in every disk call of short lists of operations, keeps every subset of what
/// was not synced (many of them where they are too many), recovers, and compares with what was
/// promised. Recovery is crashed in each of its own calls as well.
///
/// `-Dbanyan.crash.length=N` sets the length of the lists that are enumerated in full (default 2; 3
/// takes minutes).
class StoreCrashTest {
    /// Up to so many pieces every subset is tried.
    private static final int PIECES_EXHAUSTIVE_MAX = 7;

    private static final int RANDOM_SUBSETS = 24;
    private static final long SEED = 20261121;

    private long crashPoints;
    private long disks;

    @Test
    void everythingAcknowledgedSurvivesACrashInAnyCallOfTheseLists() {
        var lists =
                List.of(
                        List.of(APPEND, SYNC, APPEND, APPEND, SYNC, APPEND_LONG, SYNC),
                        List.of(APPEND, APPEND_LONG, APPEND, SYNC, APPEND, SYNC, ROLL, APPEND),
                        List.of(APPEND, SYNC, SNAPSHOT, APPEND, SYNC, SNAPSHOT, APPEND, PURGE),
                        List.of(APPEND, SNAPSHOT, PURGE, APPEND, SNAPSHOT, PURGE, APPEND, SYNC),
                        List.of(APPEND, APPEND, ROLL, APPEND, APPEND, SYNC, TRUNCATE, APPEND),
                        List.of(
                                APPEND, ROLL, APPEND, ROLL, APPEND, TRUNCATE, APPEND, SYNC,
                                RESTART),
                        List.of(
                                APPEND, SNAPSHOT, APPEND, APPEND, APPEND, SNAPSHOT, TRUNCATE,
                                APPEND, SYNC),
                        List.of(APPEND, SNAPSHOT, APPEND, APPEND, INSTALL, APPEND, SYNC, RESTART),
                        List.of(APPEND, APPEND, INSTALL, INSTALL, APPEND_LONG, SYNC, SNAPSHOT),
                        List.of(EPOCH, APPEND, EPOCH, RESTART, EPOCH, APPEND, SYNC),
                        List.of(APPEND_LONG, APPEND_LONG, RESTART, APPEND_LONG, RESTART, APPEND));

        for (int blockBytes : new int[] {512, 4096}) {
            for (List<Op> list : lists) {
                crashEverywhere(list, blockBytes, true);
            }
        }

        report("lists by hand");
        assertThat(crashPoints).isGreaterThan(500);
    }

    @Test
    void everythingAcknowledgedSurvivesACrashInAnyCallOfAnyShortList() {
        int length = Integer.getInteger("banyan.crash.length", 2);
        var ops = Op.values();
        int lists = (int) Math.pow(ops.length, length);

        for (int number = 0; number < lists; number++) {
            var list = new ArrayList<Op>();
            for (int rest = number, i = 0; i < length; i++, rest /= ops.length) {
                list.add(ops[rest % ops.length]);
            }
            crashEverywhere(list, 512, false);
        }

        report("all " + lists + " lists of " + length);
        assertThat(crashPoints).isGreaterThan(lists);
    }

    private void report(String what) {
        System.out.println(
                "store crash test, " + what + ": crash points " + crashPoints + ", disks " + disks);
    }

    private void crashEverywhere(List<Op> list, int blockBytes, boolean crashRecovery) {
        for (int call = 0; ; call++) {
            var disk = new SimDisk(blockBytes);
            disk.crashAt(call);
            var at = new int[1];
            StoreWorld world = null;
            boolean crashed = false;
            try {
                world = new StoreWorld(disk, 0);
                for (Op op : list) {
                    at[0]++;
                    world.run(op);
                }
            } catch (SimCrash e) {
                crashed = true;
            } catch (IOException e) {
                throw new AssertionError(list + " refused without a fault", e);
            }
            var before = world;
            crashPoints++;
            String where = list + ", block " + blockBytes + ", crash in call " + call;
            forEachCrash(
                    disk,
                    where,
                    after -> {
                        disks++;
                        check(before, after, where, crashRecovery);
                    });
            if (!crashed) {
                return;
            }
        }
    }

    /// Whether the disk still holds what was promised, now and after one more crash.
    private void check(StoreWorld before, SimDisk after, String where, boolean crashRecovery) {
        SimDisk fork = after.crashed(piece -> true);
        History found = recover(before, after, where);
        if (crashRecovery) {
            for (int call = 0; ; call++) {
                SimDisk again = fork.crashed(piece -> true);
                again.crashAt(call);
                try {
                    new StoreWorld(again, 2000);
                    break;
                } catch (SimCrash e) {
                    crashPoints++;
                    for (boolean keep : new boolean[] {false, true}) {
                        disks++;
                        History second =
                                recover(
                                        before,
                                        again.crashed(piece -> keep),
                                        where + ", and in call " + call + " of recovery");
                        assertThat(second).as(where).isEqualTo(found);
                    }
                } catch (IOException e) {
                    throw new AssertionError(where, e);
                }
            }
        }
    }

    private static History recover(StoreWorld before, SimDisk disk, String where) {
        try {
            var world = new StoreWorld(disk, 1000);
            requirePromises(before, world, where);
            History found = world.history.upTo(Long.MAX_VALUE);

            // Life goes on: what the crash left must not mix with what comes.
            world.run(APPEND);
            world.run(SYNC);
            world.run(APPEND_LONG);
            SimDisk later = disk.crashed(piece -> false);
            var last = new StoreWorld(later, 3000);
            assertThat(last.history).as(where).isEqualTo(world.history.upTo(world.durable));
            return found;
        } catch (IOException e) {
            throw new AssertionError(where + ": recovery refused", e);
        }
    }

    private static void requirePromises(StoreWorld before, StoreWorld after, String where) {
        if (before == null) {
            assertThat(after.history.last()).as(where).isZero();
            return;
        }
        long last = after.history.last();
        long promised = before.truncatingTo >= 0 ? before.truncatingTo : before.durable;
        assertThat(last).as(where + ": acknowledged means kept").isGreaterThanOrEqualTo(promised);
        assertThat(after.history)
                .as(where + ": nothing invented, nothing missing between")
                .isEqualTo(before.history.upTo(last));
        assertThat(after.epochSaved)
                .as(where + ": epochs never fall")
                .isBetween(before.epochSaved, Math.max(before.epochInFlight, before.epochSaved));
    }

    private static void forEachCrash(SimDisk disk, String where, Consumer<SimDisk> then) {
        int pieces = disk.unsyncedPieces();
        if (pieces <= PIECES_EXHAUSTIVE_MAX) {
            for (int mask = 0; mask < 1 << pieces; mask++) {
                int kept = mask;
                then.accept(disk.crashed(piece -> (kept >> piece & 1) != 0));
            }
            return;
        }
        RandomGenerator random =
                RandomGeneratorFactory.of("L64X128MixRandom").create(SEED ^ where.hashCode());
        for (Set<Integer> kept : someSubsets(pieces, random)) {
            then.accept(disk.crashed(kept::contains));
        }
    }

    /// None, all, each alone, each missing, each prefix, and some at random.
    private static Set<Set<Integer>> someSubsets(int pieces, RandomGenerator random) {
        var subsets = new LinkedHashSet<Set<Integer>>();
        for (int i = 0; i <= pieces; i++) {
            var prefix = new LinkedHashSet<Integer>();
            var others = new LinkedHashSet<Integer>();
            for (int j = 0; j < pieces; j++) {
                if (j < i) {
                    prefix.add(j);
                }
                if (j != i) {
                    others.add(j);
                }
            }
            subsets.add(prefix);
            subsets.add(others);
            subsets.add(Set.of(i));
        }
        for (int i = 0; i < RANDOM_SUBSETS; i++) {
            var some = new LinkedHashSet<Integer>();
            for (int j = 0; j < pieces; j++) {
                if (random.nextBoolean()) {
                    some.add(j);
                }
            }
            subsets.add(some);
        }
        return subsets;
    }
}
