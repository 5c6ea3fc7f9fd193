package io.banyan.replica;

import io.banyan.tree.Caller;
import io.banyan.tree.WriteRequest;
import io.banyan.wire.Id;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.OpCode;
import io.banyan.wire.Zxid;
import io.banyan.zab.Configuration;
import io.banyan.zab.Message;
import io.banyan.zab.Notification;
import io.banyan.zab.PeerState;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The bytes of ZooKeeper's two protocols between servers. Pure; any thread.
///
/// A packet of the quorum port stands directly behind the one before:
///
/// | offset | size | |
/// | --- | --- | --- |
/// | 0 | 4 | type |
/// | 4 | 8 | zxid |
/// | 12 | 4 + n | data, -1 for null |
/// | 16 + n | 4 + ... | ids of the client, of a forwarded request; else -1 for null |
///
/// Banyan marks itself by four bytes behind what ZooKeeper reads of a learner's introduction and of
/// the leader's answer. ZooKeeper ignores them.
public final class PeerCodec {
    /// {@link Message.Snap#image} of a packet just decoded: the state's stream stands behind it.
    public static final Object IMAGE_FOLLOWS =
            new Object() {
                @Override
                public String toString() {
                    return "image follows";
                }
            };

    /// What ends the stream of a state, a jute string.
    public static final String IMAGE_SIGNATURE = "BenWasHere";

    /// A notification may be no longer; ZooKeeper's limit.
    public static final int NOTIFICATION_BYTES_MAX = 512 * 1024;

    private static final int REQUEST = 1;
    private static final int PROPOSAL = 2;
    private static final int ACK = 3;
    private static final int COMMIT = 4;
    private static final int PING = 5;
    private static final int REVALIDATE = 6;
    private static final int SYNC = 7;
    private static final int INFORM = 8;
    private static final int COMMIT_AND_ACTIVATE = 9;
    private static final int NEW_LEADER = 10;
    private static final int FOLLOWER_INFO = 11;
    private static final int UP_TO_DATE = 12;
    private static final int DIFF = 13;
    private static final int TRUNC = 14;
    private static final int SNAP = 15;
    private static final int OBSERVER_INFO = 16;
    private static final int LEADER_INFO = 17;
    private static final int ACK_EPOCH = 18;
    private static final int INFORM_AND_ACTIVATE = 19;

    /// Of Zab 1.0; servers before 3.4 have a lower one, or none.
    private static final int PROTOCOL_VERSION = 0x10000;

    /// "BNYN".
    private static final int MARK = 0x424e594e;

    private static final int DATA_OFFSET = 16;
    private static final int LEARNER_INFO_BYTES = 20;
    private static final int LEADER_INFO_BYTES = 4;

    /// Of all ids of one client together: far more than any has.
    private static final int IDS_BYTES_MAX = 1 << 20;

    private static final long HELLO_VERSION = -65536;
    private static final long HELLO_VERSION_MANY = -65535;
    private static final int HELLO_ADDRESS_OFFSET = 20;
    private static final int HELLO_ADDRESS_BYTES_MAX = 2048;

    private static final int NOTIFICATION_VERSION = 2;

    /// Since 3.4 all of them have an epoch, and a little later a version.
    private static final int NOTIFICATION_BYTES_MIN = 28;

    private static final int NOTIFICATION_BYTES_WITH_EPOCH = 36;
    private static final int NOTIFICATION_BYTES_WITH_VERSION = 40;
    private static final byte[] NO_BYTES = {};

    private PeerCodec() {}

    // ---- the quorum port

