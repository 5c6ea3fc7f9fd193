package io.banyan.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.tree.Caller;
import io.banyan.tree.State;
import io.banyan.tree.WriteRequest;
import io.banyan.wire.Acl;
import io.banyan.wire.ConnectRequest;
import io.banyan.wire.CreateRequest;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MultiOp;
import io.banyan.wire.MultiReply;
import io.banyan.wire.MultiRequest;
import io.banyan.wire.MultiResult;
import io.banyan.wire.OpCode;
import io.banyan.wire.Zxid;
import io.banyan.zab.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Sessions that only one member knows, at a leader, a follower and an observer.
class LocalSessionsTest {
    private static final int EPHEMERAL = 1;

    enum Place {
        LEADER,
        FOLLOWER,
        OBSERVER
    }

    private static TestEnsemble running(NewSessions newSessions) {
        var ensemble = new TestEnsemble(3, 1, true, 1_000, true, newSessions);
        ensemble.startAll();
        return ensemble;
    }

    private static TestMember member(TestEnsemble of, Place place) {
        return switch (place) {
            case LEADER -> of.leader();
            case FOLLOWER -> of.followers().getFirst();
            case OBSERVER -> of.followers().getLast();
        };
    }

    /// None of the given one's: a follower.
    private static TestMember another(TestEnsemble of, TestMember one) {
        return of.followers().stream().filter(each -> each != one).findFirst().orElseThrow();
    }

    private static State stateOf(TestMember member) {
        return member.replica.state();
    }

    private static int locals(TestMember member) {
        return member.replica.localSessions();
    }

    private static Consumer<JuteWriter> multi(String... pathsAndFlags) {
        var ops = new ArrayList<MultiOp>();
        for (int i = 0; i < pathsAndFlags.length; i += 2) {
            var create =
                    new CreateRequest(
                            pathsAndFlags[i],
                            "x".getBytes(StandardCharsets.UTF_8),
                            Acl.OPEN,
                            Integer.parseInt(pathsAndFlags[i + 1]));
            ops.add(new MultiOp.Create(OpCode.CREATE, create));
        }
        return new MultiRequest(ops)::encode;
    }

    @ParameterizedTest
    @EnumSource
    void sessionAndItsEndAreNoTransactions(Place place) {
        TestEnsemble ensemble = running(NewSessions.LOCAL);
        TestMember home = member(ensemble, place);
        long zxid = stateOf(home).zxid();

        TestClient client = home.open();
        client.ask(OpCode.EXISTS, Bodies.read("/", false));

        assertThat(client.taken()).containsExactly("session 10000", "1 ok");
        assertThat(client.sessionId >>> 56).isEqualTo(home.id);
        assertThat(locals(home)).isEqualTo(1);
        client.ask(OpCode.CLOSE_SESSION, Bodies.nothing());
        assertThat(client.taken()).containsExactly("2 ok", "closed");
        assertThat(locals(home)).isZero();
        assertThat(stateOf(home).zxid()).isEqualTo(zxid);
        assertThat(home.resume(client).taken()).containsExactly("rejected", "closed");
    }

