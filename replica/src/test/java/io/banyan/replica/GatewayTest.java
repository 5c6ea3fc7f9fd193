package io.banyan.replica;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.wire.Acl;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.Id;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.OpCode;
import io.banyan.wire.TxnHeader;
import io.banyan.wire.txn.ErrorTxn;
import io.banyan.wire.txn.MultiTxn;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What one connection sees, and in which order.
class GatewayTest {
    private final TestServer server = new TestServer();
    private final TestClient client = opened();

    private TestClient opened() {
        TestClient opened = server.open();
        opened.taken();
        return opened;
    }

    @Test
    void multiThatAZookeeperLeaderRefusedForAMovedSessionClosesTheConnection() {
        var state = server.replica.state();
        long zxid = state.zxid() + 1;
        var txn = new JuteWriter();
        new TxnHeader(client.sessionId, 1, zxid, 0, OpCode.MULTI).encode(txn);
        var moved = new ErrorTxn(ErrorCode.SESSION_MOVED);
        new MultiTxn(List.of(new MultiTxn.Part(OpCode.ERROR, moved))).encode(txn);
        var ticket = new Ticket(client.connection, 1, OpCode.MULTI, server.nanos(), 0, 0);
        client.connection.order.add(ticket);

        client.gateway.onBatch(
                new Batch(
                        List.of(
                                new Committed(
                                        server.tree.apply(state, txn.toByteArray()), ticket))),
                server.nanos());

        assertThat(client.taken()).containsExactly("closed");
    }

    @Test
    void observerIsToldWhatWasReadAndHowMuchOfItWasShown() {
        client.post(OpCode.CREATE, Bodies.create("/a", "12345", 0));
        client.post(OpCode.CREATE, Bodies.create("/a/one", "", 0));
        client.post(OpCode.CREATE, Bodies.create("/a/three", "", 0));
        server.settle();
        server.observed.committed.clear();
        client.post(OpCode.GET_DATA, Bodies.read("/a", false));
        client.post(OpCode.EXISTS, Bodies.read("/a/one", false));
        client.post(OpCode.GET_CHILDREN, Bodies.read("/a", false));
        client.post(OpCode.GET_CHILDREN2, Bodies.read("/a", false));
        client.post(OpCode.GET_CHILDREN, Bodies.read("/a/one", false));
        client.post(OpCode.EXISTS, Bodies.read("/none", false));
        client.post(OpCode.GET_DATA, Bodies.read("/none", false));
        client.post(OpCode.PING, Bodies.nothing());

        assertThat(server.observed.reads)
                .containsExactly("/a 5", "/a/one 0", "/a 8", "/a 8", "/a/one 0");
        assertThat(server.observed.committed).isEmpty();

        client.post(OpCode.DELETE, Bodies.delete("/a/one"));
        server.settle();

        assertThat(server.observed.committed).containsExactly(server.replica.state().zxid());
    }

    // ---- order

    @Test
    void readWithoutWriteBeforeItIsAnsweredAtOnce() {
        server.diskSyncs = false;
        client.post(OpCode.EXISTS, Bodies.read("/", false));

        assertThat(client.taken()).containsExactly("1 ok");
    }

    @Test
    void readsWaitBehindTheWriteOfTheirConnection() {
        server.diskSyncs = false;
        client.post(OpCode.CREATE, Bodies.create("/a", "", 0));
        client.post(OpCode.EXISTS, Bodies.read("/a", false));
        client.post(OpCode.PING, Bodies.nothing());
        server.settle();
        assertThat(client.taken()).isEmpty();

        server.syncDisk();

        assertThat(client.taken()).containsExactly("1 ok", "2 ok", "-2 ok");
    }

    @Test
    void readsOfOthersDoNotWaitAndSeeNothingUncommitted() {
        TestClient other = opened();
        server.diskSyncs = false;
        client.post(OpCode.CREATE, Bodies.create("/a", "", 0));
        server.settle();

        other.ask(OpCode.EXISTS, Bodies.read("/a", false));

        assertThat(other.taken()).containsExactly("1 err " + ErrorCode.NO_NODE);
    }

