package io.banyan.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.tree.State;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.OpCode;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Sessions, reaping, snapshots and the end, as the replica decides them.
class ReplicaTest {
    private final TestServer server = new TestServer();

    // ---- durability

    @Test
    void nothingIsDeliveredBeforeItsSync() {
        server.diskSyncs = false;
        TestClient client = server.connect().hello(10_000, 0, 0, new byte[16]);
        server.settle();

        assertThat(server.log).containsExactly("append 1", "sync 1");
        server.syncDisk();
        assertThat(server.log).containsExactly("append 1", "sync 1", "deliver 1");
        assertThat(client.taken()).containsExactly("session 10000");
    }

    @Test
    void writesOfOneRoundShareASync() {
        TestClient client = server.open();
        server.log.clear();
        client.post(OpCode.CREATE, Bodies.create("/a", "", 0));
        client.post(OpCode.CREATE, Bodies.create("/b", "", 0));
        server.settle();

        assertThat(server.log).containsExactly("append 2", "append 3", "sync 3", "deliver 2");
    }

    @Test
    void partialSyncCommitsItsPartOnly() {
        TestClient client = server.open();
        client.taken();
        server.diskSyncs = false;
        client.post(OpCode.CREATE, Bodies.create("/a", "", 0));
        client.post(OpCode.CREATE, Bodies.create("/b", "", 0));
        server.settle();

        server.post(new Input.Synced(2));
        assertThat(client.taken()).containsExactly("1 ok");
        assertThat(server.replica.state().zxid()).isEqualTo(2);
        server.post(new Input.Synced(3));
        assertThat(client.taken()).containsExactly("2 ok");
    }

    // ---- sessions

    @Test
    void writeOfAConnectionThatLostItsSessionClosesItWithoutAReply() {
        TestClient first = server.open();
        first.taken();
        TestClient second = first.again(0, 0);
        first.post(OpCode.CREATE, Bodies.create("/a", "", 0)); // Posted behind the resumption.
        server.settle();

        assertThat(first.taken()).containsExactly("closed");
        assertThat(second.taken()).containsExactly("session 10000");
        assertThat(server.replica.state().nodeCount()).isEqualTo(5);
    }

    @Test
    void writeOfAMovedSessionFromALaggingGatewayIsRefused() {
        var two = new TestServer(TestServer.withGateways(2), TestServer.GATEWAY);
        TestClient first = two.open(0);
        TestClient second = first.again(1, 0);
        two.settle();
        // The old connection's request was on its way when the session moved.
        var ticket = new Ticket(first.connection, 9, OpCode.CREATE, two.nanos(), 0, 0);
        var request =
                new io.banyan.tree.WriteRequest(
                        first.sessionId,
                        9,
                        OpCode.CREATE,
                        new byte[0],
                        0,
                        0,
                        io.banyan.tree.Caller.of(List.of()));
        long before = two.replica.state().zxid();
        two.post(new Input.Write(request, ticket));

        assertThat(two.replica.state().nodeCount()).isEqualTo(5);
        assertThat(two.replica.state().zxid()).isEqualTo(before + 1);
        second.taken();
        second.ask(OpCode.CREATE, Bodies.create("/a", "", 0));
        assertThat(second.taken()).containsExactly("1 ok");
    }

    @Test
    void counterOfAnEpochNeverReachesItsEnd() {
        var fresh = new TestServer();
        var late =
                new TestServer(
                        TestServer.REPLICA,
                        TestServer.GATEWAY,
                        fresh.tree.fresh().withZxid(0x5fffffffdL));
        TestClient client = late.open();
        assertThat(late.replica.state().zxid()).isEqualTo(0x5fffffffeL);

        client.ask(OpCode.CREATE, Bodies.create("/a", "", 0));

        assertThat(client.taken()).containsExactly("session 10000", "1 ok");
        assertThat(late.replica.state().zxid()).isEqualTo(0x600000001L);
    }

