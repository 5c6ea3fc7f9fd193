package io.banyan.client.recipes;

import static io.banyan.client.recipes.World.LONG;
import static io.banyan.client.recipes.World.SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.Heard;
import io.banyan.client.Multi;
import io.banyan.client.WatchEvent;
import io.banyan.wire.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LocksTest {
    private final World world = new World();

    @AfterEach
    void close() throws Exception {
        world.close();
    }

    /// Waits until so many stand in the line of a lock.
    private static void awaitContenders(Banyan banyan, String path, int count) {
        var changed = new Heard<WatchEvent>();
        while (true) {
            try {
                if (banyan.children(path, changed::add).names().size() == count) {
                    return;
                }
                changed.next();
            } catch (BanyanException.NoNode e) {
                banyan.createAll(path);
            }
        }
    }

    @Test
    void lockIsGivenInTheOrderOfAskingWithGrowingTokens() throws Exception {
        Banyan banyan = world.client();
        var lock = new FairLock(banyan, "/lock");
        Lease first = lock.acquire();
        var order = new Heard<Integer>();
        var tokens = new ArrayList<Long>();
        var waiting = new ArrayList<CompletableFuture<Void>>();
        for (int i = 0; i < 5; i++) {
            int number = i;
            var mine = new FairLock(world.client(), "/lock");
            waiting.add(
                    World.start(() -> {
                        try (Lease lease = mine.acquire()) {
                            tokens.add(lease.token());
                            order.add(number);
                        }
                        return null;
                    }));
            awaitContenders(banyan, "/lock", 2 + i);
        }

        first.close();

        waiting.forEach(CompletableFuture::join);
        assertThat(order.soFar()).containsExactly(0, 1, 2, 3, 4);
        assertThat(tokens).isSorted().allMatch(token -> token > first.token());
        awaitContenders(banyan, "/lock", 0);
    }

    @Test
    void releaseWakesNobodyButTheNext() throws Exception {
        Banyan banyan = world.client();
        var lock = new FairLock(banyan, "/lock");
        Lease first = lock.acquire();
        CompletableFuture<Lease> second = World.start(() -> lock.acquire());
        awaitContenders(banyan, "/lock", 2);
        CompletableFuture<Lease> third = World.start(() -> lock.acquire());
        awaitContenders(banyan, "/lock", 3);

        first.close();

        assertThat(second.join().isHeld()).isTrue();
        assertThat(third).isNotDone();
        second.join().close();
        third.join().close();
    }

    @Test
    void attemptThatTimesOutLeavesNothing() throws Exception {
        Banyan banyan = world.client();
        var lock = new FairLock(banyan, "/lock");
        Lease held = lock.acquire();

        assertThat(lock.tryAcquire(SHORT)).isEmpty();
        assertThat(lock.tryAcquire(Duration.ZERO)).isEmpty();

        assertThat(lock.contenders()).isEqualTo(1);
        held.close();
        assertThat(lock.tryAcquire(LONG)).isPresent();
    }

    @Test
    void interruptedWaiterLeavesTheLine() throws Exception {
        Banyan banyan = world.client();
        var lock = new FairLock(banyan, "/lock");
        Lease held = lock.acquire();
        var result = new CompletableFuture<Throwable>();
        Thread waiter =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                lock.acquire();
                            } catch (InterruptedException e) {
                                result.complete(e);
                            }
                        });
        awaitContenders(banyan, "/lock", 2);

        waiter.interrupt();

        assertThat(result.join()).isInstanceOf(InterruptedException.class);
        assertThat(lock.contenders()).isEqualTo(1);
        held.close();
    }

    @Test
    void guardLetsWritesThroughWhileTheLockIsHeldAndNotAfter() throws Exception {
        Banyan banyan = world.client();
        banyan.create("/data", null);
        Lease lease = new FairLock(banyan, "/lock").acquire();
        var guarded = new Multi();
        lease.guard(guarded);
        guarded.set("/data", new byte[] {1});

        banyan.multi(guarded);
        lease.close();

        assertThat(lease.isHeld()).isFalse();
        assertThatThrownBy(() -> banyan.multi(guarded))
                .isInstanceOfSatisfying(
                        BanyanException.MultiFailed.class,
                        e -> {
                            assertThat(e.path()).isEqualTo(lease.path());
                            assertThat(e.code()).isEqualTo(ErrorCode.NO_NODE);
                        });
    }

    @Test
    void lockOfALostSessionIsLostBeforeAnotherHasIt() throws Exception {
        World.Behind behind = world.behind(Duration.ofMillis(400));
        Lease lost = new FairLock(behind.banyan(), "/lock").acquire();
        var heard = new Heard<String>();
        lost.onLost(() -> heard.add("lost"));
        CompletableFuture<Boolean> other =
                World.start(() -> {
                    try (Lease next = new FairLock(world.client(), "/lock").acquire()) {
                        boolean isExclusive = !lost.isHeld();
                        assertThat(next.token()).isGreaterThan(lost.token());
                        return isExclusive;
                    }
                });

        behind.expire();

        assertThat(other.join()).isTrue();
        assertThat(heard.next()).isEqualTo("lost");
        assertThat(lost.isHeld()).isFalse();
        lost.close();
    }

    @Test
    void waiterOfALostSessionStandsInLineAgain() throws Exception {
        World.Behind behind = world.behind(Duration.ofMillis(400));
        Banyan banyan = world.client();
        Lease held = new FairLock(banyan, "/lock").acquire();
        CompletableFuture<Lease> waiting =
                World.start(() -> new FairLock(behind.banyan(), "/lock").acquire());
        awaitContenders(banyan, "/lock", 2);

        behind.expire();
        awaitContenders(banyan, "/lock", 2);
        held.close();

        assertThat(waiting.join().isHeld()).isTrue();
    }

    @Test
    void waiterWhosePlaceIsDeletedByHandStandsInLineAgain() throws Exception {
        Banyan banyan = world.client();
        Lease held = new FairLock(banyan, "/lock").acquire();
        Banyan other = world.client();
        CompletableFuture<Lease> waiting =
                World.start(() -> new FairLock(other, "/lock").acquire());
        awaitContenders(banyan, "/lock", 2);
        String place =
                banyan.children("/lock").names().stream()
                        .filter(name -> !held.path().endsWith(name))
                        .findAny()
                        .orElseThrow();

        banyan.delete("/lock/" + place);
        awaitContenders(banyan, "/lock", 2);
        assertThat(waiting).isNotDone();
        held.close();

        assertThat(waiting.join().isHeld()).isTrue();
        assertThat(waiting.join().path()).doesNotEndWith(place);
    }

    @Test
    void waiterBehindOneWhoGivesUpWaitsForTheHolder() throws Exception {
        Banyan banyan = world.client();
        Lease held = new FairLock(banyan, "/lock").acquire();
        Banyan second = world.client();
        CompletableFuture<Lease> givesUp =
                World.start(() -> new FairLock(second, "/lock").acquire());
        awaitContenders(banyan, "/lock", 2);
        Banyan third = world.client();
        CompletableFuture<Lease> waiting =
                World.start(() -> new FairLock(third, "/lock").acquire());
        awaitContenders(banyan, "/lock", 3);

        second.close();
        awaitContenders(banyan, "/lock", 2);
        assertThatThrownBy(givesUp::join).hasCauseInstanceOf(BanyanException.Closed.class);
        assertThat(waiting).isNotDone();
        held.close();

        assertThat(waiting.join().isHeld()).isTrue();
    }

    @Test
    void lockWhoseNodeIsDeletedByHandIsLost() throws Exception {
        Banyan banyan = world.client();
        Lease lease = new FairLock(banyan, "/lock").acquire();
        var heard = new Heard<String>();
        lease.onLost(() -> heard.add("lost"));

        banyan.delete(lease.path());

        assertThat(heard.next()).isEqualTo("lost");
        assertThat(lease.isHeld()).isFalse();
    }

    @Test
    void leaseListenerThatComesLateIsToldAtOnce() throws Exception {
        Banyan banyan = world.client();
        Lease lease = new FairLock(banyan, "/lock").acquire();
        var heard = new Heard<String>();
        banyan.close();

        lease.onLost(() -> heard.add("lost"));

        assertThat(heard.next()).isEqualTo("lost");
    }

    @Test
    void holderTakesAReentrantLockAgain() throws Exception {
        Banyan banyan = world.client();
        var lock = new ReentrantLock(banyan, "/lock");

        try (ReentrantLock.Hold outer = lock.acquire()) {
            try (ReentrantLock.Hold inner = lock.acquire()) {
                assertThat(inner.lease()).isSameAs(outer.lease());
            }
            assertThat(outer.lease().isHeld()).isTrue();
            assertThat(World.start(() -> lock.tryAcquire(SHORT)).join()).isEmpty();
        }

        assertThat(World.start(() -> lock.tryAcquire(LONG).isPresent()).join()).isTrue();
    }

    @Test
    void readersShareAndWritersDoNot() throws Exception {
        Banyan banyan = world.client();
        var lock = new ReadWriteLock(banyan, "/lock");
        Lease one = lock.acquireRead();
        Lease two = lock.acquireRead();
        CompletableFuture<Lease> writer = World.start(lock::acquireWrite);
        awaitContenders(banyan, "/lock", 3);

        assertThat(lock.tryAcquireRead(SHORT)).as("behind the writer").isEmpty();
        one.close();
        assertThat(lock.tryAcquireWrite(SHORT)).isEmpty();
        assertThat(writer).isNotDone();
        two.close();

        Lease writing = writer.join();
        assertThat(lock.tryAcquireRead(SHORT)).isEmpty();
        writing.close();
        lock.acquireRead().close();
    }

    @Test
    void semaphoreGivesOutItsPermitsAndNoMore() throws Exception {
        Banyan banyan = world.client();
        var semaphore = new Semaphore(banyan, "/semaphore", 3);
        var inside = new AtomicInteger();
        var most = new AtomicInteger();
        var all = new ArrayList<CompletableFuture<Void>>();

        for (int i = 0; i < 12; i++) {
            var mine = new Semaphore(i % 2 == 0 ? banyan : world.client(), "/semaphore", 3);
            all.add(
                    World.start(() -> {
                        for (int j = 0; j < 5; j++) {
                            try (Lease lease = mine.acquire()) {
                                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                                assertThat(lease.isHeld()).isTrue();
                                inside.decrementAndGet();
                            }
                        }
                        return null;
                    }));
        }

        all.forEach(CompletableFuture::join);
        assertThat(most.get()).isBetween(1, 3);
        awaitContenders(banyan, "/semaphore/held", 0);
        assertThat(semaphore.available()).isEqualTo(3);
    }

    @Test
    void permitOfALostSessionComesBack() throws Exception {
        World.Behind behind = world.behind(Duration.ofMillis(400));
        Lease lost = new Semaphore(behind.banyan(), "/semaphore", 1).acquire();
        var other = new Semaphore(world.client(), "/semaphore", 1);
        assertThat(other.tryAcquire(SHORT)).isEmpty();

        behind.expireAndStayAway();

        assertThat(other.tryAcquire(LONG)).isPresent();
        assertThat(lost.isHeld()).isFalse();
    }

    /// `-Dlocks.handOvers=10000` for more.
    @Test
    void thousandHandOversWakeEveryWaiterInTheOrderOfAsking() throws Exception {
        int clients = 4;
        int rounds = Integer.getInteger("locks.handOvers", 1_000) / clients;
        var holders = new AtomicInteger();
        var tokens = new ArrayList<Long>();
        List<CompletableFuture<Void>> all = new ArrayList<>();

        for (int i = 0; i < clients; i++) {
            var lock = new FairLock(world.client(), "/lock");
            all.add(
                    World.start(() -> {
                        for (int j = 0; j < rounds; j++) {
                            try (Lease lease = lock.acquire()) {
                                assertThat(holders.incrementAndGet()).isEqualTo(1);
                                tokens.add(lease.token());
                                holders.decrementAndGet();
                            }
                        }
                        return null;
                    }));
        }

        all.forEach(CompletableFuture::join);
        assertThat(tokens).hasSize(clients * rounds).isSorted();
    }
}
