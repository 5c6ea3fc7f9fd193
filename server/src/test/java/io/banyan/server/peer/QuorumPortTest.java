package io.banyan.server.peer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.replica.PeerCodec;
import io.banyan.server.peer.Heard.Came;
import io.banyan.server.peer.Heard.Lost;
import io.banyan.server.peer.Heard.ObserverOpened;
import io.banyan.server.peer.Heard.Opened;
import io.banyan.tree.Caller;
import io.banyan.tree.State;
import io.banyan.tree.WriteRequest;
import io.banyan.tree.ZnodeTree;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.OpCode;
import io.banyan.zab.Message;
import io.banyan.zab.PeerState;
import java.io.IOException;
import java.net.Socket;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class QuorumPortTest {
    private static final Message LEARNER = new Message.LearnerInfo(1, false, 0, 0, true);

    @Test
    void messagesArriveInTheirOrderInBothDirections() {
        try (var ports = new TestPorts(2, 0)) {
            var learner = new Heard();
            var leader = new Heard();
            PeerPorts one = ports.start(1, learner);
            PeerPorts two = ports.start(2, leader);

            one.dial(-1, 2, false);
            learner.await(new Opened(-1));
            one.send(-1, LEARNER);
            leader.await(new Opened(1));
            leader.await(new Came(1, LEARNER));
            two.send(1, new Message.LeaderInfo(4, true));
            for (int i = 1; i <= 5_000; i++) {
                two.send(1, new Message.Commit(i));
                one.send(-1, new Message.Ack(i));
            }

            learner.await(new Came(-1, new Message.LeaderInfo(4, true)));
            for (int i = 1; i <= 5_000; i++) {
                assertThat(learner.nextOfLink()).isEqualTo(new Came(-1, new Message.Commit(i)));
                assertThat(leader.nextOfLink()).isEqualTo(new Came(1, new Message.Ack(i)));
            }
            // What was sent to the learner, and not what the learner sent to its leader.
            assertThat(leader.served(1)).isEqualTo(5_001);
            assertThat(learner.served(2)).isZero();
        }
    }

    @Test
    void anImageArrivesWholeAmongTheMessages() {
        try (var ports = new TestPorts(2, 0)) {
            var learner = new Heard();
            var leader = new Heard();
            PeerPorts one = ports.start(1, learner);
            PeerPorts two = ports.start(2, leader);
            one.dial(-1, 2, false);
            learner.await(new Opened(-1));
            one.send(-1, LEARNER);
            leader.await(new Came(1, LEARNER));
            State state = stateWith(3_000);

            two.send(1, new Message.Commit(7));
            two.sendImage(1, state.zxid(), state);
            two.send(1, new Message.UpToDate());

            learner.await(new Came(-1, new Message.Commit(7)));
            Message.Snap snap = (Message.Snap) learner.next(Came.class).message();
            assertThat(snap.zxid()).isEqualTo(state.zxid());
            State copy = (State) snap.image();
            assertThat(copy.digest()).isEqualTo(state.digest());
            assertThat(copy.nodeCount()).isEqualTo(state.nodeCount());
            assertThat(copy.sessionTimeoutMillis(0x55)).isEqualTo(4_000);
            assertThat(learner.nextOfLink()).isEqualTo(new Came(-1, new Message.UpToDate()));
        }
    }

    @Test
    void whatWasSentBeforeAHangUpArrivesAndTheEndIsNotReportedToWhoHungUp() {
        try (var ports = new TestPorts(2, 0)) {
            var learner = new Heard();
            var leader = new Heard();
            PeerPorts one = ports.start(1, learner);
            PeerPorts two = ports.start(2, leader);
            one.dial(-1, 2, false);
            learner.await(new Opened(-1));
            one.send(-1, LEARNER);
            leader.await(new Came(1, LEARNER));

            two.send(1, new Message.Commit(7));
            two.hangUp(1, "enough");

            learner.await(new Came(-1, new Message.Commit(7)));
            learner.next(Lost.class);
            assertThat(leader.rest()).doesNotHaveAnyElementsOfTypes(Lost.class);
        }
    }

    @Test
    void aLeaderThatDoesNotListenIsReportedLostAndOneThatListensSoonIsFound() {
        try (var ports = new TestPorts(3, 0)) {
            var learner = new Heard();
            PeerPorts one = ports.start(1, learner);

            one.dial(-1, 2, false);
            assertThat(learner.next(Lost.class).link()).isEqualTo(-1);

            one.dial(-2, 3, false);
            ports.start(3, new Heard());
            learner.await(new Opened(-2));
        }
    }

    @Test
    void observerComesInByTheDoorItHasChosen() {
        try (var ports = new TestPorts(1, 1)) {
            ports.withObserverMasters();
            var follower = new Heard();
            var observer = new Heard();
            PeerPorts one = ports.start(1, follower);
            PeerPorts two = ports.start(2, observer);
            one.became(PeerState.FOLLOWING);
            var info = new Message.LearnerInfo(2, true, 0, 0, true);
            // It is tried once: this server may not listen yet.
            long link = -1;
            two.dial(link, 1, true);
            while (observer.nextOfLink() instanceof Lost) {
                two.dial(--link, 1, true);
            }

            two.send(link, info);
            follower.await(new ObserverOpened(1));
            follower.await(new Came(1, info));
            one.send(1, new Message.LeaderInfo(4, true));

            observer.await(new Came(link, new Message.LeaderInfo(4, true)));
            two.hangUp(link, null);
            follower.next(Lost.class);
            two.dial(-1_000, 1, false);
            observer.await(new Opened(-1_000));
            two.send(-1_000, info);
            follower.await(new Opened(2));
        }
    }

    @Test
    void theDoorForObserversIsThatOfWhoFollowsAlthoughBothShareAMachine() {
        try (var ports = new TestPorts(2, 1)) {
            ports.withObserverMasters();
            var first = new Heard();
            var second = new Heard();
            var observer = new Heard();
            PeerPorts one = ports.start(1, first);
            PeerPorts two = ports.start(2, second);
            PeerPorts three = ports.start(3, observer);
            one.became(PeerState.LEADING);
            two.became(PeerState.FOLLOWING);
            long link = introduced(three, observer, 0);
            second.next(ObserverOpened.class);
            three.hangUp(link, null);
            second.next(Lost.class);

            two.became(PeerState.LEADING);
            link = dialledUntilShut(three, observer, link);
            one.became(PeerState.FOLLOWING);

            introduced(three, observer, link);
            first.next(ObserverOpened.class);
        }
    }

    /// An observer dials the one door that the machine has until nobody opens it. Who is closing it
    /// may still have let the kernel take a connection, which is lost then.
    private static long dialledUntilShut(PeerPorts observer, Heard heard, long lastLink) {
        long link = lastLink;
        boolean wasOpen = true;
        while (wasOpen) {
            link--;
            observer.dial(link, 1, true);
            wasOpen = false;
            while (!(heard.nextOfLink() instanceof Lost lost && lost.link() == link)) {
                wasOpen = true;
            }
        }
        return link;
    }

    /// An observer dials the one door that the machine has until it is opened.
    private static long introduced(PeerPorts observer, Heard heard, long lastLink) {
        long link = lastLink - 1;
        observer.dial(link, 1, true);
        while (heard.nextOfLink() instanceof Lost) {
            observer.dial(--link, 1, true);
        }
        observer.send(link, new Message.LearnerInfo(3, true, 0, 0, true));
        return link;
    }

    @Test
    void trafficOfALearnerIsCounted() {
        try (var ports = new TestPorts(2, 0)) {
            var learner = new Heard();
            var leader = new Heard();
            PeerPorts one = ports.start(1, learner);
            PeerPorts two = ports.start(2, leader);
            assertThat(two.traffic(1)).isNull();
            one.dial(-1, 2, false);
            learner.await(new Opened(-1));
            one.send(-1, LEARNER);
            leader.await(new Came(1, LEARNER));
            two.send(1, new Message.Proposal(7, new byte[3]));
            two.send(1, new Message.Commit(7));
            learner.await(new Came(-1, new Message.Commit(7)));
            one.send(-1, new Message.Ack(7));
            leader.await(new Came(1, new Message.Ack(7)));
            // What is sent is counted once it is out; the answer to it may be faster.
            two.send(1, new Message.UpToDate());
            learner.await(new Came(-1, new Message.UpToDate()));

            var traffic = two.traffic(1);
            assertThat(traffic).isNotNull();
            assertThat(traffic.packetsReceived()).isEqualTo(1);
            assertThat(traffic.packetsSent()).isGreaterThanOrEqualTo(2);
            assertThat(traffic.lastZxid()).isEqualTo(7);
            assertThat(traffic.requests()).isZero();
            two.resetTraffic();
            assertThat(two.traffic(1).packetsReceived()).isZero();
        }
    }

    @Test
    void observerServesNoObservers() {
        try (var ports = new TestPorts(1, 2)) {
            ports.withObserverMasters();
            var observer = new Heard();
            ports.start(2, new Heard()).became(PeerState.OBSERVING);
            PeerPorts three = ports.start(3, observer);
            three.dial(-1, 2, false);
            observer.await(new Opened(-1));

            three.dial(-2, 2, true);

            assertThat(observer.nextOfLink()).isInstanceOf(Lost.class);
        }
    }

    @Test
    void strangersAreTurnedAwayAndNobodyHearsOfThem() throws IOException {
        try (var ports = new TestPorts(2, 0)) {
            var leader = new Heard();
            ports.start(2, leader);

            for (byte[] rubbish :
                    new byte[][] {
                        "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII),
                        HexFormat.of().parseHex("1603010200010001fc0303"),
                        HexFormat.of().parseHex("0000000b00000000000000007fffffff"),
                        HexFormat.of().parseHex("0000000b0000000000000000fffffff0"),
                        bytes(new Message.Ack(3)),
                        bytes(new Message.LearnerInfo(2, false, 0, 0, false)),
                    }) {
                try (Socket socket = TestPorts.connect(ports.quorumPort(2))) {
                    socket.getOutputStream().write(rubbish);
                    assertThat(ElectionPortTest.isClosed(socket)).isTrue();
                }
            }
            try (Socket silent = TestPorts.connect(ports.quorumPort(2))) {
                assertThat(ElectionPortTest.isClosed(silent)).isTrue();
            }

            assertThat(leader.rest()).isEmpty();
        }
    }

    /// An ensemble grows by servers that the files of the others do not name yet.
    @Test
    void aServerThatIsNoMemberIsLetIn() throws IOException {
        try (var ports = new TestPorts(2, 0)) {
            var leader = new Heard();
            ports.start(2, leader);
            var info = new Message.LearnerInfo(7, false, 0, 0, false);
            try (Socket socket = TestPorts.connect(ports.quorumPort(2))) {
                socket.getOutputStream().write(bytes(info));

                leader.await(new Came(1, info));
            }
        }
    }

    @Test
    void ofTwoServersWithOneIdTheOneThatIsThereStays() throws IOException {
        try (var ports = new TestPorts(2, 0)) {
            var leader = new Heard();
            PeerPorts two = ports.start(2, leader);
            try (Socket real = TestPorts.connect(ports.quorumPort(2))) {
                real.getOutputStream().write(bytes(LEARNER));
                leader.await(new Came(1, LEARNER));

                try (Socket other = TestPorts.connect(ports.quorumPort(2))) {
                    other.getOutputStream().write(bytes(LEARNER));
                    assertThat(ElectionPortTest.isClosed(other)).isTrue();
                }

                two.send(1, new Message.Commit(1));
                assertThat(real.getInputStream().readNBytes(20)).hasSize(20);
            }
            leader.next(Lost.class);
            try (Socket again = TestPorts.connect(ports.quorumPort(2))) {
                again.getOutputStream().write(bytes(LEARNER));
                assertThat(leader.next(Came.class).message()).isEqualTo(LEARNER);
            }
        }
    }

    @Test
    void garbageBehindAGoodIntroductionEndsThatLinkOnly() throws IOException {
        try (var ports = new TestPorts(3, 0)) {
            var leader = new Heard();
            PeerPorts two = ports.start(2, leader);
            try (Socket good = TestPorts.connect(ports.quorumPort(2));
                    Socket bad = TestPorts.connect(ports.quorumPort(2))) {
                good.getOutputStream().write(bytes(LEARNER));
                leader.await(new Came(1, LEARNER));
                var third = new Message.LearnerInfo(3, false, 0, 0, false);
                bad.getOutputStream().write(bytes(third));
                leader.await(new Came(2, third));

                bad.getOutputStream().write(bytes(new Message.UpToDate()));

                assertThat(leader.next(Lost.class).link()).isEqualTo(2);
                good.getOutputStream().write(bytes(new Message.Ack(9)));
                assertThat(leader.nextOfLink()).isEqualTo(new Came(1, new Message.Ack(9)));
                two.send(1, new Message.Commit(9));
                assertThat(good.getInputStream().readNBytes(20)).hasSize(20);
            }
        }
    }

    @Test
    void aLearnerThatDoesNotReadIsCutOffBeforeItTakesTheMemory() throws IOException {
        try (var ports = new TestPorts(2, 0)) {
            ports.unsentBytesMax(1 << 20);
            var leader = new Heard();
            PeerPorts two = ports.start(2, leader);
            try (Socket lazy = TestPorts.connect(ports.quorumPort(2))) {
                lazy.getOutputStream().write(bytes(LEARNER));
                leader.await(new Came(1, LEARNER));

                byte[] payload = new byte[100_000];
                for (int i = 1; i <= 1_000; i++) {
                    two.send(1, new Message.Proposal(i, payload));
                }

                assertThat(leader.next(Lost.class).why()).contains("too slow");
            }
        }
    }

    /// What an observer missed may be as much as it likes; what is committed meanwhile may not.
    @Test
    void anObserverTooFarBehindItsMasterIsCutOffAndToldTheKeyThatSaysHowFar() throws IOException {
        try (var ports = new TestPorts(2, 1)) {
            ports.withObserverMasters();
            ports.observerInformBytesMax(1 << 20);
            ports.patient();
            var master = new Heard();
            PeerPorts two = ports.start(2, master);
            two.became(PeerState.FOLLOWING);
            try (Socket lazy = TestPorts.connect(ports.observerMasterPort())) {
                var info = new Message.LearnerInfo(3, true, 0, 0, true);
                lazy.getOutputStream().write(bytes(info));
                master.await(new ObserverOpened(1));
                master.await(new Came(1, info));

                byte[] payload = new byte[100_000];
                for (int i = 1; i <= 300; i++) {
                    two.send(1, new Message.Proposal(i, payload));
                }
                assertThat(master.rest()).doesNotHaveAnyElementsOfTypes(Lost.class);
                for (int i = 301; i <= 400; i++) {
                    two.send(1, new Message.Inform(i, payload));
                }

                assertThat(master.next(Lost.class).why())
                        .contains("1048576 bytes of observerMaster.sizeLimit")
                        .contains("too slow");
            }
        }
    }

    private static byte[] bytes(Message message) {
        var out = new JuteWriter();
        PeerCodec.encode(message, out);
        return out.toByteArray();
    }

    private static State stateWith(int nodes) {
        var tree = new ZnodeTree(TestPorts.tree());
        State state = tree.fresh();
        var caller = Caller.of(List.of());
        var timeout = new JuteWriter();
        timeout.writeInt(4_000);
        state = evaluate(tree, state, OpCode.CREATE_SESSION, timeout, caller, 1);
        for (int i = 0; i < nodes; i++) {
            var body = new JuteWriter();
            body.writeString("/n" + i);
            body.writeBuffer(("data of " + i).getBytes(UTF_8));
            body.writeInt(1);
            body.writeInt(i % 2 == 0 ? 31 : 1);
            body.writeString("world");
            body.writeString("anyone");
            body.writeInt(i % 3 == 0 ? 1 : 0);
            state = evaluate(tree, state, OpCode.CREATE, body, caller, i + 2);
        }
        return state;
    }

    private static State evaluate(
            ZnodeTree tree, State state, int opcode, JuteWriter body, Caller caller, long zxid) {
        byte[] bytes = body.toByteArray();
        return tree.evaluate(
                        state,
                        new WriteRequest(0x55, (int) zxid, opcode, bytes, 0, bytes.length, caller),
                        zxid,
                        1)
                .state();
    }
}
