package io.banyan.sim;

import java.util.random.RandomGenerator;

/// What a seed chooses for a whole run: the size of the world and which faults it knows. Small
/// worlds find more. Durations in microseconds where nothing else is said; a rate of 0 means never.
///
/// @param gateways of the server
/// @param clients that work at the same time
/// @param runMicros with faults, before everything is healed
/// @param tickMillis of session expiry
/// @param snapCount transactions per snapshot
/// @param outstandingMax of a gateway
/// @param blockBytes what the disk keeps or loses as a whole
/// @param paths how many different names clients use
/// @param thinkMicros between two bursts of a client, at most
/// @param burstMax requests that a client sends at once
/// @param delayMicros of a hand-over between threads or over the network, at most
/// @param crashEvery mean time between crashes
/// @param pauseEvery mean time between pauses of the server or one of its threads
/// @param diskFaultEvery mean time between failing calls of the disk
/// @param clockStepEvery mean time between jumps of the wall clock
/// @param cutEvery mean time between broken connections
/// @param slowClients whether clients stop reading now and then
record Setup(
        int gateways,
        int clients,
        long runMicros,
        int tickMillis,
        int snapCount,
        int outstandingMax,
        int blockBytes,
        int paths,
        int thinkMicros,
        int burstMax,
        int delayMicros,
        long crashEvery,
        long pauseEvery,
        long diskFaultEvery,
        long clockStepEvery,
        long cutEvery,
        boolean slowClients,
        PlantedBug bug) {
    static Setup draw(RandomGenerator random, PlantedBug bug) {
        return new Setup(
                1 + random.nextInt(3),
                1 + random.nextInt(5),
                4_000_000 + random.nextInt(4_000_000),
                100 + random.nextInt(200),
                2 + random.nextInt(random.nextBoolean() ? 10 : 200),
                random.nextInt(4) == 0 ? 1 + random.nextInt(4) : 1_000,
                random.nextBoolean() ? 512 : 4096,
                2 + random.nextInt(8),
                5_000 + random.nextInt(100_000),
                1 + random.nextInt(12),
                20 + random.nextInt(random.nextBoolean() ? 500 : 20_000),
                sometimes(random, 300_000, 3_000_000),
                sometimes(random, 300_000, 3_000_000),
                sometimes(random, 500_000, 4_000_000),
                sometimes(random, 300_000, 2_000_000),
                sometimes(random, 100_000, 2_000_000),
                random.nextInt(3) == 0,
                bug);
    }

    private static long sometimes(RandomGenerator random, long from, long to) {
        boolean ever = random.nextInt(3) != 0;
        long every = from + random.nextLong(to - from);
        return ever ? every : 0;
    }
}
