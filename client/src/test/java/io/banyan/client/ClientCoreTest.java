package io.banyan.client;

import static io.banyan.client.FakeShell.MILLI;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.wire.ErrorCode;
import io.banyan.wire.JuteReader;
import io.banyan.wire.OpCode;
import io.banyan.wire.RequestHeader;
import io.banyan.wire.SaslToken;
import io.banyan.wire.SetWatches;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The protocol step by step: no thread, no socket, and the time is what the test says.
class ClientCoreTest {
    private static final int TIMEOUT_MILLIS = 3000;
    private static final long SESSION = 7;

    private final FakeShell shell = new FakeShell();
    private final Chroot chroot = new Chroot("");
    private final WatchTable watches = new WatchTable(chroot);
    private final Requests requests = new Requests(chroot, 0xfffff);

    /// Not zero: nobody may take 0 for "never".
    private long now = 5_000 * MILLI;

    private ClientCore core(String servers) {
        return core(servers, null);
    }

    private ClientCore core(String servers, String sasl) {
        var parsed = ConnectString.parse(servers);
        var config =
                new CoreConfig(
                        parsed, TIMEOUT_MILLIS, false, true, 100 * MILLI, 1000 * MILLI, sasl, null);
        return new ClientCore(config, parsed.servers(), watches, new Random(1), shell);
    }

    private ClientCore connected(String servers) {
        ClientCore core = core(servers);
        core.start(now);
        core.dialled(now);
        core.frame(FakeShell.greeting(SESSION, TIMEOUT_MILLIS), now);
        shell.take();
        shell.takeSent();
        return core;
    }

    private <T> Request<T> made(Request<T> request) {
        request.madeNanos = now;
        request.deadlineNanos = now + 10_000 * MILLI;
        return request;
    }

    private void after(long millis) {
        now += millis * MILLI;
    }

    @Test
    void requestsWaitForTheHandshakeAndAreNumbered() {
        ClientCore core = core("a");
        core.start(now);
        core.submit(made(requests.get("/1", null)), now);
        core.dialled(now);
        core.submit(made(requests.exists("/2", null)), now);
        assertThat(shell.takeSent()).containsExactly("connect");

        core.frame(FakeShell.greeting(SESSION, TIMEOUT_MILLIS), now);

        assertThat(shell.takeSent()).containsExactly("getData 1", "exists 2");
        assertThat(shell.take()).containsExactly("dial a", "CONNECTED 7");
    }

    @Test
    void lostConnectionFailsWritesAndSendsReadsAgainInTheirOrder() {
        ClientCore core = connected("a");
        core.submit(made(requests.get("/r1", null)), now);
        core.submit(made(requests.set("/w1", null, -1)), now);
        core.submit(made(requests.children("/r2", null)), now);
        shell.takeSent();
        after(2000);

        core.disconnected("cut", now);
        core.submit(made(requests.set("/w2", null, -1)), now);
        core.dialled(now);
        core.frame(FakeShell.greeting(SESSION, TIMEOUT_MILLIS), now);

        assertThat(shell.take())
                .containsExactly("/w1 ConnectionLost", "DISCONNECTED 7", "dial a", "CONNECTED 7");
        assertThat(shell.takeSent())
                .containsExactly("connect", "getData 4", "getChildren2 5", "setData 6");
    }

    @Test
    void answerOutOfTurnBreaksTheConnection() {
        ClientCore core = connected("a");
        core.submit(made(requests.get("/r1", null)), now);
        after(2000);

        core.frame(FakeShell.reply(9, 1, 0), now);

        assertThat(shell.take()).startsWith("hang up", "DISCONNECTED 7");
    }

    @Test
    void everyServerIsTriedBeforeAPauseAndPausesGrow() {
        ClientCore core = core("a,b");
        core.start(now);
        long[] pauses = new long[4];

        for (int round = 0; round < pauses.length; round++) {
            core.dialFailed("refused", now);
            core.dialFailed("refused", now);
            pauses[round] = core.wakeNanos(now) - now;
            after(pauses[round] / MILLI + 1);
            core.tick(now);
        }

        assertThat(shell.take())
                .containsExactly(
                        "dial a", "dial b", "dial a", "dial b", "dial a", "dial b", "dial a",
                        "dial b", "dial a");
        assertThat(pauses[0]).isBetween(50 * MILLI, 100 * MILLI);
        assertThat(pauses[1]).isBetween(100 * MILLI, 200 * MILLI);
        assertThat(pauses[2]).isBetween(200 * MILLI, 400 * MILLI);
        assertThat(pauses[3]).isBetween(400 * MILLI, 800 * MILLI);
    }

