package io.banyan.e2e.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.Shared;
import io.banyan.e2e.server.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.barriers.DistributedBarrier;
import org.apache.curator.framework.recipes.barriers.DistributedDoubleBarrier;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderSelector;
import org.apache.curator.framework.recipes.leader.LeaderSelectorListenerAdapter;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Lease;
import org.apache.curator.framework.recipes.nodes.PersistentNode;
import org.apache.curator.framework.recipes.queue.DistributedQueue;
import org.apache.curator.framework.recipes.queue.QueueBuilder;
import org.apache.curator.framework.recipes.queue.QueueConsumer;
import org.apache.curator.framework.recipes.queue.QueueSerializer;
import org.apache.curator.framework.recipes.shared.SharedCount;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.CreateMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Curator's recipes, each with two or more clients.
@Tag("fast")
class CuratorRecipesTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final List<CuratorFramework> clients = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    static List<ServerKind> servers() {
        return ServerKind.tested();
    }

    @AfterEach
    void closeClients() {
        threads.shutdownNow();
        clients.forEach(CuratorFramework::close);
    }

    private CuratorFramework client(ServerKind kind) throws Exception {
        CuratorFramework client =
                CuratorFrameworkFactory.newClient(
                        Shared.connect(kind), 10_000, 10_000, new RetryOneTime(100));
        clients.add(client);
        client.start();
        assertThat(client.blockUntilConnected(30, TimeUnit.SECONDS)).isTrue();
        return client;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static void await(String what, Callable<Boolean> condition) {
        Waiting.until(() -> what, LIMIT, condition);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void mutexLetsOneInAtATime(ServerKind kind) throws Exception {
        String path = Shared.path();
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Future<?>> done = new ArrayList<>();

        for (int i = 0; i < 3; i++) {
            InterProcessMutex mutex = new InterProcessMutex(client(kind), path);
            done.add(
                    threads.submit(() -> {
                        for (int n = 0; n < 10; n++) {
                            assertThat(mutex.acquire(30, TimeUnit.SECONDS)).isTrue();
                            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                            inside.decrementAndGet();
                            mutex.release();
                        }
                        return null;
                    }));
        }

        for (Future<?> future : done) {
            future.get(60, TimeUnit.SECONDS);
        }
        assertThat(most.get()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void readersShareAndAWriterDoesNot(ServerKind kind) throws Exception {
        String path = Shared.path();
        InterProcessReadWriteLock one = new InterProcessReadWriteLock(client(kind), path);
        InterProcessReadWriteLock two = new InterProcessReadWriteLock(client(kind), path);

        one.readLock().acquire();
        assertThat(two.readLock().acquire(30, TimeUnit.SECONDS)).isTrue();
        two.readLock().release();
        Future<Boolean> writer =
                threads.submit(() -> two.writeLock().acquire(30, TimeUnit.SECONDS));
        assertThat(writer.isDone()).isFalse();
        one.readLock().release();

        assertThat(writer.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(one.readLock().acquire(300, TimeUnit.MILLISECONDS)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void semaphoreLeasesNoMoreThanItHas(ServerKind kind) throws Exception {
        String path = Shared.path();
        InterProcessSemaphoreV2 one = new InterProcessSemaphoreV2(client(kind), path, 2);
        InterProcessSemaphoreV2 two = new InterProcessSemaphoreV2(client(kind), path, 2);

        Collection<Lease> both = one.acquire(2, 30, TimeUnit.SECONDS);
        assertThat(both).hasSize(2);
        assertThat(two.acquire(300, TimeUnit.MILLISECONDS)).isNull();
        one.returnAll(both);

        assertThat(two.acquire(30, TimeUnit.SECONDS)).isNotNull();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void latchPassesLeadershipOn(ServerKind kind) throws Exception {
        String path = Shared.path();
        LeaderLatch one = new LeaderLatch(client(kind), path, "one");
        LeaderLatch two = new LeaderLatch(client(kind), path, "two");
        one.start();
        assertThat(one.await(30, TimeUnit.SECONDS)).isTrue();
        two.start();
        await("two takes part", () -> one.getParticipants().size() == 2);
        assertThat(two.hasLeadership()).isFalse();

        one.close();

        assertThat(two.await(30, TimeUnit.SECONDS)).isTrue();
        two.close();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void selectorElectsEachInTurn(ServerKind kind) throws Exception {
        String path = Shared.path();
        BlockingQueue<String> leaders = new LinkedBlockingQueue<>();
        List<LeaderSelector> selectors = new ArrayList<>();
        for (String name : List.of("a", "b")) {
            LeaderSelector selector =
                    new LeaderSelector(
                            client(kind),
                            path,
                            new LeaderSelectorListenerAdapter() {
                                @Override
                                public void takeLeadership(CuratorFramework client) {
                                    leaders.add(name);
                                }
                            });
            selectors.add(selector);
            selector.start();
        }

        List<String> seen =
                List.of(
                        String.valueOf(leaders.poll(30, TimeUnit.SECONDS)),
                        String.valueOf(leaders.poll(30, TimeUnit.SECONDS)));

        assertThat(seen).containsExactlyInAnyOrder("a", "b");
        selectors.forEach(LeaderSelector::close);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void barrierHoldsUntilItIsRemoved(ServerKind kind) throws Exception {
        String path = Shared.path();
        DistributedBarrier barrier = new DistributedBarrier(client(kind), path);
        DistributedBarrier waiting = new DistributedBarrier(client(kind), path);
        barrier.setBarrier();
        assertThat(waiting.waitOnBarrier(200, TimeUnit.MILLISECONDS)).isFalse();

        Future<Boolean> passed = threads.submit(() -> waiting.waitOnBarrier(30, TimeUnit.SECONDS));
        barrier.removeBarrier();

        assertThat(passed.get(30, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void doubleBarrierGathersAllBeforeAndAfter(ServerKind kind) throws Exception {
        String path = Shared.path();
        CountDownLatch entered = new CountDownLatch(3);
        List<Future<Boolean>> done = new ArrayList<>();

        for (int i = 0; i < 3; i++) {
            DistributedDoubleBarrier barrier = new DistributedDoubleBarrier(client(kind), path, 3);
            done.add(
                    threads.submit(() -> {
                        boolean in = barrier.enter(30, TimeUnit.SECONDS);
                        entered.countDown();
                        return in && barrier.leave(30, TimeUnit.SECONDS);
                    }));
        }

        assertThat(entered.await(30, TimeUnit.SECONDS)).isTrue();
        for (Future<Boolean> future : done) {
            assertThat(future.get(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void cacheFollowsASubtree(ServerKind kind) throws Exception {
        String path = Shared.path();
        CuratorFramework writer = client(kind);
        writer.create().forPath(path, bytes("root"));
        try (CuratorCache cache = CuratorCache.build(client(kind), path)) {
            CountDownLatch initialized = new CountDownLatch(1);
            List<String> told = java.util.Collections.synchronizedList(new ArrayList<>());
            cache.listenable()
                    .addListener(
                            CuratorCacheListener.builder()
                                    .forInitialized(initialized::countDown)
                                    .forCreates(n -> told.add("+" + n.getPath()))
                                    .forDeletes(n -> told.add("-" + n.getPath()))
                                    .build());
            cache.start();
            assertThat(initialized.await(30, TimeUnit.SECONDS)).isTrue();

            writer.create().creatingParentsIfNeeded().forPath(path + "/a/b", bytes("1"));
            writer.setData().forPath(path + "/a/b", bytes("2"));
            await(
                    "the cache to hold 2",
                    () ->
                            cache.get(path + "/a/b")
                                    .map(n -> new String(n.getData(), UTF_8).equals("2"))
                                    .orElse(false));
            writer.delete().deletingChildrenIfNeeded().forPath(path + "/a");
            await("the cache to forget", () -> cache.get(path + "/a").isEmpty());

            // It tells its listeners some time after it has forgotten.
            await(
                    "the listener to hear of all",
                    () ->
                            told.containsAll(
                                    List.of(
                                            "+" + path + "/a",
                                            "+" + path + "/a/b",
                                            "-" + path + "/a/b")));
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void persistentNodeComesBack(ServerKind kind) throws Exception {
        String path = Shared.path();
        CuratorFramework other = client(kind);
        try (PersistentNode node =
                new PersistentNode(
                        client(kind), CreateMode.EPHEMERAL, false, path, bytes("here"))) {
            node.start();
            assertThat(node.waitForInitialCreate(30, TimeUnit.SECONDS)).isTrue();
            long first = other.checkExists().forPath(path).getCzxid();

            other.delete().forPath(path);

            await(
                    "the node to come back",
                    () -> {
                        var stat = other.checkExists().forPath(path);
                        return stat != null && stat.getCzxid() > first;
                    });
        }
        assertThat(other.checkExists().forPath(path)).isNull();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void queueHandsEachItemOverOnceAndInOrder(ServerKind kind) throws Exception {
        String path = Shared.path();
        BlockingQueue<String> taken = new LinkedBlockingQueue<>();
        QueueSerializer<String> serializer =
                new QueueSerializer<>() {
                    @Override
                    public byte[] serialize(String item) {
                        return bytes(item);
                    }

                    @Override
                    public String deserialize(byte[] data) {
                        return new String(data, UTF_8);
                    }
                };
        QueueConsumer<String> consumer =
                new QueueConsumer<>() {
                    @Override
                    public void consumeMessage(String message) {
                        taken.add(message);
                    }

                    @Override
                    public void stateChanged(CuratorFramework client, ConnectionState state) {}
                };
        try (DistributedQueue<String> producer =
                        QueueBuilder.builder(client(kind), null, serializer, path).buildQueue();
                DistributedQueue<String> consuming =
                        QueueBuilder.builder(client(kind), consumer, serializer, path)
                                .buildQueue()) {
            producer.start();
            for (int i = 0; i < 20; i++) {
                producer.put("item" + i);
            }
            producer.flushPuts(30, TimeUnit.SECONDS);
            consuming.start();

            for (int i = 0; i < 20; i++) {
                assertThat(taken.poll(30, TimeUnit.SECONDS)).isEqualTo("item" + i);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void sharedCounterIsChangedByOneWhoKnowsItsVersion(ServerKind kind) throws Exception {
        String path = Shared.path();
        try (SharedCount one = new SharedCount(client(kind), path, 0);
                SharedCount two = new SharedCount(client(kind), path, 0)) {
            one.start();
            two.start();
            var before = two.getVersionedValue();

            assertThat(one.trySetCount(one.getVersionedValue(), 7)).isTrue();
            await("two to see 7", () -> two.getCount() == 7);

            assertThat(two.trySetCount(before, 9)).isFalse();
            assertThat(two.trySetCount(two.getVersionedValue(), 9)).isTrue();
            await("one to see 9", () -> one.getCount() == 9);
        }
    }
}
