package io.banyan.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.tree.Caller;
import io.banyan.tree.WriteRequest;
import io.banyan.wire.Id;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.OpCode;
import io.banyan.wire.Zxid;
import io.banyan.zab.Message;
import io.banyan.zab.Notification;
import io.banyan.zab.PeerState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Bytes called golden were captured from ZooKeeper 3.9 servers.
class PeerCodecTest {
    private static final int DATA_MAX = 1 << 20;

    private static final String FOLLOWER_INFO =
            "0000000b 0000000000000000 00000014 0000000000000003 00010000 0000000000000000 ffffffff";
    private static final String LEADER_INFO =
            "00000011 0000000100000000 00000004 00010000 ffffffff";
    private static final String ACK_EPOCH = "00000012 0000000000000000 00000004 ffffffff ffffffff";
    private static final String SNAP = "0000000f 0000000100000000 ffffffff ffffffff";
    private static final String UP_TO_DATE = "0000000c ffffffffffffffff ffffffff ffffffff";
    private static final String COMMIT = "00000004 0000000100000001 ffffffff ffffffff";
    private static final String PING = "00000005 0000000100000002 ffffffff ffffffff";
    private static final String PING_REPLY =
            "00000005 0000000100000002 0000000c 02000016d12e0000 00002710 ffffffff";
    private static final String PROPOSAL =
            "00000002 0000000100000001 00000030 02000016d12e0000 00000000 0000000100000001"
                    + " 000001a1ffa21551 fffffff6 00002710 00000002 0000000051c6d660 ffffffff";
    private static final String SYNC = "00000007 0000000000000000 ffffffff ffffffff";

    private static final List<String> FROM_LEARNER = List.of(FOLLOWER_INFO, ACK_EPOCH, PING_REPLY);
    private static final List<String> FROM_LEADER =
            List.of(LEADER_INFO, SNAP, UP_TO_DATE, COMMIT, PING, PROPOSAL, SYNC);

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static Message fromLearner(byte[] bytes) {
        return PeerCodec.decodeFromLearner(bytes, 0, bytes.length);
    }

    private static Message fromLeader(byte[] bytes) {
        return PeerCodec.decodeFromLeader(bytes, 0, bytes.length);
    }

    private static byte[] encoded(Message message) {
        var out = new JuteWriter();
        PeerCodec.encode(message, out);
        return out.toByteArray();
    }

    @Test
    void goldenPacketsOfLearnersAreReadAndWrittenAlike() {
        assertThat(fromLearner(bytes(FOLLOWER_INFO)))
                .isEqualTo(new Message.LearnerInfo(3, false, 0, 0, false));
        assertThat(fromLearner(bytes(ACK_EPOCH))).isEqualTo(new Message.AckEpoch(0, -1));
        var ping = (Message.Ping) fromLearner(bytes(PING_REPLY));
        var touched = (Load.Touched) ping.touched();
        assertThat(ping.zxid()).isEqualTo(Zxid.of(1, 2));
        assertThat(touched.sessionIds()).containsExactly(0x02000016d12e0000L);
        assertThat(touched.timeoutsMillis()).containsExactly(10_000);

        for (String each : FROM_LEARNER) {
            assertThat(encoded(fromLearner(bytes(each)))).isEqualTo(bytes(each));
        }
    }

    @Test
    void goldenPacketsOfALeaderAreReadAndWrittenAlike() {
        assertThat(fromLeader(bytes(LEADER_INFO))).isEqualTo(new Message.LeaderInfo(1, false));
        assertThat(fromLeader(bytes(SNAP)))
                .isEqualTo(new Message.Snap(Zxid.of(1, 0), PeerCodec.IMAGE_FOLLOWS));
        assertThat(fromLeader(bytes(UP_TO_DATE))).isEqualTo(new Message.UpToDate());
        assertThat(fromLeader(bytes(COMMIT))).isEqualTo(new Message.Commit(Zxid.of(1, 1)));
        assertThat(fromLeader(bytes(PING))).isEqualTo(new Message.Ping(Zxid.of(1, 2), null));
        assertThat(fromLeader(bytes(SYNC))).isEqualTo(new Message.Carried(new Load.SyncDone()));
        var proposal = (Message.Proposal) fromLeader(bytes(PROPOSAL));
        assertThat(proposal.zxid()).isEqualTo(Zxid.of(1, 1));
        assertThat(proposal.payload()).hasSize(0x30);

        for (String each : FROM_LEADER) {
            assertThat(encoded(fromLeader(bytes(each)))).isEqualTo(bytes(each));
        }
    }

