package io.banyan.client.recipes;

import static io.banyan.client.recipes.World.LONG;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.Heard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What the recipes promise, checked from what was recorded while connections are cut, answers are
/// lost and sessions expire. `-Dchaos.millis` and `-Dchaos.seed` make it longer, or another one.
class ChaosTest {
    private static final long MILLIS = Long.getLong("chaos.millis", 1000);
    private static final long SEED = Long.getLong("chaos.seed", 1);
    private static final Duration SESSION = Duration.ofMillis(400);
    private static final int ABSENCE_MILLIS = 900;

    private final World world = new World();
    private final Banyan banyan = world.client();
    private final List<World.Behind> victims = new ArrayList<>();
    private final AtomicBoolean over = new AtomicBoolean();

    @AfterEach
    void close() throws Exception {
        world.close();
    }

    private void victims(int count) {
        for (int i = 0; i < count; i++) {
            victims.add(world.behind(SESSION));
        }
    }

    /// Repeats a task until the time is over; failures of requests are part of the game.
    private CompletableFuture<Void> worker(Callable<?> task) {
        return World.start(() -> {
            while (!over.get()) {
                try {
                    task.call();
                } catch (BanyanException e) {
                    assertThat(e).isNotInstanceOf(BanyanException.Closed.class);
                }
            }
            return null;
        });
    }

    private void runChaos(List<CompletableFuture<Void>> workers) {
        try (var _ = new Chaos(SEED, victims, ABSENCE_MILLIS)) {
            var timer = new CompletableFuture<Void>();
            timer.completeOnTimeout(null, MILLIS, TimeUnit.MILLISECONDS);
            timer.join();
            over.set(true);
        }
        workers.forEach(CompletableFuture::join);
    }

    @Test
    void lockHasNeverTwoHolders() {
        banyan.create("/log", null);
        victims(4);
        Set<Lease> leases = ConcurrentHashMap.newKeySet();
        var acquired = new AtomicInteger();
        var workers = new ArrayList<CompletableFuture<Void>>();
        for (World.Behind victim : victims) {
            var lock = new FairLock(victim.banyan(), "/lock");
            workers.add(
                    worker(() -> {
                        Optional<Lease> taken = lock.tryAcquire(Duration.ofMillis(500));
                        if (taken.isEmpty()) {
                            return null;
                        }
                        try (Lease lease = taken.get()) {
                            acquired.incrementAndGet();
                            for (Lease other : leases) {
                                assertThat(other.isHeld() && lease.isHeld())
                                        .as("%s and %s", other, lease)
                                        .isFalse();
                            }
                            leases.add(lease);
                            for (int i = 0; i < 3; i++) {
                                World.guardedLog(victim.banyan(), lease);
                            }
                            leases.remove(lease);
                        }
                        return null;
                    }));
        }

        runChaos(workers);

        List<Long> tokens = World.loggedTokens(banyan);
        assertThat(tokens).isSorted();
        assertThat(new HashSet<>(tokens)).isNotEmpty();
        assertThat(acquired.get()).isPositive();
    }

    @Test
    void readersAndWritersAreNeverTogether() {
        victims(4);
        Set<Lease> readers = ConcurrentHashMap.newKeySet();
        Set<Lease> writers = ConcurrentHashMap.newKeySet();
        var taken = new AtomicInteger();
        var workers = new ArrayList<CompletableFuture<Void>>();
        for (int i = 0; i < victims.size(); i++) {
            boolean writes = i % 2 == 0;
            var lock = new ReadWriteLock(victims.get(i).banyan(), "/lock");
            Duration wait = Duration.ofMillis(500);
            workers.add(
                    worker(() -> {
                        Optional<Lease> held =
                                writes ? lock.tryAcquireWrite(wait) : lock.tryAcquireRead(wait);
                        if (held.isEmpty()) {
                            return null;
                        }
                        try (Lease lease = held.get()) {
                            taken.incrementAndGet();
                            assertNoneHeld(lease, writers);
                            if (writes) {
                                assertNoneHeld(lease, readers);
                            }
                            Set<Lease> mine = writes ? writers : readers;
                            mine.add(lease);
                            banyan.exists("/");
                            mine.remove(lease);
                        }
                        return null;
                    }));
        }

        runChaos(workers);

        assertThat(taken.get()).isPositive();
    }

    private static void assertNoneHeld(Lease lease, Set<Lease> others) {
        for (Lease other : others) {
            assertThat(other.isHeld() && lease.isHeld()).as("%s, %s", other, lease).isFalse();
        }
    }

    @Test
    void semaphoreHasNeverMoreHoldersThanPermits() {
        victims(5);
        Set<Lease> leases = ConcurrentHashMap.newKeySet();
        var taken = new AtomicInteger();
        var workers = new ArrayList<CompletableFuture<Void>>();
        for (World.Behind victim : victims) {
            var semaphore = new Semaphore(victim.banyan(), "/semaphore", 2);
            workers.add(
                    worker(() -> {
                        var held = semaphore.tryAcquire(Duration.ofMillis(500));
                        if (held.isEmpty()) {
                            return null;
                        }
                        try (Lease lease = held.get()) {
                            taken.incrementAndGet();
                            leases.add(lease);
                            long together = leases.stream().filter(Lease::isHeld).count();
                            assertThat(together).isLessThanOrEqualTo(2);
                            banyan.exists("/");
                            leases.remove(lease);
                        }
                        return null;
                    }));
        }

        runChaos(workers);

        assertThat(taken.get()).isPositive();
    }