    /// Writes one packet. Of {@link Message.Snap} that is the packet only, without the image.
    public static void encode(Message message, JuteWriter out) {
        switch (message) {
            case Message.LearnerInfo info -> {
                head(
                        out,
                        info.observer() ? OBSERVER_INFO : FOLLOWER_INFO,
                        Zxid.of(info.acceptedEpoch(), 0));
                out.writeInt(info.banyan() ? LEARNER_INFO_BYTES + 4 : LEARNER_INFO_BYTES);
                out.writeLong(info.serverId());
                out.writeInt(PROTOCOL_VERSION);
                out.writeLong(info.configVersion());
                mark(info.banyan(), out);
                noIds(out);
            }
            case Message.LeaderInfo info -> {
                head(out, LEADER_INFO, Zxid.of(info.epoch(), 0));
                out.writeInt(info.banyan() ? LEADER_INFO_BYTES + 4 : LEADER_INFO_BYTES);
                out.writeInt(PROTOCOL_VERSION);
                mark(info.banyan(), out);
                noIds(out);
            }
            case Message.AckEpoch ack -> {
                head(out, ACK_EPOCH, ack.lastZxid());
                out.writeInt(4);
                out.writeInt((int) ack.currentEpoch());
                noIds(out);
            }
            case Message.Diff diff -> bare(out, DIFF, diff.zxid());
            case Message.Trunc trunc -> bare(out, TRUNC, trunc.zxid());
            case Message.Snap snap -> bare(out, SNAP, snap.zxid());
            case Message.NewLeader newLeader -> {
                byte[] config = newLeader.config();
                Configuration committed = newLeader.committed();
                packet(
                        out,
                        NEW_LEADER,
                        Zxid.of(newLeader.epoch(), 0),
                        config.length == 0
                                ? null
                                : committed == null ? config : both(config, committed.text()));
            }
            case Message.UpToDate upToDate -> bare(out, UP_TO_DATE, -1);
            case Message.Ack ack -> bare(out, ACK, ack.zxid());
            case Message.Proposal proposal ->
                    packet(out, PROPOSAL, proposal.zxid(), proposal.payload());
            case Message.Commit commit -> bare(out, COMMIT, commit.zxid());
            case Message.CommitAndActivate commit -> {
                head(out, COMMIT_AND_ACTIVATE, commit.zxid());
                out.writeInt(Long.BYTES);
                out.writeLong(commit.designatedLeader());
                noIds(out);
            }
            case Message.Inform inform -> packet(out, INFORM, inform.zxid(), inform.payload());
            case Message.InformAndActivate inform -> {
                head(out, INFORM_AND_ACTIVATE, inform.zxid());
                out.writeInt(Long.BYTES + inform.payload().length);
                out.writeLong(inform.designatedLeader());
                out.writeRaw(inform.payload(), 0, inform.payload().length);
                noIds(out);
            }
            case Message.Ping ping -> encodePing(ping, out);
            case Message.Carried carried -> encodeLoad((Load) carried.load(), out);
        }
    }

    /// How long the first packet is.
    ///
    /// @param from index of its first byte
    /// @param end index behind the last byte there is so far
    /// @param dataBytesMax what the data of a packet may be at most
    /// @return in bytes, or -1 if it is not there as a whole
    /// @throws MalformedRecord if it can be none
    public static int packetLength(byte[] bytes, int from, int end, int dataBytesMax) {
        if (end - from < DATA_OFFSET) {
            return -1;
        }
        var in = new JuteReader(bytes, from + DATA_OFFSET - 4, end);
        int data = in.readInt();
        if (data < -1 || data > dataBytesMax) {
            throw new MalformedRecord("packet with " + data + " bytes of data");
        }
        long ids = (long) from + DATA_OFFSET + Math.max(0, data);
        if (ids + 4 > end) {
            return -1;
        }
        in.reset(bytes, (int) ids, end);
        int count = in.readInt();
        if (count < -1 || count > IDS_BYTES_MAX / 8) {
            throw new MalformedRecord("packet with " + count + " ids");
        }
        for (int i = 0; i < 2 * count; i++) {
            if (in.remaining() < 4) {
                return -1;
            }
            int length = in.readInt();
            if (length < -1 || (long) in.position() + Math.max(0, length) > ids + IDS_BYTES_MAX) {
                throw new MalformedRecord("packet with an id of " + length + " bytes");
            }
            if (length > in.remaining()) {
                return -1;
            }
            in.reset(bytes, in.position() + Math.max(0, length), end);
        }
        return in.position() - from;
    }

