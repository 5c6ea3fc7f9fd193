package io.banyan.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.wire.Acl;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.OpCode;
import io.banyan.wire.Stat;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MultiTest {
    private final World world = new World();

    @Test
    void multiDoesAllUnderOneZxidAndAnswersEachStep() {
        long before = world.zxid;

        Applied applied =
                world.multi(
                        new World.Ops()
                                .create("/m", "")
                                .check("/m", 0)
                                .setData("/m", "y", 0)
                                .create(OpCode.CREATE2, "/m/c", 0)
                                .delete("/m/c", -1)
                                .setData("/m", "z", 1));

        assertThat(applied.err()).isZero();
        assertThat(applied.zxid()).isEqualTo(before + 1);
        JuteReader in = world.reply();
        assertHeader(in, OpCode.CREATE, 0);
        assertThat(in.readString()).isEqualTo("/m");
        assertHeader(in, OpCode.CHECK, 0);
        assertHeader(in, OpCode.SET_DATA, 0);
        Stat afterFirst = Stat.decode(in);
        assertThat(afterFirst.version()).isEqualTo(1);
        assertThat(afterFirst.numChildren()).isZero();
        assertHeader(in, OpCode.CREATE2, 0);
        assertThat(in.readString()).isEqualTo("/m/c");
        assertThat(Stat.decode(in).czxid()).isEqualTo(applied.zxid());
        assertHeader(in, OpCode.DELETE, 0);
        assertHeader(in, OpCode.SET_DATA, 0);
        assertThat(Stat.decode(in)).isEqualTo(world.stat("/m"));
        assertEnd(in);
        assertThat(world.stat("/m").version()).isEqualTo(2);
        assertThat(world.stat("/m").cversion()).isEqualTo(2);
        assertThat(world.changes())
                .containsExactly(
                        "CREATED /m",
                        "DATA_CHANGED /m",
                        "CREATED /m/c",
                        "DELETED /m/c",
                        "DATA_CHANGED /m");
    }

    @Test
    void failedMultiAnswersOkPerHeaderAndTellsInItsBody() {
        List<String> before = World.dump(world.state.withZxid(0));

        Applied applied =
                world.multi(
                        new World.Ops().create("/m", "").delete("/none", -1).setData("/m", "", -1));

        assertThat(applied.err()).isZero();
        assertThat(applied.type()).isEqualTo(OpCode.MULTI);
        assertThat(applied.changes()).isEmpty();
        assertThat(HexFormat.of().formatHex(applied.reply()))
                .isEqualTo(
                        "ffffffff"
                                + "00"
                                + "00000000"
                                + "00000000"
                                + "ffffffff"
                                + "00"
                                + "ffffff9b"
                                + "ffffff9b"
                                + "ffffffff"
                                + "00"
                                + "fffffffe"
                                + "fffffffe"
                                + "ffffffff"
                                + "01"
                                + "ffffffff");
        assertThat(World.dump(world.state.withZxid(0))).isEqualTo(before);
        assertThat(world.state.zxid()).isEqualTo(world.zxid);
    }

    @Test
    void failedMultiIsLoggedWithTheStepsBeforeAndRefusalsFromThere() {
        Applied applied =
                world.multi(new World.Ops().create("/m", "").delete("/none", -1).check("/m", 0));

        JuteReader in = new JuteReader(applied.payload(), 32, applied.payload().length);
        assertThat(in.readInt()).isEqualTo(3);
        assertThat(in.readInt()).isEqualTo(OpCode.CREATE);
        assertThat(in.readBuffer()).hasSize(2 + 4 + 4 + 27 + 1 + 4);
        assertThat(in.readInt()).isEqualTo(OpCode.ERROR);
        assertThat(in.readBuffer()).containsExactly(0xff, 0xff, 0xff, ErrorCode.NO_NODE);
        assertThat(in.readInt()).isEqualTo(OpCode.ERROR);
        assertThat(in.readBuffer()).containsExactly(0xff, 0xff, 0xff, 0xfe);
        assertThat(in.readInt()).isEqualTo(2);
        assertThat(in.readLong()).isEqualTo(world.state.digest());
        assertThat(in.remaining()).isZero();
    }

    @Test
    void multiIsLoggedAsZooKeeperLogsIt() {
        Applied applied =
                world.multi(
                        new World.Ops()
                                .create("/m", "")
                                .check("/m", 0)
                                .setData("/m", "y", 0)
                                .delete("/m", -1));

        String payload = HexFormat.of().formatHex(applied.payload());
        assertThat(payload.substring(64))
                .startsWith("00000004" + "00000001" + "0000002a" + "000000022f6d" + "00000000")
                .contains("0000000d" + "0000000a" + "000000022f6d" + "00000001")
                .contains("00000005" + "0000000f" + "000000022f6d" + "0000000179" + "00000001")
                .contains("00000002" + "00000006" + "000000022f6d" + "00000002");
    }

    @Test
    void emptyMultiSucceedsAndTakesAZxid() {
        Applied applied = world.multi(new World.Ops());

        assertThat(applied.err()).isZero();
        assertThat(HexFormat.of().formatHex(applied.reply())).isEqualTo("ffffffff01ffffffff");
        assertThat(world.state.zxid()).isEqualTo(world.zxid);
    }

    @Test
    void laterStepsSeeTheEarlierOnes() {
        world.create("/p");
        Applied applied =
                world.multi(
                        new World.Ops()
                                .create(OpCode.CREATE, "/p/s", 2)
                                .create(OpCode.CREATE, "/p/s", 2)
                                .delete("/p/s0000000000", 0)
                                .delete("/p", -1));

        JuteReader in = new JuteReader(applied.reply());
        for (int i = 0; i < 3; i++) {
            assertHeader(in, OpCode.ERROR, 0);
            assertThat(in.readInt()).isZero();
        }
        assertHeader(in, OpCode.ERROR, ErrorCode.NOT_EMPTY);
        assertThat(in.readInt()).isEqualTo(ErrorCode.NOT_EMPTY);
        assertEnd(in);
        assertThat(world.children("/p")).isEmpty();
        assertThat(world.create("/p/s", "", 2)).isZero();
        assertThat(world.replyPath()).isEqualTo("/p/s0000000000");
    }

    @Test
    void withinAMultiTheFlagsDecideWhatIsMade() {
        World extended = World.extended();
        extended.multi(
                new World.Ops()
                        .create(OpCode.CREATE, "/c1", 4)
                        .create(OpCode.CREATE_CONTAINER, "/c2", 4)
                        .op(
                                OpCode.CREATE_TTL,
                                out -> {
                                    World.createBody(out, "/t1", null, Acl.OPEN, 5);
                                    out.writeLong(1000);
                                })
                        .op(
                                OpCode.CREATE_TTL,
                                out -> {
                                    World.createBody(out, "/p1", null, Acl.OPEN, 0);
                                    out.writeLong(1000);
                                }));

        JuteReader in = extended.reply();
        for (String path : new String[] {"/c1", "/c2", "/t1"}) {
            assertHeader(in, OpCode.CREATE2, 0);
            assertThat(in.readString()).isEqualTo(path);
            Stat.decode(in);
        }
        assertHeader(in, OpCode.CREATE, 0);
        assertThat(in.readString()).isEqualTo("/p1");
        assertEnd(in);
        assertThat(extended.state.owners.containers.size()).isEqualTo(2);
        assertThat(extended.state.owners.ttls.size()).isEqualTo(1);
    }

    @Test
    void whatIsNoMultiIsRefusedAsAWhole() {
        var read =
                new World.Ops()
                        .create("/m", "")
                        .op(
                                OpCode.GET_DATA,
                                out -> {
                                    out.writeString("/");
                                    out.writeBool(false);
                                });
        assertRefused(read.end());
        assertRefused(new World.Ops().op(OpCode.SET_ACL, _ -> {}).end());
        assertRefused(new World.Ops().op(OpCode.DELETE_CONTAINER, _ -> {}).end());
        assertRefused(new World.Ops().create(OpCode.CREATE, "/m", 7).end());
        assertRefused(new World.Ops().create(OpCode.CREATE, "/m", -1).end());
        assertRefused(new World.Ops().create(OpCode.CREATE, "/m", 5).end());
        assertRefused(new World.Ops().create(OpCode.CREATE2, "/m", 6).end());
        byte[] whole = new World.Ops().create("/m", "").end();
        for (int length = 0; length < whole.length; length++) {
            assertRefused(Arrays.copyOf(whole, length));
        }
        assertThat(world.exists("/m")).isEqualTo(ErrorCode.NO_NODE);
    }

    private void assertRefused(byte[] body) {
        var request =
                new WriteRequest(
                        World.SESSION, 1, OpCode.MULTI, body, 0, body.length, World.NOBODY);
        Applied applied = world.write(request);
        assertThat(applied.err()).isEqualTo(ErrorCode.MARSHALLING_ERROR);
        assertThat(applied.type()).isEqualTo(OpCode.ERROR);
    }

    @Test
    void everyStepsRefusalIsItsOwn() {
        world.create("/a");
        assertThat(failure(new World.Ops().create("/a", ""))).isEqualTo(ErrorCode.NODE_EXISTS);
        assertThat(failure(new World.Ops().check("/a", 1))).isEqualTo(ErrorCode.BAD_VERSION);
        assertThat(failure(new World.Ops().check("/none", 1))).isEqualTo(ErrorCode.NO_NODE);
        assertThat(failure(new World.Ops().check("a", 1))).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(failure(new World.Ops().setData("/a", "", 3))).isEqualTo(ErrorCode.BAD_VERSION);
    }

    private int failure(World.Ops ops) {
        JuteReader in = new JuteReader(world.multi(ops).reply());
        assertThat(in.readInt()).isEqualTo(OpCode.ERROR);
        in.readBool();
        return in.readInt();
    }

    @Test
    void multiReadAnswersEachReadOnItsOwn() {
        world.create("/p", "data");
        world.create("/p/c");
        var ops =
                new World.Ops()
                        .op(OpCode.GET_DATA, out -> read(out, "/p"))
                        .op(OpCode.GET_DATA, out -> read(out, "/none"))
                        .op(OpCode.GET_CHILDREN, out -> read(out, "/p"));
        byte[] body = ops.end();
        var out = new JuteWriter();

        assertThat(world.tree.multiRead(world.state, body, 0, body.length, world.caller, out))
                .isZero();

        var in = new JuteReader(out.toByteArray());
        assertHeader(in, OpCode.GET_DATA, 0);
        assertThat(in.readString()).isEqualTo("data");
        assertThat(Stat.decode(in)).isEqualTo(world.stat("/p"));
        assertHeader(in, OpCode.ERROR, ErrorCode.NO_NODE);
        assertThat(in.readInt()).isEqualTo(ErrorCode.NO_NODE);
        assertHeader(in, OpCode.GET_CHILDREN, 0);
        assertThat(in.readVector(JuteReader::readString)).containsExactly("c");
        assertEnd(in);
    }

    @Test
    void multiReadWithAWriteOrCutShortIsRefusedAndWritesNothing() {
        byte[] write =
                new World.Ops().op(OpCode.GET_DATA, out -> read(out, "/")).delete("/a", -1).end();
        byte[] good = new World.Ops().op(OpCode.GET_DATA, out -> read(out, "/")).end();
        var out = new JuteWriter();

        assertThat(world.tree.multiRead(world.state, write, 0, write.length, world.caller, out))
                .isEqualTo(ErrorCode.MARSHALLING_ERROR);
        for (int end = 0; end < good.length; end++) {
            assertThat(world.tree.multiRead(world.state, good, 0, end, world.caller, out))
                    .isEqualTo(ErrorCode.MARSHALLING_ERROR);
        }
        assertThat(out.length()).isZero();
    }

    private static void read(JuteWriter out, String path) {
        out.writeString(path);
        out.writeBool(true);
    }

    private static void assertHeader(JuteReader in, int type, int err) {
        assertThat(in.readInt()).isEqualTo(type);
        assertThat(in.readBool()).isFalse();
        assertThat(in.readInt()).isEqualTo(err);
    }

    private static void assertEnd(JuteReader in) {
        assertThat(in.readInt()).isEqualTo(-1);
        assertThat(in.readBool()).isTrue();
        assertThat(in.readInt()).isEqualTo(-1);
        assertThat(in.remaining()).isZero();
    }
}