    @Test
    void serverThatDoesNotAnswerIsLeftInTime() {
        ClientCore core = core("a,b");
        core.start(now);
        core.dialled(now);
        assertThat(core.wakeNanos(now) - now).isEqualTo(TIMEOUT_MILLIS / 2 * MILLI);
        after(TIMEOUT_MILLIS / 2);

        core.tick(now);

        assertThat(shell.take()).containsExactly("dial a", "hang up", "dial b");
    }

    @Test
    void idleConnectionIsPingedAndASilentOneIsLeft() {
        ClientCore core = connected("a");
        assertThat(core.wakeNanos(now) - now).isEqualTo(1000 * MILLI);
        after(1000);
        core.tick(now);
        assertThat(shell.takeSent()).containsExactly("ping -2");
        assertThat(core.wakeNanos(now) - now).isEqualTo(1000 * MILLI);
        after(1000);

        core.tick(now);

        assertThat(shell.take()).containsExactly("hang up", "DISCONNECTED 7", "dial a");
    }

    @Test
    void sessionIsSafeForATimeoutAfterWhatWasAnsweredWasSent() {
        ClientCore core = connected("a");
        long connectedAt = now;
        assertThat(core.safeUntilNanos()).isEqualTo(connectedAt + TIMEOUT_MILLIS * MILLI);
        after(1000);
        core.tick(now);
        long pingedAt = now;
        after(500);
        core.frame(FakeShell.reply(RequestHeader.PING, 3, 0), now);
        assertThat(core.safeUntilNanos()).isEqualTo(pingedAt + TIMEOUT_MILLIS * MILLI);
        core.disconnected("cut", now);
        shell.take();

        after(2499);
        core.tick(now);
        assertThat(shell.take()).doesNotContain("LAPSED 7");
        after(1);
        core.tick(now);

        assertThat(shell.take()).contains("LAPSED 7");
    }

    @Test
    void requestThatTimedOutKeepsItsPlaceInTheStream() {
        ClientCore core = connected("a");
        Request<?> slow = made(requests.set("/slow", null, -1));
        slow.deadlineNanos = now + 500 * MILLI;
        core.submit(slow, now);
        core.submit(made(requests.set("/next", null, -1)), now);
        after(500);
        core.tick(now);
        assertThat(shell.take()).containsExactly("/slow Timeout");

        core.frame(FakeShell.reply(1, 5, ErrorCode.NO_NODE), now);
        core.frame(FakeShell.reply(2, 6, ErrorCode.NO_NODE), now);

        assertThat(shell.take()).containsExactly("/next NoNode");
        assertThat(((BanyanException) slow.failure).mayHaveHappened()).isTrue();
    }

    @Test
    void rejectedSessionExpiresWhatWaitsAndANewOneIsMade() {
        ClientCore core = connected("a");
        after(2000);
        core.disconnected("cut", now);
        core.submit(made(requests.get("/waits", null)), now);
        core.dialled(now);

        core.frame(FakeShell.greeting(0, 0), now);
        core.dialled(now);
        core.frame(FakeShell.greeting(8, TIMEOUT_MILLIS), now);

        assertThat(shell.take())
                .containsExactly(
                        "DISCONNECTED 7",
                        "dial a",
                        "hang up",
                        "/waits SessionExpired",
                        "EXPIRED 7",
                        "dial a",
                        "CONNECTED 8");
    }

