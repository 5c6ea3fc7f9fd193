package io.banyan.client.recipes;

import static io.banyan.client.recipes.World.LONG;
import static io.banyan.client.recipes.World.SHORT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.Heard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CoordinationTest {
    private final World world = new World();
    private final Banyan banyan = world.client();

    @AfterEach
    void close() throws Exception {
        world.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    // ---- election

    /// A leader that tells of its terms and leads until it is interrupted.
    private static LeaderElection.Leader until(Heard<String> heard, String id) {
        return lease -> {
            heard.add(id + " leads");
            try {
                new CountDownLatch(1).await();
            } finally {
                heard.add(id + " ends, held=" + lease.isHeld());
            }
        };
    }

    @Test
    void candidatesLeadOneAfterAnother() {
        var heard = new Heard<String>();
        var one = new LeaderElection(banyan, "/leader", "one", until(heard, "one"));
        var two =
                world.keep(
                        new LeaderElection(world.client(), "/leader", "two", until(heard, "two")));
        one.start();
        assertThat(heard.next()).isEqualTo("one leads");
        assertThat(one.isLeader()).isTrue();
        assertThat(one.leader()).contains("one");
        two.start();

        one.close();

        assertThat(heard.next()).isEqualTo("one ends, held=true");
        assertThat(heard.next()).isEqualTo("two leads");
        assertThat(one.isLeader()).isFalse();
        assertThat(two.candidates()).containsExactly("two");
    }

    @Test
    void leaderWhoseSessionIsLostIsRevokedBeforeAnotherLeadsAndStandsAgain() {
        World.Behind behind = world.behind(Duration.ofMillis(400));
        var heard = new Heard<String>();
        var one =
                world.keep(
                        new LeaderElection(behind.banyan(), "/leader", "one", until(heard, "one")));
        var two = world.keep(new LeaderElection(banyan, "/leader", "two", until(heard, "two")));
        one.start();
        assertThat(heard.next()).isEqualTo("one leads");
        two.start();

        behind.expire();

        assertThat(heard.next()).isEqualTo("one ends, held=false");
        assertThat(heard.next()).isEqualTo("two leads");
        two.close();
        assertThat(heard.next()).isEqualTo("two ends, held=true");
        assertThat(heard.next()).isEqualTo("one leads");
    }

    @Test
    void leaderThatFailsStepsDownAndStandsAgain() {
        var heard = new Heard<String>();
        var election =
                world.keep(
                        new LeaderElection(
                                banyan,
                                "/leader",
                                "one",
                                lease -> {
                                    heard.add("leads");
                                    throw new IllegalStateException("meant to fail");
                                }));

        election.start();

        assertThat(heard.next()).isEqualTo("leads");
        assertThat(heard.next()).isEqualTo("leads");
    }

    // ---- names

    @Test
    void nameIsForOneAtATime() throws Exception {
        var names = new Names(banyan, "/names");
        Lease lease = names.claim("shard-1").orElseThrow();

        assertThat(new Names(world.client(), "/names").claim("shard-1")).isEmpty();
        assertThat(names.claim("shard-2")).isPresent();
        lease.close();

        assertThat(names.claim("shard-1")).isPresent();
    }

    @Test
    void idsAreUniqueAndGrow() {
        var one = new Names(banyan, "/ids");
        var two = new Names(world.client(), "/ids");
        var ids = new ArrayList<Long>();

        for (int i = 0; i < 50; i++) {
            ids.add(one.nextId());
            ids.add(two.nextId());
        }

        assertThat(ids).isSorted().doesNotHaveDuplicates();
    }

    // ---- barrier, latch, counter, queue

    @Test
    void barrierOpensForAllAndClosesBehindAll() throws Exception {
        var heard = new Heard<String>();
        var all = new ArrayList<CompletableFuture<Void>>();
        for (int round = 0; round < 2; round++) {
            for (String name : new String[] {"a", "b", "c"}) {
                var barrier = new DoubleBarrier(world.client(), "/barrier", name, 3);
                all.add(
                        World.start(() -> {
                            assertThat(barrier.enter(LONG)).isTrue();
                            heard.add("in");
                            assertThat(barrier.leave(LONG)).isTrue();
                            heard.add("out");
                            return null;
                        }));
            }
            all.forEach(CompletableFuture::join);

            assertThat(heard.soFar().subList(0, 3)).containsOnly("in");
        }
    }

    @Test
    void barrierThatIsNotFullOpensForNobody() throws Exception {
        var barrier = new DoubleBarrier(banyan, "/barrier", "a", 2);

        assertThat(barrier.enter(SHORT)).isFalse();

        assertThat(banyan.children("/barrier/entered").names()).isEmpty();
    }

    @Test
    void latchOpensWhenAllIsCounted() throws Exception {
        var latch = new Latch(banyan, "/latch", 3);
        CompletableFuture<Boolean> waiting =
                World.start(() -> new Latch(world.client(), "/latch", 3).await(LONG));
        assertThat(latch.await(SHORT)).isFalse();

        latch.countDown();
        latch.countDown();
        assertThat(latch.remaining()).isEqualTo(1);
        latch.countDown();

        assertThat(waiting.join()).isTrue();
    }

    @Test
    void everyCountIsCountedOnceAlthoughAnswersAreLost() throws Exception {
        int clients = 3;
        int each = 30;
        var all = new ArrayList<CompletableFuture<Void>>();
        var stop = new CountDownLatch(1);
        var behinds = new ArrayList<World.Behind>();
        for (int i = 0; i < clients; i++) {
            World.Behind behind = world.behind(Duration.ofSeconds(10));
            behinds.add(behind);
            var counter = new Counter(behind.banyan(), "/counter");
            all.add(
                    World.start(() -> {
                        for (int j = 0; j < each; j++) {
                            counter.increment();
                        }
                        return null;
                    }));
        }
        CompletableFuture<Void> chaos =
                World.start(() -> {
                    while (!stop.await(15, TimeUnit.MILLISECONDS)) {
                        behinds.forEach(behind -> behind.proxy().cut());
                    }
                    return null;
                });

        all.forEach(CompletableFuture::join);
        stop.countDown();
        chaos.join();

        assertThat(new Counter(banyan, "/counter").get()).isEqualTo((long) clients * each);
    }

    @Test
    void queueHandsOutInOrderAndAgainWhatWasNotDone() throws Exception {
        var queue = new FifoQueue(banyan, "/queue");
        queue.put(bytes("1"));
        queue.put(bytes("2"));

        FifoQueue.Item first = queue.take(LONG).orElseThrow();
        FifoQueue.Item second = queue.take(LONG).orElseThrow();
        assertThat(first.data()).isEqualTo(bytes("1"));
        assertThat(second.data()).isEqualTo(bytes("2"));
        assertThat(queue.take(SHORT)).isEmpty();
        first.close();
        second.done(writes -> writes.create("/made-of-2", null));

        try (FifoQueue.Item again = queue.take(LONG).orElseThrow()) {
            assertThat(again.data()).isEqualTo(bytes("1"));
            again.done();
        }
        assertThat(queue.size()).isZero();
        assertThat(banyan.exists("/made-of-2")).isPresent();
    }

    @Test
    void itemOfALostSessionGoesToAnotherAndIsNotDoneTwice() throws Exception {
        World.Behind behind = world.behind(Duration.ofMillis(400));
        var queue = new FifoQueue(banyan, "/queue");
        queue.put(bytes("1"));
        FifoQueue.Item lost = new FifoQueue(behind.banyan(), "/queue").take(LONG).orElseThrow();
        behind.expire();

        FifoQueue.Item item = queue.take(LONG).orElseThrow();

        assertThatThrownBy(lost::done).isInstanceOf(BanyanException.MultiFailed.class);
        item.done();
        assertThat(queue.size()).isZero();
    }

    @Test
    void everyItemIsTakenOnceByManyConsumers() throws Exception {
        int items = 100;
        var done = new Heard<String>();
        var producers = new ArrayList<CompletableFuture<Void>>();
        for (int i = 0; i < 2; i++) {
            int first = i;
            var queue = new FifoQueue(world.client(), "/queue");
            producers.add(
                    World.start(() -> {
                        for (int j = first; j < items; j += 2) {
                            queue.put(bytes("" + j));
                        }
                        return null;
                    }));
        }
        var consumers = new ArrayList<CompletableFuture<Void>>();
        for (int i = 0; i < 3; i++) {
            var queue = new FifoQueue(world.client(), "/queue");
            consumers.add(
                    World.start(() -> {
                        var item = queue.take(Duration.ofMillis(500));
                        while (item.isPresent()) {
                            item.get().done();
                            done.add(new String(item.get().data(), UTF_8));
                            item = queue.take(Duration.ofMillis(500));
                        }
                        return null;
                    }));
        }

        producers.forEach(CompletableFuture::join);
        consumers.forEach(CompletableFuture::join);

        var all = done.soFar();
        assertThat(all).hasSize(items);
        assertThat(new TreeSet<>(all)).hasSize(items);
    }
}
