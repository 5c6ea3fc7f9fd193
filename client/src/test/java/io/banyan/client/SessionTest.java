package io.banyan.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.server.BanyanServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final FaultyProxy proxy = Servers.proxy();
    private final String chroot = Servers.chroot();
    private final List<AutoCloseable> opened = new ArrayList<>(List.of(proxy));

    @AfterEach
    void close() throws Exception {
        // The proxy last: a client closes its session through it.
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private Banyan.Builder builder() {
        return Banyan.builder(proxy.connectString() + chroot)
                .sessionTimeout(Duration.ofSeconds(10))
                .backoff(Duration.ofMillis(5), Duration.ofMillis(50));
    }

    private Banyan open(Banyan.Builder builder) {
        Banyan banyan = builder.build();
        opened.add(banyan);
        return banyan;
    }

    private static Heard<SessionState> listen(Banyan banyan) {
        var heard = new Heard<SessionState>();
        banyan.addListener(event -> heard.add(event.state()));
        return heard;
    }

    private Banyan direct() {
        Banyan banyan = Banyan.connect(Servers.connectString() + chroot);
        opened.add(banyan);
        return banyan;
    }

    @Test
    void sessionAndItsEphemeralsSurviveACut() {
        Banyan banyan = open(builder());
        banyan.create("/e", null, CreateMode.EPHEMERAL);
        Session before = banyan.session().orElseThrow();
        Heard<SessionState> heard = listen(banyan);

        proxy.cut();
        heard.await(SessionState.DISCONNECTED);
        heard.await(SessionState.CONNECTED);

        assertThat(banyan.session().orElseThrow().id()).isEqualTo(before.id());
        assertThat(banyan.ephemerals("/")).containsExactly("/e");
    }

    @Test
    void aListenerOfTheBuilderHearsOfTheFirstConnectionHoweverSoonItIsThere() {
        var heard = new Heard<SessionState>();
        Banyan banyan = open(builder().listener(event -> heard.add(event.state())));

        // Too late for a listener that is added now.
        banyan.awaitConnected(LONG);

        heard.await(SessionState.CONNECTED);
    }

    @Test
    void writeWhoseAnswerIsLostSaysThatItMayHaveHappenedAndAReadIsSentAgain() {
        Banyan banyan = open(builder());
        banyan.create("/a", null);
        proxy.stallAnswers(true);
        CompletableFuture<?> write = banyan.async().set("/a", "1".getBytes(UTF_8));
        CompletableFuture<Node> read = banyan.async().get("/a");
        awaitText("/a", "1");

        proxy.cut();
        proxy.stallAnswers(false);

        assertThatThrownBy(write::join)
                .hasCauseInstanceOf(BanyanException.ConnectionLost.class)
                .cause()
                .satisfies(e -> assertThat(((BanyanException) e).mayHaveHappened()).isTrue());
        assertThat(read.join().text()).isEqualTo("1");
    }

    private void awaitText(String path, String text) {
        Banyan direct = direct();
        var changed = new Heard<WatchEvent>();
        while (!direct.get(path, changed::add).text().equals(text)) {
            changed.next();
        }
    }

    @Test
    void requestMadeWithoutAConnectionWaitsForOne() {
        proxy.refuse(true);
        Banyan banyan = open(builder());
        CompletableFuture<Created> waiting = banyan.async().create("/later", null);
        proxy.awaitAccepted(3);

        proxy.refuse(false);

        assertThat(waiting.join().path()).isEqualTo("/later");
    }

    @Test
    void requestThatFindsNoServerTimesOutAndSaysWhyThereIsNone() throws IOException {
        proxy.close();
        Banyan banyan = open(builder().requestTimeout(Duration.ofMillis(300)));

        assertThatThrownBy(() -> banyan.create("/a", null))
                .isInstanceOfSatisfying(
                        BanyanException.Timeout.class,
                        e -> assertThat(e.mayHaveHappened()).isFalse())
                .hasMessageContaining("refused")
                .hasMessageContaining("create2 /a");
        assertThatThrownBy(() -> banyan.awaitConnected(Duration.ofMillis(50)))
                .isInstanceOf(BanyanException.Timeout.class)
                .hasMessageContaining("refused");
    }

    @Test
    void unknownHostIsNamed() {
        Banyan banyan =
                open(
                        Banyan.builder("no-such-host.invalid:2181")
                                .requestTimeout(Duration.ofMillis(500)));

        assertThatThrownBy(() -> banyan.get("/"))
                .isInstanceOf(BanyanException.Timeout.class)
                .hasMessageContaining("no-such-host.invalid");
    }

    @Test
    void chrootThatIsMissingIsSaidByTheFirstRequest() {
        Banyan banyan = open(Banyan.builder(proxy.connectString() + "/no/such/root"));

        assertThatThrownBy(() -> banyan.create("/a", null))
                .isInstanceOf(BanyanException.NoNode.class);
    }

    @Test
    void requestWithoutAnAnswerTimesOutAndTheNextAnswersStillFit() {
        Banyan banyan = open(builder());
        banyan.create("/a", null);
        proxy.stallAnswers(true);

        assertThatThrownBy(() ->
                        banyan.withTimeout(Duration.ofMillis(200)).set("/a", "1".getBytes(UTF_8)))
                .isInstanceOfSatisfying(
                        BanyanException.Timeout.class,
                        e -> assertThat(e.mayHaveHappened()).isTrue());
        proxy.stallAnswers(false);

        assertThat(banyan.get("/a").text()).isEqualTo("1");
    }

    @Test
    void halfOpenConnectionIsFoundByItsSilence() {
        Banyan banyan = open(builder().sessionTimeout(Duration.ofMillis(600)));
        banyan.create("/a", null);
        Heard<SessionState> heard = listen(banyan);

        proxy.stallRequests(true);
        proxy.stallAnswers(true);

        heard.await(SessionState.DISCONNECTED);
        proxy.cut();
        proxy.stallRequests(false);
        proxy.stallAnswers(false);
        heard.await(SessionState.CONNECTED);
        assertThat(banyan.exists("/a")).isPresent();
    }

    @Test
    void idleSessionIsKeptAliveByPings() {
        Banyan banyan = open(builder().sessionTimeout(Duration.ofMillis(800)));
        long session = banyan.awaitConnected(LONG).id();
        Heard<SessionState> heard = listen(banyan);

        // Three timeouts without a request. On a busy machine a connection may be lost meanwhile.
        long end = System.nanoTime() + Duration.ofMillis(2400).toNanos();
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            assertThat(heard.nextWithin(Duration.ofNanos(left))).isNotEqualTo(SessionState.EXPIRED);
        }

        assertThat(banyan.awaitConnected(LONG).id()).isEqualTo(session);
        assertThat(banyan.sessionSafeUntilNanos() - System.nanoTime()).isPositive();
    }

    @Test
    void slowCallbackStopsNoPings() throws Exception {
        Banyan banyan = open(builder().sessionTimeout(Duration.ofMillis(800)));
        long session = banyan.awaitConnected(LONG).id();
        Heard<SessionState> heard = listen(banyan);
        var release = new CountDownLatch(1);
        // In a watcher: what is chained to a future may run on our own thread.
        var slow = new CompletableFuture<Boolean>();
        banyan.exists("/slow", event -> slow.complete(await(release)));
        banyan.create("/slow", null);

        for (int i = 0; i < 20; i++) {
            // Blocking calls have no part in the event thread either.
            assertThat(banyan.exists("/")).isPresent();
            assertThat(heard.nextWithin(Duration.ofMillis(100))).isNotEqualTo(SessionState.EXPIRED);
        }

        release.countDown();
        assertThat(slow.get()).isTrue();
        assertThat(banyan.session().orElseThrow().id()).isEqualTo(session);
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void silenceBeyondTheTimeoutLapsesAndThenExpiresAndANewSessionFollows() {
        Banyan banyan = open(builder().sessionTimeout(Duration.ofMillis(400)));
        banyan.create("/e", null, CreateMode.EPHEMERAL);
        long first = banyan.session().orElseThrow().id();
        var heard = new Heard<SessionEvent>();
        banyan.addListener(heard::add);
        Banyan direct = direct();
        var gone = new Heard<WatchEvent>();
        direct.exists("/e", gone::add);

        proxy.refuse(true);
        proxy.cut();
        heard.await(new SessionEvent(SessionState.DISCONNECTED, first));
        heard.await(new SessionEvent(SessionState.LAPSED, first));
        assertThat(banyan.sessionSafeUntilNanos() - System.nanoTime()).isNotPositive();
        assertThat(gone.next().type()).isEqualTo(WatchEvent.Type.DELETED);
        CompletableFuture<Node> early = banyan.async().get("/");
        CompletableFuture<Created> pinned =
                banyan.async().inSession(first).create("/p", null, CreateMode.EPHEMERAL);
        proxy.refuse(false);

        heard.await(new SessionEvent(SessionState.EXPIRED, first));
        SessionEvent next = heard.next();
        assertThat(next.state()).isEqualTo(SessionState.CONNECTED);
        assertThat(next.sessionId()).isNotEqualTo(first);
        assertThatThrownBy(early::join).hasCauseInstanceOf(BanyanException.SessionExpired.class);
        assertThatThrownBy(pinned::join).hasCauseInstanceOf(BanyanException.SessionExpired.class);
        assertThatThrownBy(() -> banyan.inSession(first).get("/"))
                .isInstanceOf(BanyanException.SessionExpired.class);
        assertThat(banyan.children("/").names()).isEmpty();
    }

    @Test
    void clientThatDoesNotRenewEndsWithItsSession() {
        Banyan banyan = open(builder().sessionTimeout(Duration.ofMillis(400)).renewSessions(false));
        banyan.create("/e", null, CreateMode.EPHEMERAL);
        Banyan direct = direct();
        var gone = new Heard<WatchEvent>();
        direct.exists("/e", gone::add);
        var lost = new Heard<WatchEvent>();
        banyan.get("/", lost::add);
        Heard<SessionState> heard = listen(banyan);

        proxy.refuse(true);
        proxy.cut();
        gone.next();
        proxy.refuse(false);

        heard.await(SessionState.EXPIRED);
        assertThatThrownBy(() -> banyan.get("/"))
                .isInstanceOf(BanyanException.SessionExpired.class);
        assertThat(lost.next().type()).isEqualTo(WatchEvent.Type.LOST);
    }

    @Test
    void closeEndsTheSessionAndItsEphemeralsAtOnce() {
        Banyan banyan = builder().build();
        banyan.create("/e", null, CreateMode.EPHEMERAL);
        CompletableFuture<Created> before = banyan.async().create("/before", null);

        banyan.close();
        banyan.close();

        assertThat(before).isCompleted();
        assertThat(direct().children("/").names()).containsExactly("before");
        assertThatThrownBy(() -> banyan.get("/")).isInstanceOf(BanyanException.Closed.class);
        assertThatThrownBy(() -> banyan.awaitConnected(LONG))
                .isInstanceOf(BanyanException.Closed.class);
        assertThat(banyan.state()).isEqualTo(SessionState.CLOSED);
    }

    @Test
    void closeWithoutAnyServerReturnsAndFailsWhatWaits() throws IOException {
        proxy.close();
        Banyan banyan = builder().build();
        CompletableFuture<Node> waiting = banyan.async().get("/");

        banyan.close();

        assertThatThrownBy(waiting::join).hasCauseInstanceOf(BanyanException.Closed.class);
    }

    @Test
    void closeFromACallbackEndsTheClient() {
        Banyan banyan = open(builder());
        Heard<SessionState> heard = listen(banyan);

        banyan.exists("/a", event -> banyan.close());
        banyan.async().create("/a", null);

        heard.await(SessionState.CLOSED);
    }

    @Test
    void detachedSessionIsResumedWithItsEphemerals() {
        Banyan first = builder().build();
        first.create("/e", null, CreateMode.EPHEMERAL);
        Session session = first.detach().orElseThrow();

        Banyan second = open(builder().resume(session));

        assertThat(second.awaitConnected(LONG)).isEqualTo(session);
        assertThat(second.ephemerals("/")).containsExactly("/e");
    }

    @Test
    void interruptedCallSaysSoAndKeepsTheFlag() throws Exception {
        Banyan banyan = open(builder());
        banyan.create("/a", null);
        proxy.stallAnswers(true);
        var caught = new AtomicReference<Throwable>();
        var flag = new AtomicReference<Boolean>();
        Thread caller =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                banyan.set("/a", "1".getBytes(UTF_8));
                            } catch (BanyanException e) {
                                caught.set(e);
                                flag.set(Thread.currentThread().isInterrupted());
                            }
                        });
        awaitText("/a", "1");

        caller.interrupt();
        caller.join();

        proxy.stallAnswers(false);
        assertThat(flag).hasValue(true);
        assertThat(caught.get())
                .isInstanceOfSatisfying(
                        BanyanException.Interrupted.class,
                        e -> assertThat(e.mayHaveHappened()).isTrue());
    }

    @Test
    void cancelledRequestIsNotSent() {
        proxy.refuse(true);
        Banyan banyan = open(builder());
        CompletableFuture<Created> cancelled = banyan.async().create("/a", null);

        cancelled.cancel(false);
        proxy.refuse(false);

        assertThat(banyan.exists("/a")).isEmpty();
    }

    @Test
    void callerBeyondTheBoundWaitsAndTheEventThreadDoesNot() {
        Banyan banyan = open(builder().outstandingMax(2));
        banyan.create("/a", null);
        CompletableFuture<CompletableFuture<Node>> chained =
                banyan.async().get("/a").thenApply(node -> banyan.async().get("/a"));
        assertThat(chained.join().join().text()).isEmpty();
        proxy.stallRequests(true);
        CompletableFuture<Node> one = banyan.async().get("/a");
        CompletableFuture<Node> two = banyan.async().get("/a");

        CompletableFuture<Node> three =
                banyan.withTimeout(Duration.ofMillis(200)).async().get("/a");

        assertThatThrownBy(three::join)
                .hasCauseInstanceOf(BanyanException.Timeout.class)
                .hasMessageContaining("outstandingMax");
        proxy.stallRequests(false);
        assertThat(one.join()).isEqualTo(two.join());
    }

    @Test
    void credentialsArePresentedAgainAfterAReconnect() {
        Banyan banyan = open(builder());
        banyan.addAuth("digest", "bob:pw".getBytes(UTF_8));
        Heard<SessionState> heard = listen(banyan);

        proxy.cut();
        heard.await(SessionState.CONNECTED);

        assertThat(banyan.whoAmI()).anyMatch(each -> each.user().equals("bob"));
    }

    @Test
    void closedClientsLeaveNoThreads() throws Exception {
        Banyan banyan = builder().name("leak-test").build();
        banyan.get("/");
        List<Thread> threads = threadsOf("leak-test");
        assertThat(threads).hasSizeGreaterThanOrEqualTo(2);

        banyan.close();

        for (Thread each : threads) {
            each.join(LONG);
            assertThat(each.isAlive()).as(each.getName()).isFalse();
        }
    }

    private static List<Thread> threadsOf(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(each -> each.getName().startsWith(name))
                .toList();
    }

    @Test
    void anotherServerIsTriedAtOnce(@TempDir Path directory) throws IOException {
        FaultyProxy dead = Servers.proxy();
        dead.close();
        Banyan banyan =
                open(
                        Banyan.builder(dead.connectString() + "," + proxy.connectString() + chroot)
                                .backoff(Duration.ofSeconds(10), Duration.ofSeconds(10)));

        assertThat(banyan.awaitConnected(Duration.ofSeconds(5)).id()).isNotZero();
        assertThat(directory).exists();
    }

    @Test
    void sessionGoesOnWhenTheServerComesBack(@TempDir Path directory) throws IOException {
        BanyanServer server = BanyanServer.builder().tickMillis(500).dataDir(directory).start();
        int port = server.clientPort();
        Banyan banyan =
                open(
                        Banyan.builder("127.0.0.1:" + port)
                                .sessionTimeout(Duration.ofSeconds(10))
                                .backoff(Duration.ofMillis(5), Duration.ofMillis(50)));
        banyan.create("/e", null, CreateMode.EPHEMERAL);
        var changes = new Heard<WatchEvent>();
        banyan.exists("/other", changes::add);
        long session = banyan.session().orElseThrow().id();

        server.close();
        opened.add(BanyanServer.builder().tickMillis(500).dataDir(directory).port(port).start());

        assertThat(banyan.exists("/e")).isPresent();
        assertThat(banyan.session().orElseThrow().id()).isEqualTo(session);
        banyan.create("/other", null);
        assertThat(changes.next().type()).isEqualTo(WatchEvent.Type.CREATED);
        banyan.close();
    }
}