    @Test
    void readThatWaitedSeesExactlyTheStateAfterTheWriteBeforeIt() {
        client.ask(OpCode.CREATE, Bodies.create("/a", "0", 0));
        server.diskSyncs = false;
        client.post(OpCode.SET_DATA, Bodies.setData("/a", "1"));
        int first = client.post(OpCode.GET_DATA, Bodies.read("/a", false));
        client.post(OpCode.SET_DATA, Bodies.setData("/a", "2"));
        int second = client.post(OpCode.GET_DATA, Bodies.read("/a", false));
        TestClient other = opened2();
        other.post(OpCode.SET_DATA, Bodies.setData("/a", "3"));
        server.settle();

        server.syncDisk(); // All of it in one batch.

        assertThat(dataOf(first)).isEqualTo("1");
        assertThat(dataOf(second)).isEqualTo("2");
        assertThat(zxidOf(first)).isLessThan(zxidOf(second));
        assertThat(client.taken()).containsExactly("1 ok", "2 ok", "3 ok", "4 ok", "5 ok");
    }

    /// A session made while the disk holds.
    private TestClient opened2() {
        TestClient opened = server.connect().hello(10_000, 0, 0, new byte[16]);
        server.settle();
        server.syncDisk();
        opened.learnSession();
        return opened;
    }

    private String dataOf(int xid) {
        JuteReader in = packet(xid).reader();
        return new String(in.readBuffer(), java.nio.charset.StandardCharsets.UTF_8);
    }

    private long zxidOf(int xid) {
        return packet(xid).zxid();
    }

    private TestClient.Packet packet(int xid) {
        client.gateway.endRound();
        return client.packets.stream().filter(p -> p.xid() == xid).findFirst().orElseThrow();
    }

    @Test
    void refusedWriteIsAnsweredInItsPlace() {
        client.post(OpCode.DELETE, Bodies.delete("/none"));
        client.post(OpCode.EXISTS, Bodies.read("/", false));
        client.post(OpCode.CREATE, Bodies.create("/a", "", 0));
        server.settle();

        assertThat(client.taken()).containsExactly("1 err " + ErrorCode.NO_NODE, "2 ok", "3 ok");
    }

    @Test
    void syncIsAnsweredAfterTheWritesBeforeItAndSaysItsPath() {
        server.diskSyncs = false;
        TestClient other = opened2();
        other.post(OpCode.CREATE, Bodies.create("/a", "", 0));
        server.settle();
        client.post(OpCode.SYNC, Bodies.path("/x"));
        client.post(OpCode.EXISTS, Bodies.read("/a", false));
        server.settle();
        assertThat(client.taken()).isEmpty();

        server.syncDisk();

        assertThat(client.taken()).containsExactly("1 ok", "2 ok");
        assertThat(packet(1).reader().readString()).isEqualTo("/x");
    }

    @Test
    void syncWithNothingBeforeItIsAnsweredWithoutTheDisk() {
        server.diskSyncs = false;
        client.ask(OpCode.SYNC, Bodies.path("/x"));

        assertThat(client.taken()).containsExactly("1 ok");
    }

    @Test
    void zxidsOfRepliesNeverFall() {
        TestClient other = opened();
        server.diskSyncs = false;
        client.post(OpCode.CREATE, Bodies.create("/a", "", 0));
        client.post(OpCode.EXISTS, Bodies.read("/a", false));
        client.post(OpCode.CREATE, Bodies.create("/b", "", 0));
        other.post(OpCode.CREATE, Bodies.create("/c", "", 0));
        client.writable(false);
        server.settle();
        server.syncDisk();
        client.writable(true);

        client.gateway.endRound();
        assertThat(client.taken()).containsExactly("1 ok", "2 ok", "3 ok");
        assertThat(client.packets).extracting(TestClient.Packet::zxid).isSorted();
    }