    @Test
    void whatHasNoGoldenBytesSurvivesTheWay() {
        for (Message each :
                List.of(
                        new Message.LearnerInfo(2, true, 7, 0, true),
                        new Message.LearnerInfo(2, false, 7, 9, true),
                        new Message.Ack(Zxid.of(3, 4)),
                        new Message.Carried(new Load.SyncAsked(5, 6)),
                        new Message.Carried(new Load.Revalidate(5, 4_000)))) {
            assertThat(fromLearner(encoded(each))).isEqualTo(each);
        }
        for (Message each :
                List.of(
                        new Message.LeaderInfo(9, true),
                        new Message.Diff(Zxid.of(3, 4)),
                        new Message.Trunc(Zxid.of(3, 4)),
                        new Message.Carried(new Load.Revalidated(5, true)),
                        new Message.Carried(new Load.Revalidated(5, false)))) {
            assertThat(fromLeader(encoded(each))).isEqualTo(each);
        }
        var inform = (Message.Inform) fromLeader(encoded(new Message.Inform(8, new byte[] {1, 2})));
        assertThat(inform.payload()).containsExactly(1, 2);
        var begin =
                (Message.NewLeader) fromLeader(encoded(new Message.NewLeader(4, bytes("6162"))));
        assertThat(begin.epoch()).isEqualTo(4);
        assertThat(begin.config()).isEqualTo(bytes("6162"));
        var plain = (Message.NewLeader) fromLeader(encoded(new Message.NewLeader(4, new byte[0])));
        assertThat(plain.config()).isEmpty();
    }

    @Test
    void marksOfBanyanStandBehindWhatZookeeperReads() {
        assertThat(encoded(new Message.LearnerInfo(3, false, 0, 0, true)))
                .isEqualTo(
                        bytes(
                                "0000000b 0000000000000000 00000018 0000000000000003 00010000"
                                        + " 0000000000000000 424e594e ffffffff"));
        assertThat(encoded(new Message.LeaderInfo(1, true)))
                .isEqualTo(bytes("00000011 0000000100000000 00000008 00010000 424e594e ffffffff"));
    }

    @Test
    void forwardedRequestKeepsItsBodyAndTheIdsOfItsClient() {
        byte[] around = {9, 1, 2, 3, 9};
        var caller = Caller.of(List.of(new Id("ip", "10.0.0.7"), new Id("digest", "bob:x")));
        var request = new WriteRequest(77, 5, OpCode.SET_DATA, around, 1, 4, caller);

        byte[] packet = encoded(new Message.Carried(new Load.Forward(request)));

        assertThat(fromLearner(packet)).isEqualTo(new Message.Carried(new Load.Forward(request)));
        assertThat(PeerCodec.packetLength(packet, 0, packet.length, DATA_MAX))
                .isEqualTo(packet.length);
        assertThat(Arrays.copyOf(packet, 12)).isEqualTo(bytes("00000001 ffffffffffffffff"));
    }

    @Test
    void activationsTellWhoIsToLead() {
        assertThat(
                        fromLeader(
                                bytes(
                                        "00000009 0000000100000003 00000008 0000000000000002 ffffffff")))
                .isEqualTo(new Message.CommitAndActivate(Zxid.of(1, 3), 2));
        var inform =
                (Message.InformAndActivate)
                        fromLeader(
                                bytes(
                                        "00000013 0000000100000003 0000000a 0000000000000002 abcd"
                                                + " ffffffff"));
        assertThat(inform.zxid()).isEqualTo(Zxid.of(1, 3));
        assertThat(inform.payload()).isEqualTo(bytes("abcd"));
    }

    @Test
    void shorterIntroductionsAreUnderstoodAndThoseOfBeforeZookeeper34AreNot() {
        assertThat(
                        fromLearner(
                                bytes(
                                        "00000010 0000000500000000 0000000c 0000000000000004 00010000"
                                                + " ffffffff")))
                .isEqualTo(new Message.LearnerInfo(4, true, 5, 0, false));
        for (String old :
                List.of(
                        "0000000b 0000000500000000 ffffffff ffffffff",
                        "0000000b 0000000500000000 00000008 0000000000000004 ffffffff",
                        "0000000b 0000000500000000 0000000c 0000000000000004 00000001 ffffffff")) {
            assertThatThrownBy(() -> fromLearner(bytes(old))).isInstanceOf(MalformedRecord.class);
        }
    }