    /// A packet of a learner, as its leader reads it.
    ///
    /// @param end index behind the packet's last byte; the array is not kept
    /// @throws MalformedRecord if a learner sends no such packet
    public static Message decodeFromLearner(byte[] bytes, int from, int end) {
        var in = new JuteReader(bytes, from, end);
        int type = in.readInt();
        long zxid = in.readLong();
        int length = in.skipBuffer();
        int dataEnd = in.position();
        var data = new JuteReader(bytes, dataEnd - Math.max(0, length), dataEnd);
        return switch (type) {
            case FOLLOWER_INFO, OBSERVER_INFO -> learnerInfo(type == OBSERVER_INFO, zxid, data);
            case ACK_EPOCH -> new Message.AckEpoch(zxid, data.readInt());
            case ACK -> new Message.Ack(zxid);
            case PING -> new Message.Ping(zxid, touched(data));
            case REVALIDATE ->
                    new Message.Carried(new Load.Revalidate(data.readLong(), data.readInt()));
            case REQUEST -> new Message.Carried(request(data, in));
            default -> throw new MalformedRecord("packet of type " + type + " from a learner");
        };
    }

    /// A packet of the leader, as its learners read it.
    ///
    /// @param end index behind the packet's last byte; the array is not kept
    /// @throws MalformedRecord if a leader sends no such packet
    public static Message decodeFromLeader(byte[] bytes, int from, int end) {
        var in = new JuteReader(bytes, from, end);
        int type = in.readInt();
        long zxid = in.readLong();
        int length = in.skipBuffer();
        int dataEnd = in.position();
        var data = new JuteReader(bytes, dataEnd - Math.max(0, length), dataEnd);
        return switch (type) {
            case LEADER_INFO -> {
                requireProtocol(data.readInt());
                yield new Message.LeaderInfo(Zxid.epoch(zxid), isMarked(data));
            }
            case DIFF -> new Message.Diff(zxid);
            case TRUNC -> new Message.Trunc(zxid);
            case SNAP -> new Message.Snap(zxid, IMAGE_FOLLOWS);
            case NEW_LEADER -> newLeader(Zxid.epoch(zxid), rest(data));
            case UP_TO_DATE -> new Message.UpToDate();
            case PROPOSAL -> new Message.Proposal(zxid, payload(data));
            case COMMIT -> new Message.Commit(zxid);
            case COMMIT_AND_ACTIVATE -> new Message.CommitAndActivate(zxid, data.readLong());
            case INFORM -> new Message.Inform(zxid, payload(data));
            case INFORM_AND_ACTIVATE -> {
                long designated = data.readLong();
                yield new Message.InformAndActivate(zxid, designated, payload(data));
            }
            case PING -> new Message.Ping(zxid, null);
            case SYNC -> new Message.Carried(new Load.SyncDone());
            case REVALIDATE ->
                    new Message.Carried(new Load.Revalidated(data.readLong(), data.readBool()));
            default -> throw new MalformedRecord("packet of type " + type + " from a leader");
        };
    }

    /// What a Banyan server tells another: behind the text that ZooKeeper's servers tell too, a
    /// zero byte and the text of what is committed.
    private static byte[] both(byte[] newest, byte[] committed) {
        byte[] both = Arrays.copyOf(newest, newest.length + 1 + committed.length);
        System.arraycopy(committed, 0, both, newest.length + 1, committed.length);
        return both;
    }

    private static Message newLeader(long epoch, byte[] data) {
        int end = 0;
        while (end < data.length && data[end] != 0) {
            end++;
        }
        if (end == data.length) {
            return new Message.NewLeader(epoch, data, configuration(data), null);
        }
        byte[] newest = Arrays.copyOf(data, end);
        byte[] committed = Arrays.copyOfRange(data, end + 1, data.length);
        return new Message.NewLeader(
                epoch, newest, configuration(newest), configuration(committed));
    }

    /// @return null for what cannot be read: whoever does not change members does not need it
    private static @Nullable Configuration configuration(byte[] text) {
        Members members = Members.parse(text);
        return members == null ? null : members.configuration();
    }

    private static void encodePing(Message.Ping ping, JuteWriter out) {
        if (!(ping.touched() instanceof Load.Touched touched)) {
            bare(out, PING, ping.zxid());
            return;
        }
        head(out, PING, ping.zxid());
        long[] ids = touched.sessionIds();
        out.writeInt(12 * ids.length);
        for (int i = 0; i < ids.length; i++) {
            out.writeLong(ids[i]);
            out.writeInt(touched.timeoutsMillis()[i]);
        }
        noIds(out);
    }

