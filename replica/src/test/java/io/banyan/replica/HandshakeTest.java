package io.banyan.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.wire.ConnectRequest;
import io.banyan.wire.OpCode;
import java.util.List;
import org.junit.jupiter.api.Test;

/// How a connection gets its session: new, resumed, moved, refused.
class HandshakeTest {
    private final TestServer server =
            new TestServer(TestServer.withGateways(2), TestServer.GATEWAY);

    @Test
    void newSessionIsAnsweredOnceItIsDurable() {
        server.diskSyncs = false;
        TestClient client = server.connect().hello(10_000, 0, 0, new byte[16]);
        server.settle();
        assertThat(client.taken()).isEmpty();
        assertThat(client.reading).isFalse();

        server.syncDisk();

        assertThat(client.taken()).containsExactly("session 10000");
        assertThat(client.reading).isTrue();
        assertThat(client.connection.isOpen()).isTrue();
        assertThat(server.replica.state().hasSession(client.connection.sessionId())).isTrue();
    }

    @Test
    void firstLatencyOfAConnectionIsThatOfItsSession() {
        server.diskSyncs = false;
        TestClient client = server.connect().hello(10_000, 0, 0, new byte[16]);
        server.settle();

        server.nowMillis += 7;
        server.syncDisk();

        assertThat(client.taken()).containsExactly("session 10000");
        assertThat(client.connection.stats().lastOpcode()).isEqualTo(OpCode.CREATE_SESSION);
        assertThat(client.connection.stats().lastLatencyMillis()).isEqualTo(7);
    }

    @Test
    void timeoutIsKeptWithinTheLimits() {
        assertThat(timeoutFor(10_000)).containsExactly("session 10000");
        assertThat(timeoutFor(1)).containsExactly("session 2000");
        assertThat(timeoutFor(-5)).containsExactly("session 2000");
        assertThat(timeoutFor(Integer.MAX_VALUE)).containsExactly("session 20000");
    }

    private List<String> timeoutFor(int wanted) {
        TestClient client = server.connect().hello(wanted, 0, 0, new byte[16]);
        server.settle();
        return client.taken();
    }

    @Test
    void oldClientGetsAResponseWithoutTheReadOnlyByte() {
        TestClient old =
                server.connect()
                        .hello(new ConnectRequest(0, 0, 10_000, 0, new byte[16], false, false));
        TestClient current = server.connect().hello(10_000, 0, 0, new byte[16]);
        server.settle();

        assertThat(old.responseBytes).isEqualTo(36);
        assertThat(current.responseBytes).isEqualTo(37);
    }

    @Test
    void oldClientIsAlsoRejectedInItsFormat() {
        TestClient old =
                server.connect()
                        .hello(new ConnectRequest(0, 0, 10_000, 77, new byte[16], false, false));
        server.settle();

        assertThat(old.taken()).containsExactly("rejected", "closed");
        assertThat(old.responseBytes).isEqualTo(36);
    }

    @Test
    void requestsSentBehindTheConnectRequestWaitForTheSession() {
        server.diskSyncs = false;
        TestClient client = server.connect().hello(10_000, 0, 0, new byte[16]);
        client.post(OpCode.EXISTS, Bodies.read("/", false));
        client.post(OpCode.PING, Bodies.nothing());
        server.settle();
        assertThat(client.unreadFrames()).isEqualTo(2);

        server.syncDisk();

        assertThat(client.taken()).containsExactly("session 10000", "1 ok", "-2 ok");
    }

    @Test
    void sessionIsResumedOnAnotherGateway() {
        TestClient first = server.open(0);
        first.disconnect();

        TestClient second = first.again(1, 0);
        server.settle();

        assertThat(second.taken()).containsExactly("session 10000");
        assertThat(second.connection.sessionId()).isEqualTo(first.sessionId);
    }

    @Test
    void wrongPasswordIsRejectedAndTheFormerConnectionStays() {
        TestClient first = server.open(0);
        first.taken();

        TestClient thief = server.connect(1).hello(10_000, 0, first.sessionId, new byte[16]);
        TestClient tooShort = server.connect(1).hello(10_000, 0, first.sessionId, new byte[0]);
        server.settle();

        assertThat(thief.taken()).containsExactly("rejected", "closed");
        assertThat(tooShort.taken()).containsExactly("rejected", "closed");
        first.ask(OpCode.CREATE, Bodies.create("/a", "", 0));
        assertThat(first.taken()).containsExactly("1 ok");
    }

    @Test
    void unknownSessionIsRejected() {
        TestClient client = server.connect().hello(10_000, 0, 4711, SessionIds.password(4711));
        server.settle();

        assertThat(client.taken()).containsExactly("rejected", "closed");
    }

    @Test
    void clientThatHasSeenMoreIsClosedWithoutAWord() {
        TestClient client = server.open();
        TestClient ahead = client.again(1, server.replica.state().zxid() + 1);
        TestClient level = client.again(1, server.replica.state().zxid());
        server.settle();

        assertThat(ahead.taken()).containsExactly("closed");
        assertThat(level.taken()).containsExactly("session 10000");
    }

    @Test
    void resumptionClosesTheFormerConnection() {
        TestClient first = server.open(0);
        first.taken();
        TestClient second = first.again(1, 0);
        server.settle();

        assertThat(second.taken()).containsExactly("session 10000");
        assertThat(first.taken()).containsExactly("closed");
        assertThat(server.gateways.get(0).connections()).isEmpty();
        second.ask(OpCode.CREATE, Bodies.create("/a", "", 0));
        assertThat(second.taken()).containsExactly("1 ok");
    }

    @Test
    void resumptionOnTheSameGatewayClosesTheFormerConnection() {
        TestClient first = server.open(0);
        first.taken();
        TestClient second = first.again(0, 0);
        server.settle();

        assertThat(first.taken()).containsExactly("closed");
        first.disconnect();
        second.ask(OpCode.CLOSE_SESSION, Bodies.nothing());
        assertThat(second.taken()).containsExactly("session 10000", "1 ok", "closed");
    }

    @Test
    void malformedConnectRequestIsClosed() {
        TestClient client = server.connect();
        client.frame(new byte[11]);

        assertThat(client.taken()).containsExactly("closed");
    }

    @Test
    void clientThatIsGoneBeforeItsSessionIsThereLeavesASessionThatExpires() {
        server.diskSyncs = false;
        TestClient client = server.connect().hello(2_000, 0, 0, new byte[16]);
        server.settle();
        client.disconnect();
        server.diskSyncs = true;
        server.syncDisk();
        assertThat(server.replica.state().sessionCount()).isEqualTo(1);

        server.pass(5_000);

        assertThat(server.replica.state().sessionCount()).isZero();
    }

    @Test
    void strangerIsClosedAfterAWhile() {
        TestClient stranger = server.connect();
        TestClient client = server.open();
        client.taken();
        server.pass(TestServer.GATEWAY.strangerMillisMax());
        assertThat(stranger.closed).isFalse();

        server.pass(2 * TestServer.STEP_MILLIS);

        assertThat(stranger.taken()).containsExactly("closed");
        assertThat(client.closed).isFalse();
    }

    @Test
    void newSessionNeverTakesTheIdOfALivingOne() {
        TestClient client = server.open();
        // A restart with a wall clock that was set back.
        var again =
                new TestServer(
                        TestServer.withGateways(1), TestServer.GATEWAY, server.replica.state());

        TestClient other = again.open();

        assertThat(other.sessionId).isNotEqualTo(client.sessionId);
        assertThat(again.replica.state().sessionCount()).isEqualTo(2);
    }
}