    @Test
    void electionHasNeverTwoLeaders() {
        banyan.create("/log", null);
        victims(3);
        Set<Lease> leaders = ConcurrentHashMap.newKeySet();
        var terms = new AtomicInteger();
        var failures = new Heard<Throwable>();
        var elections = new ArrayList<LeaderElection>();
        for (World.Behind victim : victims) {
            var election =
                    new LeaderElection(
                            victim.banyan(),
                            "/leader",
                            "id",
                            lease -> {
                                try {
                                    terms.incrementAndGet();
                                    assertNoneHeld(lease, leaders);
                                    leaders.add(lease);
                                    for (int i = 0; i < 5 && lease.isHeld(); i++) {
                                        World.guardedLog(victim.banyan(), lease);
                                    }
                                    leaders.remove(lease);
                                } catch (BanyanException e) {
                                    leaders.remove(lease);
                                } catch (AssertionError e) {
                                    failures.add(e);
                                }
                            });
            world.keep(election);
            elections.add(election);
            election.start();
        }

        runChaos(List.of());
        elections.forEach(LeaderElection::close);

        assertThat(failures.soFar()).isEmpty();
        assertThat(World.loggedTokens(banyan)).isSorted();
        assertThat(terms.get()).isPositive();
    }

    @Test
    void everyItemIsDoneOnce() {
        banyan.createAll("/done");
        victims(3);
        var put = new AtomicInteger();
        var producer = new FifoQueue(banyan, "/queue");
        var workers = new ArrayList<CompletableFuture<Void>>();
        workers.add(
                worker(() -> {
                    producer.put(("" + put.getAndIncrement()).getBytes(UTF_8));
                    return null;
                }));
        for (World.Behind victim : victims) {
            var queue = new FifoQueue(victim.banyan(), "/queue");
            workers.add(worker(() -> doNext(queue)));
        }

        runChaos(workers);
        var rest = new FifoQueue(banyan, "/queue");
        over.set(false);
        while (doNext(rest)) {
            assertThat(over).isFalse();
        }

        // The name of what an item leaves is its own: a second time would have been refused.
        assertThat(banyan.children("/done").names()).hasSize(put.get());
        assertThat(put.get()).isPositive();
    }

    private static boolean doNext(FifoQueue queue) {
        try (FifoQueue.Item item = queue.take(Duration.ofMillis(700)).orElse(null)) {
            if (item == null) {
                return false;
            }
            String text = new String(item.data(), UTF_8);
            item.done(writes -> writes.create("/done/item" + text, null));
            return true;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void groupBecomesTheLiveSet() throws Exception {
        victims(4);
        Group group = world.keep(new Group(banyan, "/group"));
        group.awaitReady(LONG);
        var lists = new Heard<Set<String>>();
        for (int i = 0; i < victims.size(); i++) {
            Group own = world.keep(new Group(victims.get(i).banyan(), "/group"));
            own.listen(members -> lists.add(members.keySet()));
            world.keep(own.join("member" + i, new byte[0]));
        }

        runChaos(List.of());

        Set<String> all = Set.of("member0", "member1", "member2", "member3");
        var last = new Heard<Set<String>>();
        group.listen(members -> last.add(Set.copyOf(members.keySet())));
        last.await(all);
        assertThat(lists.soFar()).isNotEmpty();
    }

    @Test
    void everyReaderOfAConfigurationEndsAtTheLastValue() throws Exception {
        victims(4);
        var writer = world.keep(new Configuration<>(banyan, "/config", Map::copyOf));
        writer.awaitReady(LONG);
        var broken = new Heard<String>();
        var ends = new ArrayList<Heard<String>>();
        for (World.Behind victim : victims) {
            var reader = world.keep(new Configuration<>(victim.banyan(), "/config", Map::copyOf));
            var heard = new Heard<String>();
            ends.add(heard);
            reader.listen((before, after) -> {
                // Both keys are always published together; before that there are none.
                if (!Objects.equals(after.get("a"), after.get("b"))) {
                    broken.add(after.toString());
                }
                heard.add(String.valueOf(after.get("a")));
            });
        }
        var published = new AtomicInteger();
        var version = new AtomicInteger(-1);

        runChaos(
                List.of(
                        worker(() -> {
                            Optional<String> text = Optional.of("" + published.incrementAndGet());
                            version.set(
                                    writer.publish(Map.of("a", text, "b", text), version.get()));
                            return null;
                        })));

        for (Heard<String> each : ends) {
            each.await("" + published.get());
        }
        assertThat(broken.soFar()).isEmpty();
        assertThat(published.get()).isPositive();
    }
}