    @Test
    void packetsOfTheOtherSideAreRefused() {
        for (String each : FROM_LEADER) {
            if (!each.equals(PING)) {
                assertThatThrownBy(() -> fromLearner(bytes(each)))
                        .as(each)
                        .isInstanceOf(MalformedRecord.class);
            }
        }
        for (String each : FROM_LEARNER) {
            if (!each.equals(PING_REPLY)) {
                assertThatThrownBy(() -> fromLeader(bytes(each)))
                        .as(each)
                        .isInstanceOf(MalformedRecord.class);
            }
        }
    }

    @Test
    void lengthOfAPacketIsKnownOnceItIsThereAndNotBefore() {
        var all = new ArrayList<String>(FROM_LEADER);
        all.addAll(FROM_LEARNER);
        for (String each : all) {
            byte[] packet = bytes(each);
            byte[] more = Arrays.copyOf(packet, packet.length + 7);
            for (int end = 0; end < packet.length; end++) {
                assertThat(PeerCodec.packetLength(packet, 0, end, DATA_MAX)).isEqualTo(-1);
            }
            assertThat(PeerCodec.packetLength(more, 0, more.length, DATA_MAX))
                    .isEqualTo(packet.length);
        }
    }

    @Test
    void lengthsThatNoPacketHasAreRefusedBeforeMoreIsRead() {
        for (String lie :
                List.of(
                        "00000002 0000000100000001 00100001",
                        "00000002 0000000100000001 fffffffe",
                        "00000002 0000000100000001 7fffffff",
                        "00000001 0000000100000001 00000000 7fffffff",
                        "00000001 0000000100000001 00000000 fffffffe",
                        "00000001 0000000100000001 00000000 00000001 7fffffff",
                        "00000001 0000000100000001 00000000 00000001 00000000 00200000")) {
            byte[] packet = bytes(lie);
            assertThatThrownBy(() -> PeerCodec.packetLength(packet, 0, packet.length, DATA_MAX))
                    .as(lie)
                    .isInstanceOf(MalformedRecord.class);
        }
    }