    // ---- watches

    @Test
    void eventComesBeforeTheReplyOfItsCause() {
        client.post(OpCode.EXISTS, Bodies.read("/a", true));
        client.post(OpCode.CREATE, Bodies.create("/a", "", 0));
        server.settle();

        assertThat(client.taken())
                .containsExactly("1 err " + ErrorCode.NO_NODE, "event 1 /a", "2 ok");
        assertThat(client.packets.get(1).zxid()).isEqualTo(client.packets.get(2).zxid());
    }

    @Test
    void eventComesBeforeAReadThatShowsTheChange() {
        TestClient other = opened();
        other.ask(OpCode.GET_CHILDREN, Bodies.read("/", true));
        server.diskSyncs = false;
        other.post(OpCode.CREATE, Bodies.create("/o", "", 0));
        client.post(OpCode.CREATE, Bodies.create("/a", "", 0));
        other.post(OpCode.EXISTS, Bodies.read("/a", false));
        server.settle();
        server.syncDisk();

        assertThat(other.taken())
                .containsExactly("1 ok", "event 4 /", "2 ok", "3 err " + ErrorCode.NO_NODE);
        other.ask(OpCode.GET_CHILDREN, Bodies.read("/", true));
        client.ask(OpCode.CREATE, Bodies.create("/b", "", 0));
        server.syncDisk();
        other.ask(OpCode.EXISTS, Bodies.read("/b", false));
        assertThat(other.taken()).containsExactly("4 ok", "event 4 /", "5 ok");
    }

    @Test
    void watchIsSetOnlyByAReadThatSucceeds() {
        client.ask(OpCode.GET_DATA, Bodies.read("/a", true));
        client.ask(OpCode.GET_CHILDREN, Bodies.read("/a", true));
        assertThat(server.gateways.getFirst().watchCount()).isZero();

        client.ask(OpCode.EXISTS, Bodies.read("/a", true));

        assertThat(server.gateways.getFirst().watchCount()).isEqualTo(1);
    }

    @Test
    void eventIsKeptFromWhoMayNotReadTheNodeAndTheWatchIsSpent() {
        client.ask(OpCode.EXISTS, Bodies.read("/secret", true));
        client.taken();
        var nobody = List.of(new Acl(Acl.ALL, new Id("digest", "a:b")));

        client.ask(OpCode.CREATE, Bodies.create("/secret", "", 0, nobody));

        assertThat(client.taken()).containsExactly("2 ok");
        assertThat(server.gateways.getFirst().watchCount()).isZero();
    }

    @Test
    void ownEphemeralsDieBeforeTheReplyOfClose() {
        client.ask(OpCode.CREATE, Bodies.create("/e", "", 1));
        client.ask(OpCode.EXISTS, Bodies.read("/e", true));
        client.taken();

        client.ask(OpCode.CLOSE_SESSION, Bodies.nothing());

        assertThat(client.taken()).containsExactly("event 2 /e", "3 ok", "closed");
        assertThat(server.replica.state().sessionCount()).isZero();
    }