    @ParameterizedTest
    @EnumSource
    void writesOfALocalSessionAreAnsweredInOrderAndItsEndBehindThem(Place place) {
        TestEnsemble ensemble = running(NewSessions.LOCAL);
        TestMember home = member(ensemble, place);
        TestClient client = home.open();

        client.post(OpCode.CREATE, Bodies.create("/a", "x", 0));
        client.post(OpCode.SYNC, Bodies.path("/"));
        client.post(OpCode.GET_DATA, Bodies.read("/a", true));
        client.post(OpCode.SET_DATA, Bodies.setData("/a", "y"));
        client.post(OpCode.CLOSE_SESSION, Bodies.nothing());
        ensemble.settle();

        assertThat(client.taken())
                .containsExactly(
                        "session 10000",
                        "1 ok",
                        "2 ok",
                        "3 ok",
                        "event 3 /a",
                        "4 ok",
                        "5 ok",
                        "closed");
        assertThat(stateOf(home).sessionCount()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void whatIsAskedBehindTheEndOfALocalSessionTakesNoAnswerAway(Place place) {
        TestEnsemble ensemble = running(NewSessions.LOCAL_UNTIL_EPHEMERAL);
        TestClient client = member(ensemble, place).open();

        client.post(OpCode.CREATE, Bodies.create("/a", "x", 0));
        client.post(OpCode.CLOSE_SESSION, Bodies.nothing());
        client.post(OpCode.CREATE, Bodies.create("/late", "x", 0));
        client.post(OpCode.CREATE, Bodies.create("/later", "x", EPHEMERAL));
        ensemble.settle();

        assertThat(client.taken()).containsExactly("session 10000", "1 ok", "2 ok", "closed");
        assertThat(stateOf(ensemble.leader()).ephemeralCount()).isZero();
        TestClient other = ensemble.leader().open();
        other.ask(OpCode.EXISTS, Bodies.read("/late", false));
        assertThat(other.taken()).contains("1 err " + ErrorCode.NO_NODE);
    }

    @ParameterizedTest
    @EnumSource
    void ephemeralIsRefusedToALocalSession(Place place) {
        TestEnsemble ensemble = running(NewSessions.LOCAL);
        TestClient client = member(ensemble, place).open();

        client.post(OpCode.CREATE, Bodies.create("/a", "x", 0));
        client.post(OpCode.CREATE, Bodies.create("/a/e", "x", EPHEMERAL));
        client.post(OpCode.CREATE2, Bodies.create("/none/e", "x", 3));
        client.post(OpCode.EXISTS, Bodies.read("/a", false));
        ensemble.settle();

        assertThat(client.taken())
                .containsExactly(
                        "session 10000",
                        "1 ok",
                        "2 err " + ErrorCode.EPHEMERAL_ON_LOCAL_SESSION,
                        "3 err " + ErrorCode.EPHEMERAL_ON_LOCAL_SESSION,
                        "4 ok");
        assertThat(stateOf(ensemble.leader()).ephemeralCount()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void multiWithAnEphemeralFailsAtThatPart(Place place) {
        TestEnsemble ensemble = running(NewSessions.LOCAL);
        TestClient client = member(ensemble, place).open();

        client.ask(OpCode.MULTI, multi("/a", "0", "/e", "1", "/b", "0"));

        assertThat(MultiReply.decode(client.last().reader()).results())
                .containsExactly(
                        new MultiResult.Failed(ErrorCode.OK),
                        new MultiResult.Failed(ErrorCode.EPHEMERAL_ON_LOCAL_SESSION),
                        new MultiResult.Failed(ErrorCode.RUNTIME_INCONSISTENCY));
        client.ask(OpCode.MULTI, multi("/none/a", "0", "/e", "1"));
        assertThat(MultiReply.decode(client.last().reader()).results())
                .containsExactly(
                        new MultiResult.Failed(ErrorCode.NO_NODE),
                        new MultiResult.Failed(ErrorCode.RUNTIME_INCONSISTENCY));
    }

    @ParameterizedTest
    @EnumSource
    void ephemeralMakesTheSessionGlobalBeforeItsRequestIsDone(Place place) {
        TestEnsemble ensemble = running(NewSessions.LOCAL_UNTIL_EPHEMERAL);
        TestMember home = member(ensemble, place);
        TestClient client = home.open();

        client.post(OpCode.CREATE, Bodies.create("/a", "x", 0));
        client.post(OpCode.CREATE, Bodies.create("/e", "x", EPHEMERAL));
        client.post(OpCode.CREATE, Bodies.create("/f", "x", EPHEMERAL));
        client.post(OpCode.EXISTS, Bodies.read("/e", false));
        ensemble.settle();

        assertThat(client.taken()).containsExactly("session 10000", "1 ok", "2 ok", "3 ok", "4 ok");
        // Three creations, and one transaction that makes the session.
        assertThat(stateOf(home).zxid()).isEqualTo(Zxid.of(1, 4));
        assertThat(locals(home)).isZero();
        for (TestMember each : ensemble.members.values()) {
            assertThat(stateOf(each).sessionTimeoutMillis(client.sessionId)).isEqualTo(10_000);
        }
        client.ask(OpCode.CLOSE_SESSION, Bodies.nothing());
        assertThat(client.taken()).containsExactly("5 ok", "closed");
        assertThat(stateOf(home).ephemeralCount()).isZero();
        assertThat(stateOf(home).sessionCount()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void multiWithAnEphemeralMakesTheSessionGlobal(Place place) {
        TestEnsemble ensemble = running(NewSessions.LOCAL_UNTIL_EPHEMERAL);
        TestMember home = member(ensemble, place);
        TestClient client = home.open();

        client.ask(OpCode.MULTI, multi("/a", "0"));
        assertThat(locals(home)).isEqualTo(1);
        client.ask(OpCode.MULTI, multi("/b", "0", "/e", "3"));

        assertThat(locals(home)).isZero();
        assertThat(stateOf(ensemble.leader()).hasSession(client.sessionId)).isTrue();
        assertThat(stateOf(ensemble.leader()).ephemeralCount()).isEqualTo(1);
    }

    @Test
    void sessionIsGlobalAlsoIfWhatItWantedWasRefused() {
        TestEnsemble ensemble = running(NewSessions.LOCAL_UNTIL_EPHEMERAL);
        TestMember home = member(ensemble, Place.FOLLOWER);
        TestClient client = home.open();

        client.ask(OpCode.CREATE, Bodies.create("/none/e", "x", EPHEMERAL));

        assertThat(client.taken()).containsExactly("session 10000", "1 err " + ErrorCode.NO_NODE);
        assertThat(stateOf(home).hasSession(client.sessionId)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void localSessionIsUnknownElsewhereAndGoesOnAtHome(Place place) {
        TestEnsemble ensemble = running(NewSessions.LOCAL_UNTIL_EPHEMERAL);
        TestMember home = member(ensemble, place);
        TestClient client = home.open();
        client.taken();

        TestClient elsewhere = another(ensemble, home).resume(client);
        assertThat(elsewhere.taken()).containsExactly("rejected", "closed");

        TestClient back = home.resume(client);
        assertThat(back.taken()).containsExactly("session 10000");
        assertThat(client.taken()).containsExactly("closed");
        assertThat(locals(home)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void sessionThatBecameGlobalMoves(Place place) {
        TestEnsemble ensemble = running(NewSessions.LOCAL_UNTIL_EPHEMERAL);
        TestMember home = member(ensemble, place);
        TestClient client = home.open();
        client.ask(OpCode.CREATE, Bodies.create("/e", "x", EPHEMERAL));

        TestClient elsewhere = another(ensemble, home).resume(client);
        elsewhere.ask(OpCode.CREATE, Bodies.create("/f", "x", EPHEMERAL));

        assertThat(elsewhere.taken()).containsExactly("session 10000", "2 ok");
        assertThat(stateOf(home).ephemeralCount()).isEqualTo(2);
        for (int i = 0; i < 6; i++) {
            ensemble.pass(2_000);
            elsewhere.ask(OpCode.PING, Bodies.nothing());
        }
        assertThat(stateOf(home).hasSession(client.sessionId)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void silentSessionExpiresAtItsServerAndOneThatPingsDoesNot(Place place) {
        TestEnsemble ensemble = running(NewSessions.LOCAL);
        TestMember home = member(ensemble, place);
        TestClient silent = home.open();
        TestClient pinging = home.open();
        long zxid = stateOf(home).zxid();
        silent.taken();

        for (int i = 0; i < 4; i++) {
            ensemble.pass(2_000);
            pinging.ask(OpCode.PING, Bodies.nothing());
        }
        assertThat(silent.taken()).isEmpty();
        assertThat(locals(home)).isEqualTo(2);
        for (int i = 0; i < 3; i++) {
            ensemble.pass(2_000);
            pinging.ask(OpCode.PING, Bodies.nothing());
        }

        assertThat(silent.taken()).containsExactly("closed");
        assertThat(pinging.closed).isFalse();
        assertThat(locals(home)).isEqualTo(1);
        assertThat(stateOf(home).zxid()).isEqualTo(zxid);
        assertThat(home.resume(silent).taken()).containsExactly("rejected", "closed");
    }

    /// To an operator the ids are in the bucket in which they would expire.
    @Test
    void operatorsSeeWhenLocalSessionsExpire() {
        TestEnsemble ensemble = running(NewSessions.LOCAL);
        TestMember home = member(ensemble, Place.FOLLOWER);
        TestClient client = home.open();

        assertThat(home.replica.localSessionsByMillisLeft().values())
                .containsExactly(List.of(client.sessionId));
        assertThat(home.replica.localSessionsByMillisLeft().firstKey())
                .isBetween(10_000L, 10_000L + TestServer.TICK_MILLIS);
        assertThat(another(ensemble, home).replica.localSessionsByMillisLeft()).isEmpty();
    }

    @Test
    void localSessionAndItsConnectionOutliveAnElection() {
        TestEnsemble ensemble = running(NewSessions.LOCAL_UNTIL_EPHEMERAL);
        TestMember home = member(ensemble, Place.FOLLOWER);
        TestClient client = home.open();
        client.ask(OpCode.CREATE, Bodies.create("/a", "x", 0));
        client.taken();

        ensemble.leader().kill();
        ensemble.passUntilServing();
        TestClient now = client.closed ? home.resume(client) : client;
        now.taken();
        now.ask(OpCode.SET_DATA, Bodies.setData("/a", "y"));
        now.ask(OpCode.CREATE, Bodies.create("/e", "x", EPHEMERAL));

        assertThat(now.taken()).containsExactly("2 ok", "3 ok");
        assertThat(stateOf(ensemble.leader()).hasSession(client.sessionId)).isTrue();
    }

    /// What a learner's client asks under a session that the leader does not know is taken for that
    /// of a local one, but not if the leader has just ended it.
    @Test
    void requestThatComesBehindTheEndOfItsSessionIsRefused() {
        TestEnsemble ensemble = running(NewSessions.LOCAL_UNTIL_EPHEMERAL);
        TestMember home = member(ensemble, Place.FOLLOWER);
        TestMember leader = ensemble.leader();
        TestClient client = home.open();
        client.ask(OpCode.CREATE, Bodies.create("/e", "x", EPHEMERAL));
        leader.resume(client).ask(OpCode.CLOSE_SESSION, Bodies.nothing());
        assertThat(stateOf(leader).sessionCount()).isZero();

        WriteRequest late =
                request(client.sessionId, OpCode.CREATE, Bodies.create("/late", "x", 0));
        var message = new Message.Carried(new Load.Forward(late));
        home.tell(leader, message);
        ensemble.settle();

        assertThat(stateOf(leader).nodeCount()).isEqualTo(stateOf(home).nodeCount());
        TestClient other = leader.open();
        other.ask(OpCode.EXISTS, Bodies.read("/late", false));
        assertThat(other.taken()).contains("1 err " + ErrorCode.NO_NODE);
    }

    @Test
    void observerThatLearnsFromAFollowerKeepsLocalSessionsToo() {
        var ensemble = new TestEnsemble(3, 1, true, 1_000, true, NewSessions.LOCAL_UNTIL_EPHEMERAL);
        ensemble.observerMasters = true;
        ensemble.startAll();
        TestMember home = member(ensemble, Place.OBSERVER);
        TestClient client = home.open();

        client.post(OpCode.CREATE, Bodies.create("/a", "x", 0));
        client.post(OpCode.CREATE, Bodies.create("/e", "x", EPHEMERAL));
        client.post(OpCode.DELETE, Bodies.delete("/a"));
        ensemble.settle();

        assertThat(client.taken()).containsExactly("session 10000", "1 ok", "2 ok", "3 ok");
        TestClient elsewhere = ensemble.followers().getFirst().resume(client);
        elsewhere.ask(OpCode.CLOSE_SESSION, Bodies.nothing());
        assertThat(elsewhere.taken()).containsExactly("session 10000", "4 ok", "closed");
        assertThat(stateOf(home).ephemeralCount()).isZero();
    }

    @Test
    void connectionThatWantsAGlobalSessionGetsOne() {
        TestEnsemble ensemble = running(NewSessions.LOCAL);
        TestMember home = member(ensemble, Place.FOLLOWER);
        TestClient client = home.connect(0);
        client.connection.wantGlobalSession();

        client.hello(10_000, 0, 0, new byte[16]);
        ensemble.settle();
        client.ask(OpCode.CREATE, Bodies.create("/e", "x", EPHEMERAL));

        assertThat(client.taken()).containsExactly("session 10000", "1 ok");
        assertThat(locals(home)).isZero();
    }

    @Test
    void sessionIsOneAndTheSameWithoutALeaderAndWithOne() {
        TestEnsemble ensemble = running(NewSessions.LOCAL);
        TestMember home = ensemble.member(1);
        TestClient client = home.open();
        ensemble.member(2).kill();
        ensemble.member(3).kill();
        ensemble.pass(5_000);
        assertThat(home.gateway.isReadOnly()).isTrue();

        TestClient reader = reader(home, client.sessionId);
        ensemble.settle();
        reader.ask(OpCode.EXISTS, Bodies.read("/", false));
        assertThat(reader.taken()).containsExactly("session 10000", "1 ok");
        ensemble.member(2).start();
        ensemble.passUntilServing();
        TestClient again = home.resume(client);
        again.ask(OpCode.CREATE, Bodies.create("/a", "x", 0));

        assertThat(again.taken()).containsExactly("session 10000", "1 ok");
    }

    @Test
    void readersSessionEndsWhenItIsClosedOrSilentOrALeaderIsThere() {
        TestEnsemble ensemble = running(NewSessions.GLOBAL);
        TestMember home = ensemble.member(1);
        ensemble.member(2).kill();
        ensemble.member(3).kill();
        ensemble.pass(5_000);
        TestClient closing = reader(home, 0);
        TestClient silent = reader(home, 0);
        TestClient staying = reader(home, 0);
        ensemble.settle();
        closing.learnSession();
        silent.learnSession();
        staying.learnSession();
        assertThat(locals(home)).isEqualTo(3);

        closing.ask(OpCode.CLOSE_SESSION, Bodies.nothing());
        assertThat(closing.taken()).containsExactly("session 10000", "1 ok", "closed");
        assertThat(locals(home)).isEqualTo(2);
        for (int i = 0; i < 7; i++) {
            ensemble.pass(2_000);
            staying.ask(OpCode.PING, Bodies.nothing());
        }
        assertThat(silent.closed).isTrue();
        assertThat(staying.closed).isFalse();
        assertThat(locals(home)).isEqualTo(1);
        ensemble.member(2).start();
        ensemble.passUntilServing();

        assertThat(staying.closed).isTrue();
        assertThat(locals(home)).isZero();
        assertThat(home.resume(staying).taken()).containsExactly("rejected", "closed");
    }

    private static TestClient reader(TestMember at, long sessionId) {
        byte[] password = sessionId == 0 ? new byte[16] : SessionIds.password(sessionId);
        return at.connect(0)
                .hello(new ConnectRequest(0, 0, 10_000, sessionId, password, true, true));
    }

    @Test
    void onlyACreationWithAnEphemeralFlagAsksForAnEphemeral() {
        assertThat(asks(OpCode.CREATE, Bodies.create("/a", "x", 1))).isTrue();
        assertThat(asks(OpCode.CREATE2, Bodies.create("/a", "x", 3))).isTrue();
        assertThat(asks(OpCode.CREATE, Bodies.create("/a", "x", 0))).isFalse();
        assertThat(asks(OpCode.CREATE, Bodies.create("/a", "x", 2))).isFalse();
        assertThat(asks(OpCode.CREATE_CONTAINER, Bodies.create("/a", "x", 4))).isFalse();
        assertThat(asks(OpCode.CREATE_TTL, Bodies.createTtl("/a", 100))).isFalse();
        assertThat(asks(OpCode.SET_DATA, Bodies.setData("/a", "x"))).isFalse();
        assertThat(asks(OpCode.MULTI, multi("/a", "0", "/b", "2"))).isFalse();
        assertThat(asks(OpCode.MULTI, multi("/a", "0", "/b", "3"))).isTrue();
        assertThat(asks(OpCode.CREATE, Bodies.nothing())).isFalse();
        assertThat(asks(OpCode.MULTI, Bodies.path("/nonsense"))).isFalse();
    }

    private static boolean asks(int opcode, Consumer<JuteWriter> body) {
        return LocalSessions.asksForEphemeral(request(1, opcode, body));
    }

    private static WriteRequest request(long sessionId, int opcode, Consumer<JuteWriter> body) {
        var out = new JuteWriter();
        body.accept(out);
        byte[] bytes = out.toByteArray();
        return new WriteRequest(
                sessionId, 99, opcode, bytes, 0, bytes.length, Caller.of(List.of()));
    }
}
