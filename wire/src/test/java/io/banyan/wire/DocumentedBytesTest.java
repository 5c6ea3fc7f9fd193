package io.banyan.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.wire.MultiOp.Check;
import io.banyan.wire.MultiOp.Create;
import io.banyan.wire.MultiOp.Delete;
import io.banyan.wire.MultiOp.SetData;
import io.banyan.wire.WhoAmIReply.ClientInfo;
import io.banyan.wire.txn.CheckVersionTxn;
import io.banyan.wire.txn.CloseSessionTxn;
import io.banyan.wire.txn.CreateContainerTxn;
import io.banyan.wire.txn.CreateSessionTxn;
import io.banyan.wire.txn.CreateTtlTxn;
import io.banyan.wire.txn.CreateTxn;
import io.banyan.wire.txn.DeleteTxn;
import io.banyan.wire.txn.ErrorTxn;
import io.banyan.wire.txn.MultiTxn;
import io.banyan.wire.txn.MultiTxn.Part;
import io.banyan.wire.txn.SetAclTxn;
import io.banyan.wire.txn.SetDataTxn;
import io.banyan.wire.txn.Txn;
import io.banyan.wire.txn.TxnDigest;
import io.banyan.wire.txn.TxnPayload;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The examples of ZooKeeper's protocol and file formats, field by field: each record is written as
/// exactly these bytes, and read from them.
class DocumentedBytesTest {
    private static final String OPEN_HEX =
            "00000001 0000001f 00000005776f726c64 00000006616e796f6e65";
    private static final long T1 = 0x1a1ffb23f85L;
    private static final long T2 = 0x1a1ffb23fb2L;
    private static final String T1_HEX = "000001a1ffb23f85";
    private static final String T2_HEX = "000001a1ffb23fb2";
    private static final byte[] NO_PASSWD = new byte[16];

    @Test
    void handshakes() {
        assertBytes(
                Codec.CONNECT_REQUEST,
                new ConnectRequest(0, 0, 10_000, 0, NO_PASSWD, false, true),
                "00000000 0000000000000000 00002710 0000000000000000 00000010"
                        + "00".repeat(16)
                        + "00");
        assertBytes(
                Codec.CONNECT_REQUEST,
                new ConnectRequest(0, 0, 10_000, 0, NO_PASSWD, false, false),
                "00000000 0000000000000000 00002710 0000000000000000 00000010" + "00".repeat(16));
        assertBytes(
                Codec.CONNECT_RESPONSE,
                new ConnectResponse(
                        10_000,
                        0x10000120d1a0000L,
                        bytes("34a2042cb1f938543222c461e2c3f54e"),
                        false,
                        true),
                "00000000 00002710 010000120d1a0000 00000010"
                        + "34a2042cb1f938543222c461e2c3f54e 00");
        assertBytes(
                Codec.CONNECT_RESPONSE,
                ConnectResponse.rejected(false, true),
                "00000000 00000000 0000000000000000 00000010" + "00".repeat(16) + "00");
    }

    @Test
    void bytesBehindTheHandshakeOfAClientAreIgnored() {
        var request =
                Codec.CONNECT_REQUEST.read(
                        bytes("00000007" + "00".repeat(20) + "ffffffff 01 0102030405"));

        assertThat(request).isEqualTo(new ConnectRequest(7, 0, 0, 0, new byte[0], true, true));
    }

    @Test
    void headersAndEvents() {
        assertBytes(
                Codec.REPLY_HEADER,
                new ReplyHeader(3, 0xd, -110),
                "00000003 000000000000000d ffffff92");
        assertBytes(
                Codec.REPLY_HEADER,
                new ReplyHeader(ReplyHeader.NOTIFICATION, 0x5c, ErrorCode.OK),
                "ffffffff 000000000000005c 00000000");
        assertBytes(
                Codec.EVENT,
                new WatcherEvent(WatcherEvent.NODE_CREATED, WatcherEvent.SYNC_CONNECTED, "/w1"),
                "00000001 00000003 000000032f7731");
        assertBytes(
                Codec.REQUEST_HEADER,
                new RequestHeader(RequestHeader.PING, OpCode.PING),
                "fffffffe 0000000b");
    }