    private static void encodeLoad(Load load, JuteWriter out) {
        switch (load) {
            case Load.Forward forward -> {
                WriteRequest request = forward.request();
                int length = request.end() - request.from();
                head(out, REQUEST, -1);
                out.writeInt(DATA_OFFSET + length);
                out.writeLong(request.sessionId());
                out.writeInt(request.cxid());
                out.writeInt(request.opcode());
                out.writeRaw(request.body(), request.from(), request.end());
                out.writeVector(request.caller().ids(), (to, id) -> id.encode(to));
            }
            case Load.SyncAsked sync -> {
                head(out, REQUEST, -1);
                out.writeInt(DATA_OFFSET);
                out.writeLong(sync.sessionId());
                out.writeInt(sync.cxid());
                out.writeInt(OpCode.SYNC);
                out.writeInt(0);
            }
            case Load.SyncDone done -> bare(out, SYNC, 0);
            case Load.Revalidate revalidate -> {
                head(out, REVALIDATE, -1);
                out.writeInt(12);
                out.writeLong(revalidate.sessionId());
                out.writeInt(revalidate.timeoutMillis());
                noIds(out);
            }
            case Load.Revalidated revalidated -> {
                head(out, REVALIDATE, -1);
                out.writeInt(9);
                out.writeLong(revalidated.sessionId());
                out.writeBool(revalidated.valid());
                noIds(out);
            }
            case Load.Touched touched ->
                    throw new IllegalArgumentException("touched sessions travel in a ping");
        }
    }

    private static Message learnerInfo(boolean observer, long zxid, JuteReader data) {
        if (data.remaining() < 12) {
            throw new MalformedRecord(
                    "a learner of before ZooKeeper 3.4, with "
                            + data.remaining()
                            + " bytes of introduction");
        }
        long serverId = data.readLong();
        requireProtocol(data.readInt());
        long configVersion = data.remaining() >= 8 ? data.readLong() : 0;
        return new Message.LearnerInfo(
                serverId, observer, Zxid.epoch(zxid), configVersion, isMarked(data));
    }

    private static void requireProtocol(int version) {
        if (version < PROTOCOL_VERSION) {
            throw new MalformedRecord("protocol version 0x" + Integer.toHexString(version));
        }
    }

    private static boolean isMarked(JuteReader data) {
        return data.remaining() >= 4 && data.readInt() == MARK;
    }