    @Test
    void rearmingTellsWhatWasMissedBeforeItsReplyAndArmsTheRest() {
        client.ask(OpCode.CREATE, Bodies.create("/same", "", 0));
        client.ask(OpCode.CREATE, Bodies.create("/changed", "", 0));
        client.ask(OpCode.CREATE, Bodies.create("/parent", "", 0));
        long seen = client.last().zxid();
        client.ask(OpCode.SET_DATA, Bodies.setData("/changed", "x"));
        client.ask(OpCode.CREATE, Bodies.create("/parent/kid", "", 0));
        client.ask(OpCode.CREATE, Bodies.create("/born", "", 0));
        TestClient next = client.again(0, seen);
        server.settle();
        next.taken();

        next.post(
                -8,
                OpCode.SET_WATCHES2,
                Bodies.setWatches(
                        seen,
                        List.of("/same", "/changed", "/gone"),
                        List.of("/born", "/unborn"),
                        List.of("/parent", "/same", "/gone2"),
                        List.of("/p"),
                        List.of("/r")));
        server.settle();

        assertThat(next.taken())
                .containsExactly(
                        "event 3 /changed",
                        "event 2 /gone",
                        "event 1 /born",
                        "event 4 /parent",
                        "event 2 /gone2",
                        "-8 ok");
        assertThat(next.packets.getFirst().zxid()).isEqualTo(-1);
        // /same twice, /unborn, /p in both tables, /r.
        assertThat(server.gateways.getFirst().watchCount()).isEqualTo(6);
        client.xid = 100;
        next.ask(OpCode.CREATE, Bodies.create("/unborn", "", 0));
        next.ask(OpCode.CREATE, Bodies.create("/r", "", 0));
        next.ask(OpCode.CREATE, Bodies.create("/r/deep", "", 0));
        assertThat(next.taken())
                .containsExactly(
                        "event 1 /unborn", "1 ok", "event 1 /r", "2 ok", "event 1 /r/deep", "3 ok");
    }

    @Test
    void rearmingKeepsSecrets() {
        long seen = server.replica.state().zxid();
        var nobody = List.of(new Acl(Acl.ALL, new Id("digest", "a:b")));
        client.ask(OpCode.CREATE, Bodies.create("/secret", "", 0, nobody));
        client.taken();

        client.post(
                -8,
                OpCode.SET_WATCHES2,
                Bodies.setWatches(
                        seen, List.of(), List.of("/secret"), List.of(), List.of(), List.of()));

        assertThat(client.taken()).containsExactly("-8 ok");
    }

    @Test
    void watchesAreCheckedAndRemovedByTheirKind() {
        client.ask(OpCode.ADD_WATCH, Bodies.pathAndInt("/a", 0));
        client.ask(OpCode.ADD_WATCH, Bodies.pathAndInt("/a", 1));
        client.ask(OpCode.EXISTS, Bodies.read("/a", true));
        client.taken();
        String none = " err " + ErrorCode.NO_WATCHER;

        client.ask(OpCode.CHECK_WATCHES, Bodies.pathAndInt("/a", 1)); // children
        client.ask(OpCode.CHECK_WATCHES, Bodies.pathAndInt("/a", 2)); // data
        client.ask(OpCode.REMOVE_WATCHES, Bodies.pathAndInt("/a", 2));
        client.ask(OpCode.REMOVE_WATCHES, Bodies.pathAndInt("/a", 2));
        client.ask(OpCode.REMOVE_WATCHES, Bodies.pathAndInt("/a", 5)); // recursive
        client.ask(OpCode.CHECK_WATCHES, Bodies.pathAndInt("/a", 4)); // persistent
        client.ask(OpCode.REMOVE_WATCHES, Bodies.pathAndInt("/a", 3)); // any
        client.ask(OpCode.CHECK_WATCHES, Bodies.pathAndInt("/a", 3));
        client.ask(OpCode.CHECK_WATCHES, Bodies.pathAndInt("/a", 9));

        assertThat(client.taken())
                .containsExactly(
                        "4" + none,
                        "5 ok",
                        "6 ok",
                        "7" + none,
                        "8 ok",
                        "9 ok",
                        "10 ok",
                        "11" + none,
                        "12 err " + ErrorCode.MARSHALLING_ERROR);
        assertThat(server.gateways.getFirst().watchCount()).isZero();
    }

    @Test
    void watchesGoWithTheConnection() {
        client.ask(OpCode.EXISTS, Bodies.read("/a", true));
        client.disconnect();

        assertThat(server.gateways.getFirst().watchCount()).isZero();
        opened().ask(OpCode.CREATE, Bodies.create("/a", "", 0));
        assertThat(client.taken()).doesNotContain("event 1 /a");
    }

