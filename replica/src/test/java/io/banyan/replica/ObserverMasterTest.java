package io.banyan.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.wire.ErrorCode;
import io.banyan.wire.OpCode;
import io.banyan.zab.Zab;
import org.junit.jupiter.api.Test;

/// Observers that learn from followers, and their clients.
class ObserverMasterTest {
    private final TestEnsemble ensemble = TestEnsemble.withObserverMasters(3, 2);
    private final TestMember observer = ensemble.member(4);
    private final TestMember otherObserver = ensemble.member(5);

    private TestMember masterOf(TestMember which) {
        return ensemble.member((int) which.replica.membership().observerMasterId());
    }

    /// Both observers end up with one follower; without the other one the ensemble goes on.
    private TestMember commonMaster() {
        TestMember master = masterOf(observer);
        if (masterOf(otherObserver) != master) {
            masterOf(otherObserver).kill();
            ensemble.passUntilServing();
        }
        assertThat(masterOf(otherObserver)).isSameAs(master);
        return master;
    }

    private void assertSameTrees() {
        var leader = ensemble.leader().replica.state();
        for (TestMember each : ensemble.followers()) {
            assertThat(each.replica.state().zxid()).isEqualTo(leader.zxid());
            assertThat(each.replica.state().digest()).isEqualTo(leader.digest());
        }
    }

    @Test
    void clientsOfAnObserverReadAndWriteThroughItsMaster() {
        TestClient client = observer.open();

        client.ask(OpCode.CREATE, Bodies.create("/a", "x", 0));
        client.ask(OpCode.CREATE, Bodies.create("/a", "x", 0));
        client.ask(OpCode.SYNC, Bodies.path("/"));
        client.ask(OpCode.GET_DATA, Bodies.read("/a", false));

        assertThat(client.taken())
                .containsExactly(
                        "session 10000", "1 ok", "2 err " + ErrorCode.NODE_EXISTS, "3 ok", "4 ok");
        assertThat(masterOf(observer).isLeading()).isFalse();
        assertThat(ensemble.leader().replica.membership().learners())
                .noneMatch(Zab.Learner::observer);
        assertSameTrees();
    }

    @Test
    void pipelinedRequestsThroughAnObserverAreAnsweredInOrder() {
        TestClient client = observer.open();
        TestClient ofTheMaster = masterOf(observer).open();
        client.taken();
        ofTheMaster.taken();

        ofTheMaster.post(OpCode.SYNC, Bodies.path("/"));
        client.post(OpCode.SYNC, Bodies.path("/"));
        client.post(OpCode.CREATE, Bodies.create("/a", "", 0));
        ofTheMaster.post(OpCode.SYNC, Bodies.path("/"));
        client.post(OpCode.SYNC, Bodies.path("/"));
        client.post(OpCode.EXISTS, Bodies.read("/a", false));
        ensemble.settle();

        assertThat(client.taken()).containsExactly("1 ok", "2 ok", "3 ok", "4 ok");
        assertThat(ofTheMaster.taken()).containsExactly("1 ok", "2 ok");
    }

    @Test
    void watchAtAnObserverFiresForAWriteAtTheLeader() {
        TestClient watcher = observer.open();
        watcher.ask(OpCode.EXISTS, Bodies.read("/a", true));
        watcher.taken();

        ensemble.leader().open().ask(OpCode.CREATE, Bodies.create("/a", "", 0));

        assertThat(watcher.taken()).containsExactly("event 1 /a");
    }

    @Test
    void pingsOfAnObserversClientKeepItsSessionAlive() {
        TestClient client = observer.open();
        client.ask(OpCode.CREATE, Bodies.create("/e", "", 1));

        for (int i = 0; i < 20; i++) {
            ensemble.pass(2_000);
            client.ask(OpCode.PING, Bodies.nothing());
        }

        assertThat(ensemble.leader().replica.state().ephemeralCount()).isEqualTo(1);
        assertThat(client.closed).isFalse();
    }

    @Test
    void silentClientOfAnObserverExpires() {
        TestClient client = observer.open();
        client.ask(OpCode.CREATE, Bodies.create("/e", "", 1));

        ensemble.pass(14_000);

        assertThat(client.closed).isTrue();
        assertThat(ensemble.leader().replica.state().sessionCount()).isZero();
        assertSameTrees();
    }