    @Test
    void silentSessionExpiresWithItsEphemeralsAndItsConnection() {
        TestClient silent = server.open();
        TestClient watcher = server.open();
        silent.ask(OpCode.CREATE, Bodies.create("/e", "", 1));
        watcher.ask(OpCode.EXISTS, Bodies.read("/e", true));
        silent.taken();
        watcher.taken();

        passWithPings(9_900, watcher);
        assertThat(server.replica.state().sessionCount()).isEqualTo(2);
        passWithPings(2_000, watcher);

        assertThat(silent.taken()).containsExactly("closed");
        assertThat(watcher.taken()).contains("event 2 /e");
        assertThat(server.replica.state().sessionCount()).isEqualTo(1);
        assertThat(server.replica.state().ephemeralCount()).isZero();
    }

    private void passWithPings(long millis, TestClient... clients) {
        for (long left = millis; left > 0; left -= 500) {
            server.pass(Math.min(left, 500));
            for (TestClient each : clients) {
                each.ask(OpCode.PING, Bodies.nothing());
            }
        }
    }

    @Test
    void expiredSessionCannotBeResumed() {
        TestClient client = server.open();
        client.disconnect();
        server.pass(12_000);

        TestClient late = client.again(0, 0);
        server.settle();

        assertThat(late.taken()).containsExactly("rejected", "closed");
    }

    @Test
    void closingSessionCannotBeResumedOrWritten() {
        TestClient client = server.open();
        client.taken();
        server.diskSyncs = false;
        client.post(OpCode.CLOSE_SESSION, Bodies.nothing());
        client.post(OpCode.CREATE, Bodies.create("/e", "", 1));
        TestClient late = client.again(0, 0);
        server.settle();

        assertThat(late.taken()).containsExactly("rejected", "closed");
        server.syncDisk();
        assertThat(client.taken()).containsExactly("1 ok", "closed");
        assertThat(server.replica.state().ephemeralCount()).isZero();
    }

    @Test
    void recoveredSessionsGetTheirWholeTimeout() {
        TestClient client = server.open();
        server.pass(9_000);
        var restarted =
                new TestServer(TestServer.REPLICA, TestServer.GATEWAY, server.replica.state());

        restarted.pass(9_900);
        assertThat(restarted.replica.state().hasSession(client.sessionId)).isTrue();
        restarted.pass(2_000);
        assertThat(restarted.replica.state().hasSession(client.sessionId)).isFalse();
    }

    @Test
    void serverThatStoodStillExpiresNobodyWhoSpeaksUpAfterwards() {
        TestClient client = server.open();
        server.pass(1_000);
        server.jump(600_000);
        server.gateways.getFirst().tick(server.nanos());
        server.settle();
        client.ask(OpCode.PING, Bodies.nothing());
        server.pass(9_000);

        assertThat(server.replica.state().hasSession(client.sessionId)).isTrue();
    }

    @Test
    void diskThatHangsExpiresNobody() {
        TestClient client = server.open();
        client.taken();
        server.diskSyncs = false;
        client.post(OpCode.CREATE, Bodies.create("/a", "", 0));
        server.pass(60_000);
        assertThat(server.replica.state().sessionCount()).isEqualTo(1);

        server.diskSyncs = true;
        server.syncDisk();
        server.pass(5_000);

        assertThat(client.taken()).containsExactly("1 ok");
        assertThat(server.replica.state().hasSession(client.sessionId)).isTrue();
        server.pass(7_000);
        assertThat(server.replica.state().hasSession(client.sessionId)).isFalse();
    }

    // ---- reaping

    @Test
    void usedContainerIsReapedWhenItIsEmpty() {
        TestClient client = server.open();
        client.ask(OpCode.CREATE_CONTAINER, Bodies.create("/unused", "", 4));
        client.ask(OpCode.CREATE_CONTAINER, Bodies.create("/used", "", 4));
        client.ask(OpCode.CREATE_CONTAINER, Bodies.create("/full", "", 4));
        client.ask(OpCode.CREATE, Bodies.create("/used/kid", "", 0));
        client.ask(OpCode.CREATE, Bodies.create("/full/kid", "", 0));
        client.ask(OpCode.DELETE, Bodies.delete("/used/kid"));
        passWithPings(59_000, client);
        assertThat(exists(client, "/used")).isTrue();

        passWithPings(2_000, client);

        assertThat(exists(client, "/used")).isFalse();
        assertThat(exists(client, "/unused")).isTrue();
        assertThat(exists(client, "/full/kid")).isTrue();
    }