    // ---- slow clients, limits

    @Test
    void slowClientIsNotReadFromAndItsWaitingReadsWait() {
        server.diskSyncs = false;
        client.post(OpCode.CREATE, Bodies.create("/a", "", 0));
        client.post(OpCode.EXISTS, Bodies.read("/a", false));
        client.writable(false);
        assertThat(client.reading).isFalse();
        server.syncDisk();
        assertThat(client.taken()).containsExactly("1 ok");

        client.writable(true);

        assertThat(client.taken()).containsExactly("2 ok");
        assertThat(client.reading).isTrue();
    }

    @Test
    void slowClientStillGetsItsEvents() {
        client.ask(OpCode.EXISTS, Bodies.read("/a", true));
        client.taken();
        client.writable(false);

        opened().ask(OpCode.CREATE, Bodies.create("/a", "", 0));

        assertThat(client.taken()).containsExactly("event 1 /a");
    }

    @Test
    void connectionThatWaitsIsNotReadWhenTooMuchIsOutstanding() {
        var small = new TestServer(limited(2));
        TestClient greedy = small.open();
        greedy.taken();
        TestClient modest = small.open();
        modest.taken();
        small.diskSyncs = false;

        for (int i = 0; i < 6; i++) {
            greedy.post(OpCode.CREATE, Bodies.create("/a" + i, "", 0));
        }
        small.settle();

        assertThat(greedy.unreadFrames()).isEqualTo(3);
        assertThat(greedy.reading).isFalse();
        modest.ask(OpCode.EXISTS, Bodies.read("/", false));
        assertThat(modest.taken()).containsExactly("1 ok");
        small.diskSyncs = true;
        small.syncDisk();
        assertThat(greedy.taken()).containsExactly("1 ok", "2 ok", "3 ok", "4 ok", "5 ok", "6 ok");
        assertThat(greedy.reading).isTrue();
        assertThat(small.gateways.getFirst().inFlight()).isZero();
    }

    @Test
    void clientWhoseRequestsAreNotReadForTheirNumberIsHeardOf() {
        var small = new TestServer(limited(2));
        TestClient greedy = small.open();
        TestClient modest = small.open();
        small.diskSyncs = false;
        for (int i = 0; i < 6; i++) {
            greedy.post(OpCode.CREATE, Bodies.create("/a" + i, "", 0));
        }
        small.settle();
        assertThat(heardAtNextTick(small)).contains(greedy.sessionId, modest.sessionId);

        assertThat(heardAtNextTick(small)).containsExactly(greedy.sessionId);

        // Who does not take answers may be gone.
        greedy.writable(false);
        assertThat(heardAtNextTick(small)).isEmpty();
    }

    private static long[] heardAtNextTick(TestServer of) {
        of.nowMillis += TestServer.STEP_MILLIS;
        of.gateways.getFirst().tick(of.nanos());
        var heard = (Input.Heard) of.inbox.peekLast();
        assertThat(heard).isNotNull();
        of.settle();
        return heard.sessionIds();
    }

    private static GatewayConfig limited(int outstandingMax) {
        return new GatewayConfig(
                2_000, 20_000, outstandingMax, Set.of(), 5_000, TestServer.STEP_MILLIS, false);
    }

    @Test
    void oneConnectionMayHaveSoManyRequestsWaitingAndNoMore() {
        server.diskSyncs = false;
        client.post(OpCode.CREATE, Bodies.create("/a", "", 0));
        for (int i = 0; i < Connection.ORDER_MAX + 10; i++) {
            client.post(OpCode.PING, Bodies.nothing());
        }
        server.settle();
        assertThat(client.connection.outstanding()).isEqualTo(Connection.ORDER_MAX);
        assertThat(client.unreadFrames()).isEqualTo(11);

        server.syncDisk();

        assertThat(client.taken()).hasSize(Connection.ORDER_MAX + 11);
        assertThat(client.connection.outstanding()).isZero();
    }