    @Test
    void watchesAreRearmedInPartsThatServersTake() {
        ClientCore core = connected("a");
        var names = new ArrayList<String>();
        for (int i = 0; i < 2000; i++) {
            String path = "/" + "é".repeat(100) + i;
            names.add(path);
            var request = made(requests.exists(path, event -> {}));
            core.submit(request, now);
            core.frame(FakeShell.reply(i + 1, i + 1, ErrorCode.NO_NODE), now);
        }
        after(2000);
        core.disconnected("cut", now);
        core.dialled(now);
        shell.sent.clear();

        core.frame(FakeShell.greeting(SESSION, TIMEOUT_MILLIS), now);

        var rearmed = new ArrayList<String>();
        assertThat(shell.sent).hasSizeGreaterThan(1);
        for (byte[] frame : shell.sent) {
            assertThat(frame.length).isLessThanOrEqualTo(ClientCore.REARM_BYTES_MAX);
            var in = new JuteReader(frame, 12, frame.length);
            SetWatches part = SetWatches.decode(OpCode.SET_WATCHES, in);
            assertThat(part.relativeZxid()).isEqualTo(2000);
            rearmed.addAll(part.exist());
        }
        assertThat(rearmed).containsExactlyInAnyOrderElementsOf(names);
    }

    @Test
    void readOnlyServerIsLeftWhenOneWithAQuorumIsFound() {
        ClientCore core = core("a,b,c");
        core.start(now);
        core.dialled(now);
        core.frame(FakeShell.greeting(SESSION, TIMEOUT_MILLIS, true), now);
        assertThat(shell.take()).containsExactly("dial a", "READ_ONLY 7");
        after(1000);
        core.tick(now);
        after(100);
        core.frame(FakeShell.reply(RequestHeader.PING, 1, 0), now);
        after(1900);
        core.tick(now);
        assertThat(shell.take()).containsExactly("probe a", "probe b");

        core.probed(new ConnectString.Server("c", 2181), true, now);
        assertThat(core.lastFailure()).startsWith("a:2181");
        core.dialled(now);
        core.frame(FakeShell.greeting(8, TIMEOUT_MILLIS), now);

        // The session of a server without quorum is its own: another one is made.
        assertThat(shell.take())
                .containsExactly("hang up", "DISCONNECTED 0", "dial c", "CONNECTED 8");
    }

    @Test
    void requestsWaitWhileTheSocketIsFull() {
        ClientCore core = connected("a");
        shell.canSend = false;
        core.submit(made(requests.get("/1", null)), now);
        assertThat(shell.takeSent()).isEmpty();

        shell.canSend = true;
        core.writable(now);

        assertThat(shell.takeSent()).containsExactly("getData 1");
    }

    @Test
    void closeComesBehindEverythingThatWasAskedBefore() {
        ClientCore core = connected("a");
        core.submit(made(requests.set("/w", null, -1)), now);
        core.close(made(requests.closeSession()), now);
        core.submit(made(requests.get("/late", null)), now);
        assertThat(shell.takeSent()).containsExactly("setData 1", "closeSession 2");

        core.frame(FakeShell.reply(1, 4, ErrorCode.NO_NODE), now);
        core.frame(FakeShell.reply(2, 5, 0), now);

        assertThat(shell.take())
                .containsExactly(
                        "/late Closed", "/w NoNode", " done", "hang up", "CLOSED 7", "ended");
    }

    /// Granted a session, and a request is waiting.
    private ClientCore proving() {
        ClientCore core = core("a,b", "user bob");
        core.start(now);
        core.submit(made(requests.get("/r", null)), now);
        core.dialled(now);
        core.frame(FakeShell.greeting(SESSION, TIMEOUT_MILLIS), now);
        return core;
    }

    private static JuteReader saslReply(int xid, String token) {
        byte[] bytes = token == null ? null : token.getBytes(US_ASCII);
        return FakeShell.reply(xid, 0, ErrorCode.OK, out -> new SaslToken(bytes).encode(out));
    }

    @Test
    void nothingIsSentBeforeTheServerKnowsWhoWeAreAndWeKnowTheServer() {
        ClientCore core = proving();

        core.proof(new byte[0], false, now);
        core.frame(saslReply(1, "who?"), now);
        core.proof(new byte[] {1}, false, now);
        core.frame(saslReply(2, "well"), now);
        assertThat(shell.takeSent()).containsExactly("connect", "sasl 1", "sasl 2");
        assertThat(shell.take())
                .containsExactly("dial a", "prove nothing yet", "prove who?", "prove well");
        core.proof(null, true, now);

        assertThat(shell.take()).containsExactly("CONNECTED 7");
        assertThat(shell.takeSent()).containsExactly("getData 3");
    }

