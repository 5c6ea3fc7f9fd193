package io.banyan.client.recipes;

import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Breaks connections at random, by a seed, until it is closed: cuts, requests that never arrive,
/// answers that never come, and absences long enough to end sessions.
final class Chaos implements AutoCloseable {
    private final Random random;
    private final List<World.Behind> victims;
    private final int absenceMillisMax;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CompletableFuture<Void> running;

    /// @param absenceMillisMax beyond the session timeout sessions expire
    Chaos(long seed, List<World.Behind> victims, int absenceMillisMax) {
        this.random = new Random(seed);
        this.victims = List.copyOf(victims);
        this.absenceMillisMax = absenceMillisMax;
        this.running = World.start(this::run);
    }

    private Void run() throws InterruptedException {
        while (!pause(random.nextInt(30))) {
            var proxy = victims.get(random.nextInt(victims.size())).proxy();
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> proxy.cut();
                case 3, 4 -> {
                    proxy.stallAnswers(true);
                    pause(random.nextInt(20));
                    proxy.cut();
                    proxy.stallAnswers(false);
                }
                case 5, 6 -> {
                    proxy.stallRequests(true);
                    pause(random.nextInt(20));
                    proxy.cut();
                    proxy.stallRequests(false);
                }
                default -> {
                    proxy.refuse(true);
                    proxy.cut();
                    pause(random.nextInt(absenceMillisMax));
                    proxy.refuse(false);
                }
            }
        }
        return null;
    }

    private boolean pause(int millis) throws InterruptedException {
        return stop.await(millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        stop.countDown();
        running.join();
    }
}