    @Test
    void mutatedPacketsAreRefusedOrAreOtherPackets() {
        var random = new Random(1);
        var seeds = new ArrayList<byte[]>();
        FROM_LEADER.forEach(each -> seeds.add(bytes(each)));
        FROM_LEARNER.forEach(each -> seeds.add(bytes(each)));
        var caller = Caller.of(List.of(new Id("ip", "10.0.0.7")));
        seeds.add(
                encoded(
                        new Message.Carried(
                                new Load.Forward(
                                        new WriteRequest(7, 1, 5, new byte[9], 0, 9, caller)))));
        seeds.add(encoded(new Message.Carried(new Load.Revalidate(1, 2))));
        seeds.add(encoded(new Message.Carried(new Load.Revalidated(1, true))));
        int read = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] packet = seeds.get(random.nextInt(seeds.size())).clone();
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                packet[random.nextInt(packet.length)] = (byte) random.nextInt();
            }
            packet = random.nextInt(4) == 0 ? Arrays.copyOf(packet, random.nextInt(60)) : packet;
            try {
                int length = PeerCodec.packetLength(packet, 0, packet.length, DATA_MAX);
                if (length < 0) {
                    continue;
                }
                assertThat(length).isBetween(20, packet.length);
                Message message =
                        random.nextBoolean()
                                ? PeerCodec.decodeFromLeader(packet, 0, length)
                                : PeerCodec.decodeFromLearner(packet, 0, length);
                byte[] again = encoded(message);
                assertThat(PeerCodec.packetLength(again, 0, again.length, DATA_MAX))
                        .isEqualTo(again.length);
                read++;
            } catch (MalformedRecord e) {
                // As it should be.
            }
        }
        assertThat(read).isGreaterThan(1_000);
    }

    // ---- the election port

    @Test
    void goldenHelloIsReadAndWrittenAlike() {
        byte[] golden =
                bytes("ffffffffffff0000 0000000000000001 0000000f 3132372e302e302e313a3233383831");
        var hello = new ElectionHello(1, List.of("127.0.0.1:23881"));

        assertThat(PeerCodec.decodeHello(golden, 0, golden.length)).isEqualTo(hello);
        var out = new JuteWriter();
        PeerCodec.encodeHello(hello, out);
        assertThat(out.toByteArray()).isEqualTo(golden);
        for (int end = 0; end < golden.length; end++) {
            assertThat(PeerCodec.helloLength(golden, 0, end)).isEqualTo(-1);
        }
        assertThat(PeerCodec.helloLength(golden, 0, golden.length)).isEqualTo(golden.length);
    }

    @Test
    void helloOfSeveralAddressesAndThatOfZookeeper34AreUnderstood() {
        var many = new ElectionHello(ElectionHello.ANONYMOUS, List.of("a:1", "[::1]:2"));
        var out = new JuteWriter();
        PeerCodec.encodeHello(many, out);
        byte[] bytes = out.toByteArray();
        assertThat(PeerCodec.decodeHello(bytes, 0, bytes.length)).isEqualTo(many);
        assertThat(Arrays.copyOf(bytes, 8)).isEqualTo(bytes("ffffffffffff0001"));

        byte[] old = bytes("0000000000000003");
        assertThat(PeerCodec.decodeHello(old, 0, 8)).isEqualTo(new ElectionHello(3, List.of()));
    }

    @Test
    void helloThatIsNoneIsRefused() {
        for (String wrong :
                List.of(
                        "fffffffffffe0000 0000000000000001 0000000f",
                        "ffffffffffff0000 0000000000000001 00000000",
                        "ffffffffffff0000 0000000000000001 00000801",
                        "ffffffffffff0000 0000000000000001 ffffffff")) {
            byte[] hello = bytes(wrong);
            assertThatThrownBy(() -> PeerCodec.helloLength(hello, 0, hello.length))
                    .as(wrong)
                    .isInstanceOf(MalformedRecord.class);
        }
    }

    @Test
    void goldenNotificationIsReadAndWrittenAlike() {
        byte[] config = new byte[186];
        byte[] golden =
                bytes(
                        "000000e6 00000000 0000000000000002 0000000000000000 0000000000000001"
                                + " 0000000000000000 00000002 000000ba");
        golden = Arrays.copyOf(golden, golden.length + config.length);
        var vote = new Notification(PeerState.LOOKING, 2, 0, 1, 0);

        assertThat(PeerCodec.decodeNotification(golden, 4, golden.length)).isEqualTo(vote);
        var out = new JuteWriter();
        PeerCodec.encodeNotification(vote, config, out);
        assertThat(out.toByteArray()).isEqualTo(golden);
    }

    @Test
    void notificationsOfEveryVersionAreUnderstood() {
        String oldest = "00000002 0000000000000003 0000000700000009 0000000000000004";
        var vote = new Notification(PeerState.LEADING, 3, Zxid.of(7, 9), 4, 7);
        byte[] v0 = bytes(oldest);
        assertThat(PeerCodec.decodeNotification(v0, 0, v0.length)).isEqualTo(vote);
        byte[] v0WithEpoch = bytes(oldest + "0000000000000008");
        var later = new Notification(PeerState.LEADING, 3, Zxid.of(7, 9), 4, 8);
        assertThat(PeerCodec.decodeNotification(v0WithEpoch, 0, v0WithEpoch.length))
                .isEqualTo(later);
        byte[] v1 = bytes(oldest + "0000000000000008 00000001");
        assertThat(PeerCodec.decodeNotification(v1, 0, v1.length)).isEqualTo(later);
    }

    @Test
    void notificationsThatAreNoneAreRefused() {
        for (String wrong :
                List.of(
                        "",
                        "00000002 0000000000000003 0000000700000009 00000000000000",
                        "00000004 0000000000000003 0000000700000009 0000000000000004",
                        "00000002 0000000000000003 0000000700000009 0000000000000004"
                                + "0000000000000008 00000002 000000ff",
                        "00000002 0000000000000003 0000000700000009 0000000000000004"
                                + "0000000000000008 00000002 fffffffe")) {
            byte[] vote = bytes(wrong);
            assertThatThrownBy(() -> PeerCodec.decodeNotification(vote, 0, vote.length))
                    .as(wrong)
                    .isInstanceOf(MalformedRecord.class);
        }
    }
}