    @Test
    void ttlNodeIsReapedAfterItsTime() {
        TestClient client = server.open();
        client.ask(OpCode.CREATE_TTL, Bodies.createTtl("/short", 50_000));
        client.ask(OpCode.CREATE_TTL, Bodies.createTtl("/long", 500_000));

        passWithPings(61_000, client);

        assertThat(exists(client, "/short")).isFalse();
        assertThat(exists(client, "/long")).isTrue();
    }

    @Test
    void reaperKeepsToItsLimit() {
        var limited =
                new TestServer(
                        new ReplicaConfig(1, 1, 1_000, 200, 1000, 0, 30_000, 2, 0, false),
                        TestServer.GATEWAY);
        TestClient client = limited.open();
        for (int i = 0; i < 5; i++) {
            client.ask(OpCode.CREATE_TTL, Bodies.createTtl("/t" + i, 1));
        }
        assertThat(limited.replica.state().nodeCount()).isEqualTo(10);

        limited.pass(31_000);
        assertThat(limited.replica.state().nodeCount()).isEqualTo(8);
        limited.pass(30_000); // The same minute.
        assertThat(limited.replica.state().nodeCount()).isEqualTo(8);
        limited.pass(60_000);
        assertThat(limited.replica.state().nodeCount()).isEqualTo(6);
    }

    private boolean exists(TestClient client, String path) {
        client.ask(OpCode.EXISTS, Bodies.read(path, false));
        return client.last().err() == ErrorCode.OK;
    }

    // ---- snapshots

    @Test
    void snapshotHoldsCommittedTransactionsOnly() {
        var often =
                new TestServer(
                        new ReplicaConfig(1, 1, 1_000, 200, 2, 0, 60_000, 10_000, 0, false),
                        TestServer.GATEWAY);
        TestClient client = often.open();
        often.diskSyncs = false;
        for (int i = 0; i < 4; i++) {
            client.post(OpCode.CREATE, Bodies.create("/a" + i, "", 0));
        }
        often.settle();

        for (State each : often.snapshots) {
            assertThat(each.zxid()).isLessThanOrEqualTo(1);
            assertThat(each.nodeCount()).isEqualTo(5);
        }
        assertThat(often.snapshots).isNotEmpty();
    }

    @Test
    void oneSnapshotAtATimeAndTheNextWhenItIsDone() {
        server.post(new Input.SnapshotWanted());
        server.post(new Input.SnapshotWanted());
        assertThat(server.snapshots).hasSize(1);

        server.post(new Input.SnapshotDone(false));

        assertThat(server.snapshots).hasSize(2);
        assertThat(server.log).containsSubsequence("roll", "snapshot 0", "roll", "snapshot 0");
    }

    @Test
    void failedSnapshotDoesNotStopTheServerOrTheNextOne() {
        TestClient client = server.open();
        server.post(new Input.SnapshotWanted());
        server.post(new Input.SnapshotDone(true));
        client.taken();
        client.ask(OpCode.CREATE, Bodies.create("/a", "", 0));
        assertThat(client.taken()).containsExactly("1 ok");

        server.post(new Input.SnapshotWanted());

        assertThat(server.snapshots).hasSize(2);
        assertThat(server.snapshots.getLast().zxid()).isEqualTo(2);
    }

    // ---- the end

    @Test
    void failedDiskHaltsAndNothingIsAcknowledgedAnyMore() {
        TestClient client = server.open();
        client.taken();
        server.diskSyncs = false;
        client.post(OpCode.CREATE, Bodies.create("/a", "", 0));
        server.settle();
        server.log.clear();

        server.post(new Input.DiskFailed("gone"));
        server.syncDisk();
        client.post(OpCode.CREATE, Bodies.create("/b", "", 0));
        server.pass(60_000);

        assertThat(server.halts).containsExactly("gone");
        assertThat(server.log).isEmpty();
        assertThat(client.taken()).isEmpty();
    }
}