    private static Load.Touched touched(JuteReader data) {
        if (data.remaining() % 12 != 0) {
            throw new MalformedRecord("ping with " + data.remaining() + " bytes of sessions");
        }
        int count = data.remaining() / 12;
        var ids = new long[count];
        var timeouts = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = data.readLong();
            timeouts[i] = data.readInt();
        }
        return new Load.Touched(ids, timeouts);
    }

    private static Load request(JuteReader data, JuteReader in) {
        long sessionId = data.readLong();
        int cxid = data.readInt();
        int opcode = data.readInt();
        if (opcode == OpCode.SYNC) {
            return new Load.SyncAsked(sessionId, cxid);
        }
        byte[] body = rest(data);
        List<Id> ids = in.readVector(Id::decode);
        return new Load.Forward(
                new WriteRequest(
                        sessionId,
                        cxid,
                        opcode,
                        body,
                        0,
                        body.length,
                        Caller.of(ids == null ? List.of() : ids)));
    }

    private static byte[] payload(JuteReader data) {
        if (data.remaining() == 0) {
            throw new MalformedRecord("transaction of no bytes");
        }
        return rest(data);
    }

    private static byte[] rest(JuteReader data) {
        return data.remaining() == 0
                ? NO_BYTES
                : Arrays.copyOfRange(
                        data.array(), data.position(), data.position() + data.remaining());
    }

    private static void mark(boolean banyan, JuteWriter out) {
        if (banyan) {
            out.writeInt(MARK);
        }
    }

    private static void bare(JuteWriter out, int type, long zxid) {
        packet(out, type, zxid, null);
    }

    private static void packet(JuteWriter out, int type, long zxid, byte @Nullable [] data) {
        head(out, type, zxid);
        out.writeBuffer(data);
        noIds(out);
    }

    private static void head(JuteWriter out, int type, long zxid) {
        out.writeInt(type);
        out.writeLong(zxid);
    }

    private static void noIds(JuteWriter out) {
        out.writeInt(-1);
    }

    // ---- the election port

    /// Writes the first bytes on a connection.
    public static void encodeHello(ElectionHello hello, JuteWriter out) {
        out.writeLong(hello.addresses().size() > 1 ? HELLO_VERSION_MANY : HELLO_VERSION);
        out.writeLong(hello.serverId());
        out.writeString(String.join("|", hello.addresses()));
    }

    /// How long a hello is, as {@link #packetLength}.
    public static int helloLength(byte[] bytes, int from, int end) {
        var in = new JuteReader(bytes, from, end);
        if (in.remaining() < 8) {
            return -1;
        }
        long version = in.readLong();
        if (version >= 0) {
            return 8;
        }
        if (version != HELLO_VERSION && version != HELLO_VERSION_MANY) {
            throw new MalformedRecord("hello of version 0x" + Long.toHexString(version));
        }
        if (end - from < HELLO_ADDRESS_OFFSET) {
            return -1;
        }
        in.readLong();
        int length = in.readInt();
        if (length < 1 || length > HELLO_ADDRESS_BYTES_MAX) {
            throw new MalformedRecord("hello with an address of " + length + " bytes");
        }
        return length > in.remaining() ? -1 : HELLO_ADDRESS_OFFSET + length;
    }

    /// @param end index behind its last byte
    public static ElectionHello decodeHello(byte[] bytes, int from, int end) {
        if (helloLength(bytes, from, end) != end - from) {
            throw new MalformedRecord("hello of " + (end - from) + " bytes");
        }
        var in = new JuteReader(bytes, from, end);
        long version = in.readLong();
        if (version >= 0) {
            // Before 3.5 the id was all there was.
            return new ElectionHello(version, List.of());
        }
        long serverId = in.readLong();
        String addresses = in.requireString();
        return new ElectionHello(
                serverId,
                Arrays.stream(addresses.split("\\|")).filter(each -> !each.isEmpty()).toList());
    }

    /// Writes a vote as a frame, its length included.
    ///
    /// @param fallback text of the membership, where the notification brings none
    public static void encodeNotification(
            Notification notification, byte[] fallback, JuteWriter out) {
        Configuration known = notification.configuration();
        byte[] config = known == null ? fallback : known.text();
        out.writeInt(NOTIFICATION_BYTES_WITH_VERSION + 4 + config.length);
        out.writeInt(numberOf(notification.state()));
        out.writeLong(notification.leader());
        out.writeLong(notification.zxid());
        out.writeLong(notification.round());
        out.writeLong(notification.peerEpoch());
        out.writeInt(NOTIFICATION_VERSION);
        out.writeBuffer(config);
    }

    /// Reads a vote without the length before it. A membership in it that cannot be read is left
    /// out.
    ///
    /// @param end index behind its last byte
    /// @throws MalformedRecord if it is none; ZooKeeper ignores such a message and so may we
    public static Notification decodeNotification(byte[] bytes, int from, int end) {
        int length = end - from;
        if (length < NOTIFICATION_BYTES_MIN) {
            throw new MalformedRecord("notification of " + length + " bytes");
        }
        var in = new JuteReader(bytes, from, end);
        PeerState state = stateOf(in.readInt());
        long leader = in.readLong();
        long zxid = in.readLong();
        long round = in.readLong();
        long peerEpoch = length >= NOTIFICATION_BYTES_WITH_EPOCH ? in.readLong() : Zxid.epoch(zxid);
        Configuration known = null;
        if (length > NOTIFICATION_BYTES_WITH_VERSION && in.readInt() >= NOTIFICATION_VERSION) {
            byte[] text = in.readBuffer();
            known = text == null ? null : configuration(text);
        }
        return new Notification(state, leader, zxid, round, peerEpoch, known);
    }

    private static int numberOf(PeerState state) {
        return switch (state) {
            case LOOKING -> 0;
            case FOLLOWING -> 1;
            case LEADING -> 2;
            case OBSERVING -> 3;
        };
    }

    private static PeerState stateOf(int number) {
        return switch (number) {
            case 0 -> PeerState.LOOKING;
            case 1 -> PeerState.FOLLOWING;
            case 2 -> PeerState.LEADING;
            case 3 -> PeerState.OBSERVING;
            default -> throw new MalformedRecord("server state " + number);
        };
    }
}