    @Test
    void requests() {
        assertRequest(
                OpCode.CREATE,
                new CreateRequest("/a", utf8("hi"), Acl.OPEN, 0),
                "000000022f61 000000026869" + OPEN_HEX + "00000000");
        assertRequest(
                OpCode.CREATE,
                new CreateRequest("/e-", new byte[0], Acl.OPEN, 3),
                "000000032f652d 00000000" + OPEN_HEX + "00000003");
        assertRequest(
                OpCode.CREATE_TTL,
                new CreateTtlRequest("/t", new byte[0], Acl.OPEN, 5, 5000),
                "000000022f74 00000000" + OPEN_HEX + "00000005 0000000000001388");
        assertRequest(
                OpCode.SET_DATA,
                new SetDataRequest("/b", utf8("xyz"), 0),
                "000000022f62 0000000378797a 00000000");
        assertRequest(OpCode.GET_DATA, new PathWatchRequest("/b", true), "000000022f62 01");
        assertRequest(OpCode.GET_CHILDREN2, new PathWatchRequest("/", false), "000000012f 00");
        assertRequest(
                OpCode.SET_ACL,
                new SetAclRequest("/b", Acl.OPEN, 0),
                "000000022f62" + OPEN_HEX + "00000000");
        assertRequest(OpCode.GET_ACL, new PathRequest("/b"), "000000022f62");
        assertRequest(
                OpCode.SET_WATCHES2,
                new SetWatches(
                        1, List.of("/b"), List.of(), List.of(), List.of("/p"), List.of("/r")),
                "0000000000000001 00000001 000000022f62 00000000 00000000"
                        + "00000001 000000022f70 00000001 000000022f72");
        assertRequest(
                OpCode.AUTH,
                new AuthPacket(0, "digest", utf8("bob:pw")),
                "00000000 00000006646967657374 00000006626f623a7077");
        assertRequest(
                OpCode.MULTI,
                new MultiRequest(
                        List.of(
                                new Create(
                                        OpCode.CREATE,
                                        new CreateRequest("/m", new byte[0], Acl.OPEN, 0)),
                                new Check(new CheckVersionRequest("/m", 0)),
                                new SetData(new SetDataRequest("/m", utf8("y"), 0)),
                                new Delete(new DeleteRequest("/m", -1)))),
                "00000001 00 ffffffff 000000022f6d 00000000"
                        + OPEN_HEX
                        + "00000000"
                        + "0000000d 00 ffffffff 000000022f6d 00000000"
                        + "00000005 00 ffffffff 000000022f6d 0000000179 00000000"
                        + "00000002 00 ffffffff 000000022f6d ffffffff"
                        + "ffffffff 01 ffffffff");
    }

    @Test
    void replies() {
        var created = new Stat(2, 2, T1, T1, 0, 0, 0, 0, 2, 0, 2);
        String createdHex =
                "0000000000000002 0000000000000002"
                        + T1_HEX
                        + T1_HEX
                        + "00000000 00000000 00000000 0000000000000000 00000002 00000000"
                        + "0000000000000002";
        assertReply(OpCode.CREATE2, new PathStatReply("/b", created), "000000022f62" + createdHex);
        assertReply(
                OpCode.SET_DATA,
                new Stat(2, 3, T1, T2, 1, 0, 0, 0, 3, 0, 2),
                "0000000000000002 0000000000000003"
                        + T1_HEX
                        + T2_HEX
                        + "00000001 00000000 00000000 0000000000000000 00000003 00000000"
                        + "0000000000000002");
        assertReply(
                OpCode.GET_DATA,
                new DataReply(utf8("xyz"), created),
                "0000000378797a" + createdHex);
        assertReply(
                OpCode.GET_CHILDREN2,
                new Children2Reply(
                        List.of("b", "zookeeper"), new Stat(0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2)),
                "00000002 0000000162 000000097a6f6f6b6565706572"
                        + "00".repeat(56)
                        + "00000002 0000000000000002");
        assertReply(OpCode.GET_ACL, new AclReply(Acl.OPEN, created), OPEN_HEX + createdHex);
        assertReply(
                OpCode.WHO_AM_I,
                new WhoAmIReply(List.of(new ClientInfo("ip", "127.0.0.1"))),
                "00000001 000000026970 000000093132372e302e302e31");
        assertReply(OpCode.ADD_WATCH, new ErrorReply(0), "00000000");
        assertReply(OpCode.GET_CHILDREN, new ChildrenReply(List.of()), "00000000");
        assertReply(
                OpCode.MULTI,
                new MultiReply(
                        List.of(
                                new MultiResult.Created(new PathReply("/m")),
                                new MultiResult.Checked(),
                                new MultiResult.DataSet(created),
                                new MultiResult.Deleted())),
                "00000001 00 00000000 000000022f6d 0000000d 00 00000000 00000005 00 00000000"
                        + createdHex
                        + "00000002 00 00000000 ffffffff 01 ffffffff");
        assertReply(
                OpCode.MULTI,
                new MultiReply(
                        List.of(
                                new MultiResult.Failed(0),
                                new MultiResult.Failed(-101),
                                new MultiResult.Failed(-2))),
                "ffffffff 00 00000000 00000000 ffffffff 00 ffffff9b ffffff9b"
                        + "ffffffff 00 fffffffe fffffffe ffffffff 01 ffffffff");
    }