    @Test
    void outstandingCountsNothingOfConnectionsThatAreGone() {
        server.diskSyncs = false;
        client.post(OpCode.CREATE, Bodies.create("/a", "", 0));
        client.post(OpCode.SYNC, Bodies.path("/"));
        server.settle();
        client.disconnect();
        assertThat(server.gateways.getFirst().inFlight()).isEqualTo(2);

        server.syncDisk();

        assertThat(server.gateways.getFirst().inFlight()).isZero();
    }

    @Test
    void oversizedRequestIsRefusedInItsPlace() {
        server.diskSyncs = false;
        client.post(OpCode.CREATE, Bodies.create("/a", "", 0));
        client.gateway.onOversized(client.connection, 2, OpCode.SET_DATA, server.nanos());
        server.settle();
        assertThat(client.taken()).isEmpty();

        server.syncDisk();

        assertThat(client.taken()).containsExactly("1 ok", "2 err " + ErrorCode.MARSHALLING_ERROR);
    }

    // ---- who speaks

    @Test
    void authenticationAddsAnIdThatAclsKnow() {
        var onlyBob =
                List.of(new Acl(Acl.ALL, new Id("digest", "bob:ikIaKsbtGweaHnb/jKn7OHqbunM=")));
        client.ask(OpCode.CREATE, Bodies.create("/bob", "x", 0, onlyBob));
        client.ask(OpCode.GET_DATA, Bodies.read("/bob", false));
        client.post(-4, OpCode.AUTH, Bodies.auth("digest", "bob:pw"));
        client.ask(OpCode.GET_DATA, Bodies.read("/bob", false));

        assertThat(client.taken())
                .containsExactly("1 ok", "2 err " + ErrorCode.NO_AUTH, "-4 ok", "3 ok");
    }

    @Test
    void failedAuthenticationIsToldAndEndsTheConnection() {
        client.post(-4, OpCode.AUTH, Bodies.auth("nonsense", "x"));

        assertThat(client.taken()).containsExactly("-4 err " + ErrorCode.AUTH_FAILED, "closed");
        client.post(OpCode.EXISTS, Bodies.read("/", false));
        assertThat(client.taken()).isEmpty();
    }

    @Test
    void malformedAuthenticationEndsTheConnection() {
        client.post(-4, OpCode.AUTH, Bodies.nothing());

        assertThat(client.taken()).containsExactly("closed");
    }

    @Test
    void serverWithoutSaslSaysSoWithAnEmptyToken() {
        client.post(OpCode.SASL, out -> out.writeString("token"));

        assertThat(client.last().reader().readBuffer()).isNull();
        assertThat(client.taken()).containsExactly("1 ok");
    }

    /// Knows one password, and wants to be asked for it first.
    private static final class OnePassword implements SaslExchange {
        private boolean asked;
        private boolean complete;

        @Override
        public boolean step(byte[] token) {
            complete = asked && new String(token, UTF_8).equals("secret");
            boolean good = complete || !asked;
            asked = true;
            return good;
        }

        @Override
        public byte[] answer() {
            return complete ? null : new byte[] {'?'};
        }

        @Override
        public boolean isComplete() {
            return complete;
        }

        @Override
        public List<Id> proved() {
            return List.of(new Id("sasl", "bob"));
        }
    }

    private static void token(JuteWriter out, String text) {
        out.writeBuffer(text.getBytes(UTF_8));
    }

    @Test
    void saslGoesOnUntilItProvedWhoTheClientIs() {
        client.gateway.useSasl(peer -> new OnePassword(), false);

        client.post(OpCode.SASL, out -> token(out, ""));
        client.taken();
        assertThat(client.last().reader().readBuffer()).containsExactly('?');
        client.post(OpCode.SASL, out -> token(out, "secret"));
        client.taken();

        assertThat(client.last().reader().readBuffer()).isNull();
        assertThat(client.connection.caller.ids()).contains(new Id("sasl", "bob"));
    }

