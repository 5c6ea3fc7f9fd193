package io.banyan.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.wire.Acl;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.OpCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Bytes that nobody meant: every write is answered, and no state breaks.
final class HostileInputTest {
    private static final int[] OPCODES = {
        OpCode.CREATE,
        OpCode.CREATE2,
        OpCode.CREATE_CONTAINER,
        OpCode.CREATE_TTL,
        OpCode.DELETE,
        OpCode.DELETE_CONTAINER,
        OpCode.SET_DATA,
        OpCode.SET_ACL,
        OpCode.MULTI,
        OpCode.CREATE_SESSION,
        OpCode.CHECK,
        0,
        -1
    };

    @Test
    void mutatedRequestsAreDoneOrRefusedButNeverThrow() {
        var random = new Random(11);
        World world = World.extended();
        world.create("/a");
        List<byte[]> good = requests();
        for (int i = 0; i < 20_000; i++) {
            byte[] body = mutated(good.get(random.nextInt(good.size())), random);
            int opcode = OPCODES[random.nextInt(OPCODES.length)];
            State before = world.state;
            Applied applied =
                    world.tree.evaluate(
                            before,
                            new WriteRequest(
                                    World.SESSION, i, opcode, body, 0, body.length, World.NOBODY),
                            before.zxid() + 1,
                            i);
            State applying = world.tree.apply(before, applied.payload()).state();
            assertThat(applying.digest()).isEqualTo(applied.state().digest());
            if (applied.err() != ErrorCode.OK) {
                assertThat(applied.state().digest()).isEqualTo(before.digest());
            }
            world.state = applied.state();
        }
        assertThat(world.state.digest()).isEqualTo(World.digestOf(world.state));
        assertThat(World.dump(world.reloaded())).isEqualTo(World.dump(world.state));
    }

    @Test
    void mutatedTransactionsAreAppliedOrMalformed() {
        var random = new Random(12);
        World world = World.extended();
        world.create("/a", "x");
        world.create("/a/b", "y", 3);
        world.setData("/a", "z", -1);
        world.setAcl("/a", Acl.READ_ONLY, -1);
        world.multi(new World.Ops().create("/m", "1").setData("/m", "2", 0).delete("/m", 1));
        world.closeSession(World.SESSION);
        int malformed = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] payload = mutated(world.log.get(random.nextInt(world.log.size())), random);
            try {
                Applied applied = world.tree.apply(world.state, payload);
                // The loader counts from the ground up, and on bytes: paths may be no UTF-8.
                assertThat(World.reloaded(world.tree, applied.state()).digest())
                        .isEqualTo(applied.state().digest());
            } catch (MalformedRecord e) {
                malformed++;
            }
        }
        assertThat(malformed).isPositive();
    }

    @Test
    void mutatedMultiReadsAreAnsweredOrRefused() {
        var random = new Random(13);
        World world = new World();
        world.create("/a", "x");
        byte[] good =
                new World.Ops()
                        .op(OpCode.GET_DATA, out -> read(out, "/a"))
                        .op(OpCode.GET_CHILDREN, out -> read(out, "/"))
                        .end();
        for (int i = 0; i < 20_000; i++) {
            byte[] body = mutated(good, random);
            var out = new JuteWriter();
            int err = world.tree.multiRead(world.state, body, 0, body.length, World.NOBODY, out);
            assertThat(err).isIn(ErrorCode.OK, ErrorCode.MARSHALLING_ERROR);
            assertThat(out.length() == 0).isEqualTo(err != ErrorCode.OK);
        }
    }

    private static void read(JuteWriter out, String path) {
        out.writeString(path);
        out.writeBool(false);
    }

    private static List<byte[]> requests() {
        var list = new ArrayList<byte[]>();
        for (String path : List.of("/a", "/a/b", "/a/b/c", "/", "/zookeeper/quota/a")) {
            for (int flags = 0; flags < 7; flags++) {
                var create = new JuteWriter();
                World.createBody(create, path, World.utf8("data"), Acl.OPEN, flags);
                create.writeLong(5);
                list.add(create.toByteArray());
            }
            var set = new JuteWriter();
            set.writeString(path);
            set.writeBuffer(World.utf8("new"));
            set.writeInt(-1);
            list.add(set.toByteArray());
            var delete = new JuteWriter();
            delete.writeString(path);
            delete.writeInt(-1);
            list.add(delete.toByteArray());
            var acl = new JuteWriter();
            acl.writeString(path);
            acl.writeVector(Acl.OPEN, (out, each) -> each.encode(out));
            acl.writeInt(-1);
            list.add(acl.toByteArray());
            list.add(
                    new World.Ops()
                            .create(path + "/m", "")
                            .setData(path, "m", -1)
                            .check(path, -1)
                            .delete(path + "/m", -1)
                            .end());
        }
        return list;
    }

    private static byte[] mutated(byte[] good, Random random) {
        byte[] bytes = good.clone();
        for (int times = random.nextInt(3); times > 0; times--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes[at] = (byte) 0xff;
                default -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
            }
        }
        return bytes;
    }
}