    @Test
    void transactions() {
        assertTxn(OpCode.CREATE_SESSION, new CreateSessionTxn(10_000), "00002710");
        assertTxn(OpCode.ERROR, new ErrorTxn(-110), "ffffff92");
        assertTxn(
                OpCode.CREATE,
                new CreateTxn("/a", utf8("hi"), Acl.OPEN, false, 1),
                "000000022f61 000000026869" + OPEN_HEX + "00 00000001");
        assertTxn(
                OpCode.CREATE2,
                new CreateTxn("/e-0000000003", new byte[0], Acl.OPEN, true, 4),
                "0000000d2f652d30303030303030303033 00000000" + OPEN_HEX + "01 00000004");
        assertTxn(
                OpCode.SET_DATA,
                new SetDataTxn("/b", utf8("xyz"), 1),
                "000000022f62 0000000378797a 00000001");
        assertTxn(
                OpCode.RECONFIG,
                new SetDataTxn("/zookeeper/config", null, -1),
                "000000112f7a6f6f6b65657065722f636f6e666967 ffffffff ffffffff");
        assertTxn(
                OpCode.SET_ACL,
                new SetAclTxn("/b", Acl.OPEN, 1),
                "000000022f62" + OPEN_HEX + "00000001");
        assertTxn(
                OpCode.CREATE_CONTAINER,
                new CreateContainerTxn("/c", new byte[0], Acl.OPEN, 2),
                "000000022f63 00000000" + OPEN_HEX + "00000002");
        assertTxn(
                OpCode.CREATE_TTL,
                new CreateTtlTxn("/t", new byte[0], Acl.OPEN, 3, 5000),
                "000000022f74 00000000" + OPEN_HEX + "00000003 0000000000001388");
        assertTxn(OpCode.DELETE, new DeleteTxn("/c"), "000000022f63");
        assertTxn(OpCode.DELETE_CONTAINER, new DeleteTxn("/ttl"), "000000042f74746c");
        assertTxn(
                OpCode.CLOSE_SESSION,
                new CloseSessionTxn(List.of("/e-0000000003")),
                "00000001 0000000d2f652d30303030303030303033");
        assertTxn(OpCode.CLOSE_SESSION, new CloseSessionTxn(List.of()), "00000000");
        assertTxn(
                OpCode.MULTI,
                new MultiTxn(
                        List.of(
                                new Part(
                                        OpCode.CREATE,
                                        new CreateTxn("/m", utf8("x"), Acl.OPEN, false, 7)),
                                new Part(OpCode.CHECK, new CheckVersionTxn("/m", 1)),
                                new Part(OpCode.SET_DATA, new SetDataTxn("/m", utf8("y"), 1)),
                                new Part(OpCode.DELETE, new DeleteTxn("/m")),
                                new Part(OpCode.ERROR, new ErrorTxn(-101)))),
                "00000005 00000001 0000002b 000000022f6d 0000000178"
                        + OPEN_HEX
                        + "00 00000007"
                        + "0000000d 0000000a 000000022f6d 00000001"
                        + "00000005 0000000f 000000022f6d 0000000179 00000001"
                        + "00000002 00000006 000000022f6d"
                        + "ffffffff 00000004 ffffff9b");
    }

    @Test
    void closeSessionOfOldLogsSaysNothingOfEphemeralsWithOrWithoutADigest() {
        var header = new TxnHeader(1, 2, 3, 4, OpCode.CLOSE_SESSION);
        String headerHex = "0000000000000001 00000002 0000000000000003 0000000000000004 fffffff5";

        assertBytes(Codec.TXN, new TxnPayload(header, new CloseSessionTxn(null), null), headerHex);
        assertBytes(
                Codec.TXN,
                new TxnPayload(header, new CloseSessionTxn(null), new TxnDigest(2, 0xd199bd45L)),
                headerHex + "00000002 00000000d199bd45");
    }

    private static void assertTxn(int type, Txn txn, String hex) {
        var header = new TxnHeader(0x10000120d1a0000L, 0, 1, 0x1a1ff9e4478L, type);
        String headerHex =
                "010000120d1a0000 00000000 0000000000000001 000001a1ff9e4478"
                        + HexFormat.of().toHexDigits(type);
        var digest = new TxnDigest(TxnDigest.VERSION, 0x51c6d660L);

        assertBytes(
                Codec.TXN,
                new TxnPayload(header, txn, digest),
                headerHex + hex + "00000002 0000000051c6d660");
        assertBytes(Codec.TXN, new TxnPayload(header, txn, null), headerHex + hex);
    }

    private static void assertRequest(int type, Object request, String hex) {
        assertAnyBytes(Codec.forType(Codec.REQUESTS, type), request, hex);
    }

    private static void assertReply(int type, Object reply, String hex) {
        assertAnyBytes(Codec.forType(Codec.REPLIES, type), reply, hex);
    }

    @SuppressWarnings("unchecked") // a wrong one is a ClassCastException here
    private static <R> void assertAnyBytes(Codec<R> codec, Object record, String hex) {
        assertBytes(codec, (R) record, hex);
    }

    private static <R> void assertBytes(Codec<R> codec, R record, String hex) {
        assertThat(HexFormat.of().formatHex(codec.write(record))).isEqualTo(hex.replace(" ", ""));
        assertThat(codec.read(bytes(hex))).isEqualTo(record).hasSameHashCodeAs(record);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