    @Test
    void saslThatFailsEndsTheConnection() {
        client.gateway.useSasl(peer -> new OnePassword(), false);

        client.post(OpCode.SASL, out -> token(out, ""));
        client.post(OpCode.SASL, out -> token(out, "guessed"));

        assertThat(client.taken())
                .containsExactly("1 ok", "2 err " + ErrorCode.AUTH_FAILED, "closed");
    }

    @Test
    void whoFailsBySaslMayStayWhereThatIsAllowed() {
        client.gateway.useSasl(peer -> new OnePassword(), true);

        client.post(OpCode.SASL, out -> token(out, ""));
        client.post(OpCode.SASL, out -> token(out, "guessed"));
        client.ask(OpCode.EXISTS, Bodies.read("/", false));

        assertThat(client.taken()).containsExactly("1 ok", "2 ok", "3 ok");
        assertThat(client.connection.caller.ids()).doesNotContain(new Id("sasl", "bob"));
    }

    @Test
    void whereSaslIsRequiredItsFailureSaysSo() {
        var strict = new TestServer(enforcing("sasl"));
        TestClient stranger = strict.open();
        stranger.gateway.useSasl(peer -> new OnePassword(), true);
        stranger.taken();

        stranger.post(OpCode.SASL, out -> token(out, ""));
        stranger.post(OpCode.SASL, out -> token(out, "guessed"));

        assertThat(stranger.taken())
                .containsExactly(
                        "1 ok", "2 err " + ErrorCode.SESSION_CLOSED_REQUIRE_SASL_AUTH, "closed");
    }

    private static GatewayConfig enforcing(String scheme) {
        return new GatewayConfig(
                2_000, 20_000, 1_000, Set.of(scheme), 5_000, TestServer.STEP_MILLIS, false);
    }

    @Test
    void enforcedSchemeIsAskedForBeforeAnythingElse() {
        var strict = new TestServer(enforcing("digest"));
        TestClient stranger = strict.open();
        TestClient friend = strict.open();
        stranger.taken();
        friend.taken();

        stranger.ask(OpCode.EXISTS, Bodies.read("/", false));
        friend.post(-4, OpCode.AUTH, Bodies.auth("digest", "bob:pw"));
        friend.ask(OpCode.EXISTS, Bodies.read("/", false));

        assertThat(stranger.taken())
                .containsExactly("1 err " + ErrorCode.SESSION_CLOSED_REQUIRE_SASL_AUTH, "closed");
        assertThat(friend.taken()).containsExactly("-4 ok", "1 ok");
    }

    // ---- bad input

    @Test
    void malformedReadIsRefusedAndTheConnectionStays() {
        client.ask(OpCode.EXISTS, Bodies.nothing());
        client.ask(OpCode.GET_DATA, Bodies.path("/")); // without the watch flag
        client.ask(OpCode.GET_DATA, out -> out.writeInt(-1));
        client.ask(OpCode.SET_WATCHES, out -> out.writeInt(1));
        client.ask(OpCode.ADD_WATCH, Bodies.pathAndInt("/a", 7));
        client.ask(OpCode.MULTI_READ, Bodies.nothing());
        client.ask(OpCode.EXISTS, Bodies.read("/", false));

        String malformed = " err " + ErrorCode.MARSHALLING_ERROR;
        assertThat(client.taken())
                .containsExactly(
                        "1" + malformed,
                        "2" + malformed,
                        "3" + malformed,
                        "4" + malformed,
                        "5" + malformed,
                        "6" + malformed,
                        "7 ok");
        assertThat(server.gateways.getFirst().watchCount()).isZero();
    }