    /// As Kerberos does: the last token is ours, and the server only agrees.
    @Test
    void theServersAgreementIsAwaitedBehindOurLastToken() {
        ClientCore core = proving();
        core.proof(new byte[] {1}, true, now);
        assertThat(shell.takeSent()).containsExactly("connect", "sasl 1");

        core.frame(saslReply(1, null), now);

        assertThat(shell.takeSent()).containsExactly("getData 2");
    }

    @Test
    void aWrongPasswordEndsTheClientAndEveryRequestSaysSo() {
        ClientCore core = core("a", "user bob");
        Request<?> waiting = made(requests.get("/r", null));
        core.start(now);
        core.submit(waiting, now);
        core.dialled(now);
        core.frame(FakeShell.greeting(SESSION, TIMEOUT_MILLIS), now);
        core.proof(new byte[] {1}, false, now);

        core.frame(FakeShell.reply(1, 0, ErrorCode.AUTH_FAILED), now);

        assertThat(shell.take()).endsWith("hang up", "/r AuthFailed", "AUTH_FAILED 7", "ended");
        assertThat(waiting.failure)
                .hasMessageContaining("SASL, user bob: the server does not know it");
    }

    @Test
    void aServerThatProvesNothingIsLeftForTheNext() {
        ClientCore core = proving();
        core.proof(new byte[0], false, now);
        shell.take();

        core.frame(saslReply(1, null), now);

        assertThat(shell.take()).containsExactly("hang up", "dial b");
        assertThat(core.lastFailure()).contains("takes no SASL");
    }

    @Test
    void aProofThatTakesTooLongIsBegunAnewElsewhere() {
        ClientCore core = proving();
        shell.take();
        after(TIMEOUT_MILLIS);

        core.tick(now);
        core.proof(new byte[0], false, now);
        core.dialled(now);
        core.frame(FakeShell.greeting(SESSION, TIMEOUT_MILLIS), now);

        assertThat(shell.take()).containsExactly("hang up", "dial b", "prove nothing yet");
    }

    @Test
    void randomStepsNeverLoseARequest() {
        for (long seed = 0; seed < 300; seed++) {
            assertEveryRequestEnds(seed);
        }
    }

    /// Whatever happens in whatever order, every request ends exactly once.
    private void assertEveryRequestEnds(long seed) {
        var random = new Random(seed);
        var fake = new FakeShell();
        var parsed = ConnectString.parse("a,b,c");
        var config =
                new CoreConfig(
                        parsed,
                        TIMEOUT_MILLIS,
                        true,
                        true,
                        100 * MILLI,
                        1000 * MILLI,
                        seed % 2 == 0 ? null : "bob",
                        null);
        var core =
                new ClientCore(
                        config, parsed.servers(), new WatchTable(chroot), new Random(seed), fake);
        core.start(now);
        int made = 0;
        int xid = 1;
        for (int i = 0; i < 200; i++) {
            after(random.nextInt(400));
            switch (random.nextInt(9)) {
                case 0 -> core.submit(made(requests.get("/r" + made++, e -> {})), now);
                case 1 -> core.submit(made(requests.set("/w" + made++, null, -1)), now);
                case 2 -> core.dialled(now);
                case 3 ->
                        core.frame(
                                FakeShell.greeting(random.nextInt(3), random.nextInt(4) * 1000),
                                now);
                case 4, 5 -> core.frame(FakeShell.reply(xid++, i, ErrorCode.NO_NODE), now);
                case 6 -> core.tick(now);
                case 7 -> core.proof(new byte[random.nextInt(2)], random.nextBoolean(), now);
                default -> core.disconnected("cut", now);
            }
        }
        core.detach(now);

        List<String> ended = fake.notes.stream().filter(each -> each.startsWith("/")).toList();
        assertThat(ended).as("seed %d", seed).hasSize(made);
        assertThat(ended.stream().map(each -> each.split(" ")[0]).distinct().count())
                .as("seed %d", seed)
                .isEqualTo(made);
    }
}