    @Test
    void connectionsAtAnObserverOutliveTheLossOfItsMaster() {
        TestClient client = observer.open();
        client.ask(OpCode.CREATE, Bodies.create("/e", "", 1));
        client.ask(OpCode.EXISTS, Bodies.read("/a", true));
        client.taken();
        TestMember first = masterOf(observer);

        first.kill();
        ensemble.passUntilServing();
        ensemble.leader().open().ask(OpCode.CREATE, Bodies.create("/a", "", 0));
        client.ask(OpCode.GET_DATA, Bodies.read("/a", false));

        assertThat(client.taken()).containsExactly("event 1 /a", "3 ok");
        assertThat(masterOf(observer)).isNotSameAs(first);
        assertThat(masterOf(observer).isLeading()).isFalse();
        assertSameTrees();
    }

    @Test
    void sessionMovesFromAnObserverToItsMasterAndTheOldPlaceMayNotWrite() {
        TestClient first = observer.open();
        first.taken();
        TestClient second = masterOf(observer).resume(first);

        first.ask(OpCode.CREATE, Bodies.create("/late", "", 0));
        second.ask(OpCode.CREATE, Bodies.create("/new", "", 0));
        second.ask(OpCode.EXISTS, Bodies.read("/late", false));

        assertThat(first.taken()).containsExactly("1 err " + ErrorCode.BAD_ARGUMENTS);
        assertThat(second.taken())
                .containsExactly("session 10000", "1 ok", "2 err " + ErrorCode.NO_NODE);
        assertThat(observer.gateway.inFlight()).isZero();
    }

    @Test
    void sessionMovesBetweenObserversOfOneMasterAndBack() {
        commonMaster();
        TestClient first = observer.open();
        first.taken();
        TestClient second = otherObserver.resume(first);

        first.ask(OpCode.CREATE, Bodies.create("/late", "", 0));
        second.ask(OpCode.CREATE, Bodies.create("/new", "", 0));
        TestClient third = observer.resume(second);
        third.ask(OpCode.CREATE, Bodies.create("/newer", "", 0));

        assertThat(first.taken()).containsExactly("1 err " + ErrorCode.BAD_ARGUMENTS, "closed");
        assertThat(second.taken()).containsExactly("session 10000", "1 ok");
        assertThat(third.taken()).containsExactly("session 10000", "2 ok");
        assertThat(ensemble.leader().replica.state().nodeCount()).isEqualTo(7);
        assertSameTrees();
    }

    @Test
    void sessionMovesFromTheMasterToItsObserver() {
        TestClient first = masterOf(observer).open();
        TestClient second = observer.resume(first);

        second.ask(OpCode.CREATE, Bodies.create("/a", "", 0));

        assertThat(first.taken()).containsExactly("session 10000", "closed");
        assertThat(second.taken()).containsExactly("session 10000", "1 ok");
    }

    @Test
    void observersClientMayCloseASessionThatHasMoved() {
        TestClient first = observer.open();
        masterOf(observer).resume(first);

        first.ask(OpCode.CLOSE_SESSION, Bodies.nothing());

        assertThat(ensemble.leader().replica.state().sessionCount()).isZero();
    }

    @Test
    void unknownSessionIsRejectedByAnObserver() {
        TestClient stranger = observer.connect(0);
        stranger.hello(10_000, 0, 77, SessionIds.password(77));
        ensemble.settle();

        assertThat(stranger.taken()).containsExactly("rejected", "closed");
    }

    @Test
    void observerThatIsNewLearnsEverythingFromItsMaster() {
        ensemble.leader().open().ask(OpCode.CREATE, Bodies.create("/a", "", 0));
        observer.kill();
        observer.log.clear();
        observer.base = observer.tree.fresh();
        observer.acceptedEpoch = 0;
        observer.currentEpoch = 0;

        observer.start();
        ensemble.passUntilServing();

        assertThat(observer.replica.membership().observerMasterId())
                .isNotEqualTo(ensemble.leader().id);
        assertSameTrees();
    }
}