    @Test
    void malformedWriteIsRefusedInItsPlaceAndTheConnectionStays() {
        int[] writes = {
            OpCode.CREATE,
            OpCode.CREATE2,
            OpCode.CREATE_CONTAINER,
            OpCode.CREATE_TTL,
            OpCode.DELETE,
            OpCode.SET_DATA,
            OpCode.SET_ACL,
            OpCode.MULTI,
            OpCode.SYNC
        };
        for (int opcode : writes) {
            client.post(opcode, out -> out.writeByte(1));
        }
        client.ask(OpCode.EXISTS, Bodies.read("/", false));

        for (int i = 0; i < writes.length; i++) {
            assertThat(client.packets.get(i).err())
                    .describedAs(OpCode.name(writes[i]))
                    .isEqualTo(ErrorCode.MARSHALLING_ERROR);
        }
        assertThat(client.taken()).hasSize(writes.length + 1).endsWith("10 ok");
    }

    @Test
    void randomBytesNeverStopTheServer() {
        var random = new java.util.SplittableRandom(5);
        for (int i = 0; i < 20_000; i++) {
            if (client.closed) {
                break;
            }
            int opcode = random.nextInt(1, 23);
            if (opcode == OpCode.DELETE_CONTAINER || opcode == 10 || opcode == OpCode.CHECK) {
                continue;
            }
            int length = random.nextInt(40);
            client.ask(
                    opcode,
                    out -> {
                        if (random.nextBoolean()) {
                            out.writeString("/" + (char) ('a' + random.nextInt(4)));
                        }
                        for (int b = 0; b < length; b++) {
                            out.writeByte(random.nextInt(4) == 0 ? random.nextInt(256) : 0);
                        }
                    });
        }

        assertThat(client.closed).isFalse();
        assertThat(server.halts).isEmpty();
        client.ask(OpCode.EXISTS, Bodies.read("/", false));
        assertThat(client.last().err()).isZero();
    }

    @Test
    void frameTooShortForAHeaderEndsTheConnection() {
        client.frame(new byte[7]);

        assertThat(client.taken()).containsExactly("closed");
    }

    @Test
    void unknownRequestIsRefusedAndEndsTheConnection() {
        for (int opcode : new int[] {0, 10, 13, 999, -1, OpCode.CREATE_SESSION}) {
            TestClient each = opened();
            each.post(opcode, Bodies.nothing());
            assertThat(each.taken()).containsExactly("1 err " + ErrorCode.UNIMPLEMENTED, "closed");
            assertThat(each.last().zxid()).isEqualTo(-1);
        }
    }

    @Test
    void theReapersRequestIsNotForClients() {
        client.ask(OpCode.CREATE, Bodies.create("/a", "", 0));
        client.taken();

        client.ask(OpCode.DELETE_CONTAINER, Bodies.path("/a"));

        assertThat(client.taken()).containsExactly("closed");
        assertThat(server.replica.state().nodeCount()).isEqualTo(6);
    }

    // ---- the end

    @Test
    void requestsBehindACloseAreNotAnswered() {
        client.post(OpCode.CLOSE_SESSION, Bodies.nothing());
        client.post(OpCode.CREATE, Bodies.create("/a", "", 0));
        client.post(OpCode.PING, Bodies.nothing());
        server.settle();

        assertThat(client.taken()).containsExactly("1 ok", "closed");
        assertThat(server.replica.state().nodeCount()).isEqualTo(5);
        assertThat(server.gateways.getFirst().inFlight()).isZero();
    }

    @Test
    void closeAllSendsWhatIsWrittenAndKeepsSessions() {
        client.post(OpCode.EXISTS, Bodies.read("/", false));
        server.gateways.getFirst().closeAll("stop");

        assertThat(client.taken()).containsExactly("1 ok", "closed");
        assertThat(server.replica.state().sessionCount()).isEqualTo(1);
    }

    @Test
    void writeOfADisconnectedClientStillHappensOnce() {
        client.post(OpCode.CREATE, Bodies.create("/a", "", 0));
        client.disconnect();
        server.settle();

        assertThat(server.replica.state().nodeCount()).isEqualTo(6);
    }
}
