package io.banyan.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.wire.Acl;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.Id;
import io.banyan.wire.Stat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OperationsTest {
    private final Banyan banyan = Servers.client();

    @AfterEach
    void close() {
        banyan.close();
    }

    @Test
    void whatWasCreatedIsRead() {
        Created made = banyan.create("/a", "hi".getBytes(UTF_8));

        Node node = banyan.get("/a");

        assertThat(made.path()).isEqualTo("/a");
        assertThat(node.text()).isEqualTo("hi");
        assertThat(node.stat()).isEqualTo(made.stat());
        assertThat(banyan.find("/b")).isEmpty();
        assertThat(banyan.exists("/b")).isEmpty();
    }

    @Test
    void nullAndEmptyDataAreDifferent() {
        banyan.create("/null", null);
        banyan.create("/empty", new byte[0]);

        assertThat(banyan.get("/null").data()).isNull();
        assertThat(banyan.get("/empty").data()).isEmpty();
    }

    @Test
    void sequentialNodesAreNumberedAndNamesAreSorted() {
        CreateMode mode = CreateMode.PERSISTENT.sequential();

        var names =
                List.of(
                        banyan.create("/s-", null, mode).name(),
                        banyan.create("/s-", null, mode).name());

        assertThat(names).containsExactly("s-0000000000", "s-0000000001");
        assertThat(banyan.children("/").names()).isEqualTo(names);
    }

    @Test
    void everyKindOfNodeIsMade() {
        banyan.create("/container", null, CreateMode.CONTAINER);
        banyan.create("/ttl", null, CreateMode.ttl(Duration.ofMinutes(1)));
        Created ephemeral = banyan.create("/ephemeral", null, CreateMode.EPHEMERAL);

        long session = banyan.session().orElseThrow().id();
        assertThat(ephemeral.stat().ephemeralOwner()).isEqualTo(session);
        assertThat(banyan.ephemerals("/")).containsExactly("/ephemeral");
        assertThat(banyan.countDescendants("/")).isEqualTo(3);
    }

    @Test
    void refusalsHaveTypesAndSayThatNothingHappened() {
        banyan.create("/a", null);
        banyan.create("/a/b", null);

        assertThatThrownBy(() -> banyan.create("/a", null))
                .isInstanceOf(BanyanException.NodeExists.class)
                .hasMessageContaining("/a");
        assertThatThrownBy(() -> banyan.get("/x")).isInstanceOf(BanyanException.NoNode.class);
        assertThatThrownBy(() -> banyan.delete("/a")).isInstanceOf(BanyanException.NotEmpty.class);
        assertThatThrownBy(() -> banyan.set("/a", null, 7))
                .isInstanceOfSatisfying(
                        BanyanException.BadVersion.class,
                        e -> {
                            assertThat(e.mayHaveHappened()).isFalse();
                            assertThat(e.path()).isEqualTo("/a");
                            assertThat(e.code()).isEqualTo(ErrorCode.BAD_VERSION);
                        });
    }

    @Test
    void stackOfAFailureShowsTheCaller() {
        assertThatThrownBy(() -> banyan.get("/x"))
                .satisfies(e ->
                        assertThat(e.getStackTrace())
                                .anyMatch(
                                        frame -> frame.getClassName().contains("OperationsTest")));
    }

    @Test
    void versionsAreCompared() {
        banyan.create("/a", null);

        Stat stat = banyan.set("/a", "1".getBytes(UTF_8), 0);
        banyan.delete("/a", stat.version());

        assertThat(banyan.exists("/a")).isEmpty();
    }

    @Test
    void multiIsDoneAsAWholeAndItsResultsAreNamed() {
        banyan.create("/total", "0".getBytes(UTF_8));
        var multi = new Multi();
        var order = multi.create("/order-", null, CreateMode.PERSISTENT.sequential());
        var total = multi.set("/total", "1".getBytes(UTF_8), 0);
        multi.checkExists("/total");

        Multi.Results results = banyan.multi(multi);

        assertThat(results.get(order).path()).startsWith("/order-");
        assertThat(results.get(total).version()).isEqualTo(1);
        assertThat(banyan.exists(results.get(order).path())).isPresent();
    }

    @Test
    void multiThatFailsSaysWhichOperationAndDoesNothing() {
        var multi = new Multi();
        multi.create("/made", null);
        multi.check("/missing", 3);
        multi.delete("/made");

        assertThatThrownBy(() -> banyan.multi(multi))
                .isInstanceOfSatisfying(
                        BanyanException.MultiFailed.class,
                        e -> {
                            assertThat(e.index()).isEqualTo(1);
                            assertThat(e.code()).isEqualTo(ErrorCode.NO_NODE);
                            assertThat(e.path()).isEqualTo("/missing");
                            assertThat(e.codes()).containsExactly(0, -101, -2);
                            assertThat(e.mayHaveHappened()).isFalse();
                        });
        assertThat(banyan.exists("/made")).isEmpty();
    }

    @Test
    void multiReadAnswersEachReadForItself() {
        banyan.create("/a", "1".getBytes(UTF_8));
        banyan.create("/a/b", null);
        var reads = new MultiRead();
        var a = reads.get("/a");
        var children = reads.children("/a");
        var missing = reads.get("/missing");

        MultiRead.Results results = banyan.multiRead(reads);

        assertThat(results.get(a).text()).isEqualTo("1");
        assertThat(results.get(children)).containsExactly("b");
        assertThat(results.find(missing)).isEmpty();
        assertThatThrownBy(() -> results.get(missing)).isInstanceOf(BanyanException.NoNode.class);
    }

    @Test
    void aclsAndIdentities() {
        banyan.addAuth("digest", "bob:pw".getBytes(UTF_8));
        List<Acl> bobs = List.of(new Acl(Acl.ALL, new Id("auth", "")));

        banyan.create("/bobs", null, CreateMode.PERSISTENT, bobs);

        assertThat(banyan.whoAmI()).anyMatch(each -> each.user().equals("bob"));
        AccessList list = banyan.getAcl("/bobs");
        assertThat(list.acl().get(0).id().scheme()).isEqualTo("digest");
        Stat stat = banyan.setAcl("/bobs", Acl.OPEN, list.stat().aversion());
        assertThat(stat.aversion()).isEqualTo(1);
    }

    @Test
    void authenticationThatIsRefusedEndsTheClientWithOneClearError() {
        var heard = new Heard<SessionState>();
        banyan.addListener(event -> heard.add(event.state()));

        assertThatThrownBy(() -> banyan.addAuth("nonsense", new byte[0]))
                .isInstanceOf(BanyanException.AuthFailed.class)
                .hasMessageContaining("nonsense");

        heard.await(SessionState.AUTH_FAILED);
        assertThatThrownBy(() -> banyan.get("/")).isInstanceOf(BanyanException.AuthFailed.class);
    }

    @Test
    void futuresCompleteInTheOrderOfRequests() {
        var order = new ArrayList<Integer>();

        CompletableFuture<?>[] all =
                IntStream.range(0, 3000)
                        .mapToObj(i ->
                                (i % 3 == 0
                                                ? banyan.async().create("/n" + i, null)
                                                : banyan.async().exists("/n" + i))
                                        .thenRun(() -> order.add(i)))
                        .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(all).join();

        assertThat(order).isSorted().hasSize(3000);
    }

    @Test
    void waitingForAFutureOnTheEventThreadIsRefusedAndABlockingCallIsNot() {
        banyan.create("/a", "x".getBytes(UTF_8));

        // In a watcher, which is always called on the event thread; what is chained to a future may
        // run on ours if the answer is there already.
        var chained = new CompletableFuture<String>();
        var joined = new CompletableFuture<Node>();
        banyan.addWatch(
                "/a",
                WatchMode.PERSISTENT,
                event -> {
                    chained.complete(banyan.get("/a").text());
                    try {
                        joined.complete(banyan.async().get("/a").join());
                    } catch (RuntimeException e) {
                        joined.completeExceptionally(e);
                    }
                });
        banyan.set("/a", "y".getBytes(UTF_8));

        assertThat(chained.join()).isEqualTo("y");
        assertThatThrownBy(joined::join).hasRootCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatIsChainedOnTheNetworkThreadGoesOnWhileTheEventThreadIsBusy() {
        AsyncBanyan onNetworkThread = banyan.async().onNetworkThread();
        var busy = new CompletableFuture<Void>();
        banyan.eventExecutor().execute(busy::join);

        var heard = new Heard<String>();
        onNetworkThread
                .exists("/a", event -> heard.add(event.type() + " " + event.path()))
                .thenCompose(before -> onNetworkThread.create("/a", null))
                .thenCompose(created -> onNetworkThread.get("/a"))
                .thenAccept(node -> heard.add("version " + node.stat().version()));

        assertThat(heard.next()).isEqualTo("CREATED /a");
        assertThat(heard.next()).isEqualTo("version 0");
        busy.complete(null);
    }

    @Test
    void waitingOnTheNetworkThreadIsRefused() {
        AsyncBanyan onNetworkThread = banyan.async().onNetworkThread();
        var joined = new CompletableFuture<Node>();
        var called = new CompletableFuture<Node>();
        onNetworkThread.exists(
                "/a",
                event -> {
                    settle(joined, () -> onNetworkThread.get("/a").join());
                    settle(called, () -> banyan.get("/a"));
                });

        banyan.create("/a", null);

        for (CompletableFuture<Node> each : List.of(joined, called)) {
            assertThatThrownBy(each::join)
                    .hasRootCauseInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("network thread");
        }
        assertThat(banyan.get("/a").stat().version()).isZero();
    }

    private static <T> void settle(CompletableFuture<T> future, Supplier<T> value) {
        try {
            future.complete(value.get());
        } catch (RuntimeException e) {
            future.completeExceptionally(e);
        }
    }

    @Test
    void watcherThatThrowsOnTheNetworkThreadHarmsNobody() {
        var heard = new Heard<WatchEvent>();
        banyan.async()
                .onNetworkThread()
                .exists(
                        "/a",
                        event -> {
                            throw new IllegalStateException("meant to fail");
                        });
        banyan.exists("/a", heard::add);

        banyan.create("/a", null);

        assertThat(heard.next().type()).isEqualTo(WatchEvent.Type.CREATED);
    }

    @Test
    void illegalPathsAreRefusedAtOnceWithAReason() {
        for (String path :
                List.of("", "a", "/a/", "/a//b", "/a/../b", "/.", "/a\u0000", "/\uE000")) {
            assertThatThrownBy(() -> banyan.exists(path))
                    .as(path)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("path");
        }
        assertThat(banyan.exists("/..a/.b./c")).isEmpty();
    }

    @Test
    void hugeDataIsRefusedHereAndTheSessionGoesOn() {
        byte[] huge = new byte[2_000_000];

        assertThatThrownBy(() -> banyan.create("/huge", huge))
                .isInstanceOf(BanyanException.TooLarge.class)
                .hasMessageContaining("jute.maxbuffer");

        assertThat(banyan.exists("/huge")).isEmpty();
        assertThat(banyan.async().set("/huge", huge)).isCompletedExceptionally();
    }

    @Test
    void answerBeyondTheBoundFailsItsRequestOnly() {
        try (Banyan small =
                Banyan.builder(Servers.connectString() + Servers.chroot())
                        .replyBytesMax(10_000)
                        .build()) {
            small.create("/large", new byte[500_000]);
            long session = small.session().orElseThrow().id();

            var large = small.async().get("/large");
            var after = small.async().exists("/large");

            assertThat(after.join()).isPresent();
            assertThatThrownBy(large::join).hasCauseInstanceOf(BanyanException.TooLarge.class);
            assertThat(small.session().orElseThrow().id()).isEqualTo(session);
        }
    }

    @Test
    void manyAnswersOfManySizesAreCutRight() {
        var sizes = List.of(0, 1, 15, 16_000, 16_384, 70_000, 300_000, 5);
        for (int i = 0; i < sizes.size(); i++) {
            banyan.create("/size" + i, new byte[sizes.get(i)]);
        }
        var futures = new ArrayList<CompletableFuture<Node>>();

        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < sizes.size(); i++) {
                futures.add(banyan.async().get("/size" + i));
            }
        }

        for (int i = 0; i < futures.size(); i++) {
            assertThat(futures.get(i).join().bytes()).hasSize(sizes.get(i % sizes.size()));
        }
    }

    @Test
    void metersHearOfRequestsConnectionsAndEvents() {
        var heard = new Heard<String>();
        var meters =
                new ClientMetrics() {
                    @Override
                    public void requestDone(String operation, long nanos, boolean failed) {
                        heard.add(operation + " " + (nanos > 0) + " " + failed);
                    }

                    @Override
                    public void connected(String server, long nanos) {
                        heard.add("connected " + server);
                    }

                    @Override
                    public void watchEvent(WatchEvent.Type type) {
                        heard.add("event " + type);
                    }
                };
        try (Banyan metered =
                Banyan.builder(Servers.connectString() + Servers.chroot())
                        .metrics(meters)
                        .build()) {
            metered.exists("/a", event -> {});
            metered.create("/a", null);
            assertThatThrownBy(() -> metered.create("/a", null))
                    .isInstanceOf(BanyanException.NodeExists.class);
        }

        assertThat(heard.soFar())
                .startsWith(
                        "connected " + Servers.connectString(),
                        "exists true false",
                        "event CREATED",
                        "create2 true false",
                        "create2 true true");
    }

    @Test
    void createAllMakesParentsAndDeleteAllTakesThemAway() {
        banyan.createAll("/x/y/z");
        banyan.createAll("/x/y/z");

        assertThat(banyan.exists("/x/y/z")).isPresent();
        banyan.deleteAll("/x");
        assertThat(banyan.children("/").names()).isEmpty();
        banyan.deleteAll("/x");
    }
}
