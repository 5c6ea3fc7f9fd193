package io.banyan.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.wire.Acl;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.Id;
import io.banyan.wire.OpCode;
import io.banyan.wire.Stat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CreateTest {
    private final World world = new World();

    @Test
    void createAnswersThePathAndStampsTheZnode() {
        assertThat(world.create("/a", "hi")).isZero();

        assertThat(world.replyPath()).isEqualTo("/a");
        long time = world.wallMillis;
        long zxid = world.zxid;
        assertThat(world.stat("/a"))
                .isEqualTo(new Stat(zxid, zxid, time, time, 0, 0, 0, 0, 2, 0, zxid));
        assertThat(world.data("/a")).isEqualTo("hi");
        assertThat(world.changes()).containsExactly("CREATED /a");
    }

    @Test
    void create2AnswersPathAndStat() {
        assertThat(world.create2("/a", "hi", 0)).isZero();

        var reply = world.reply();
        assertThat(reply.readString()).isEqualTo("/a");
        assertThat(Stat.decode(reply)).isEqualTo(world.stat("/a"));
        assertThat(reply.remaining()).isZero();
    }

    @Test
    void childrenRaiseTheParentsVisibleCversionByOneForEachComingAndGoing() {
        world.create("/p");
        assertThat(world.stat("/p").cversion()).isZero();

        world.create("/p/a");
        long created = world.zxid;
        assertThat(world.stat("/p").cversion()).isEqualTo(1);
        assertThat(world.stat("/p").numChildren()).isEqualTo(1);
        assertThat(world.stat("/p").pzxid()).isEqualTo(created);

        world.create("/p/b");
        world.delete("/p/a", -1);
        assertThat(world.stat("/p").cversion()).isEqualTo(3);
        assertThat(world.stat("/p").numChildren()).isEqualTo(1);
        assertThat(world.stat("/p").pzxid()).isEqualTo(world.zxid);
        assertThat(world.stat("/p").version()).isZero();
        assertThat(world.stat("/p").mzxid()).isLessThan(world.zxid);
    }

    @Test
    void freshTreeShowsTheVisibleCversionsOfZooKeeper() {
        assertThat(world.stat("/").cversion()).isEqualTo(-1);
        assertThat(world.stat("/zookeeper").cversion()).isEqualTo(-2);
        assertThat(world.children("/zookeeper")).containsExactly("config", "quota");
        assertThat(world.acl("/zookeeper/config")).isEqualTo(Acl.READ_ONLY);
        assertThat(world.stat("/zookeeper/config").aversion()).isEqualTo(-1);
    }

    @Test
    void nullAndEmptyDataStayDifferent() {
        world.create("/null", null);
        world.create("/empty", "");

        assertThat(world.data("/null")).isNull();
        assertThat(world.data("/empty")).isEmpty();
        assertThat(world.stat("/null").dataLength()).isZero();
    }

    @Test
    void refusedCreateTakesItsZxidAndChangesNothing() {
        world.create("/a");
        List<String> before = World.dump(world.state.withZxid(0));

        assertThat(world.create("/a")).isEqualTo(ErrorCode.NODE_EXISTS);

        assertThat(world.last.type()).isEqualTo(OpCode.ERROR);
        assertThat(world.last.reply()).isNull();
        assertThat(world.last.changes()).isEmpty();
        assertThat(world.last.payload()).hasSize(36);
        assertThat(world.state.zxid()).isEqualTo(world.zxid);
        assertThat(World.dump(world.state.withZxid(0))).isEqualTo(before);
    }

    @Test
    void pathsAreRefusedInZooKeepersOrder() {
        world.create("/a");
        assertThat(world.create("/a//b")).isEqualTo(ErrorCode.NO_NODE);
        assertThat(world.create("//b")).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(world.create("a")).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(world.create("")).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(world.create("/a/")).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(world.create("/a/.")).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(world.create("/a/..")).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(world.create("/a/x\u0000y")).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(world.create("/")).isEqualTo(ErrorCode.NODE_EXISTS);
        assertThat(world.create("/none/b")).isEqualTo(ErrorCode.NO_NODE);
        assertThat(world.create("x/b")).isEqualTo(ErrorCode.NO_NODE);
        assertThat(world.create(null, "")).isEqualTo(ErrorCode.MARSHALLING_ERROR);
    }

    @Test
    void emptyAclIsRefusedBeforeTheParentIsLookedFor() {
        assertThat(world.create("/none/b", "", List.of(), 0)).isEqualTo(ErrorCode.INVALID_ACL);
        assertThat(world.create("/none/b", "", null, 0)).isEqualTo(ErrorCode.INVALID_ACL);
        assertThat(world.create("none", "", null, 0)).isEqualTo(ErrorCode.BAD_ARGUMENTS);
    }

    @Test
    void flagsOutsideTheModesAreBadArguments() {
        assertThat(world.create("/a", "", -1)).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(world.create("/a", "", 7)).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(world.create("/a", "", Integer.MIN_VALUE)).isEqualTo(ErrorCode.BAD_ARGUMENTS);
    }

    @Test
    void createNeedsThePermissionOnTheParentBeforeAnythingAboutTheZnode() {
        var readOnly = List.of(new Acl(Acl.READ, Id.ANYONE));
        world.create("/p", "", readOnly, 0);

        assertThat(world.create("/p/a")).isEqualTo(ErrorCode.NO_AUTH);
        assertThat(world.create("/p/.")).isEqualTo(ErrorCode.NO_AUTH);
        world.as(new Id("super", ""));
        assertThat(world.create("/p/a")).isZero();
    }

    @Test
    void sequenceNumbersCountCreationsAndNeverComeBack() {
        world.create("/p");
        world.create("/p/a-", "", 2);
        assertThat(world.replyPath()).isEqualTo("/p/a-0000000000");
        world.create("/p/b", "", 0);
        world.create("/p/a-", "", 2);
        assertThat(world.replyPath()).isEqualTo("/p/a-0000000002");
        world.delete("/p/a-0000000002", -1);
        world.create("/p/", "", 2);
        assertThat(world.replyPath()).isEqualTo("/p/0000000003");
        world.create("/", "", 2);
        assertThat(world.replyPath()).isEqualTo("/0000000001");
    }

    @Test
    void sequenceThatOverflowsNeverReusesAName() {
        world.state = withStoredCversion(world, "/p", Integer.MAX_VALUE - 1);
        world.follower = world.state;

        assertThat(world.create("/p/s", "", 2)).isZero();
        assertThat(world.replyPath()).isEqualTo("/p/s2147483646");
        assertThat(world.create("/p/s", "", 2)).isZero();
        assertThat(world.replyPath()).isEqualTo("/p/s2147483647");
        long pzxid = world.stat("/p").pzxid();
        assertThat(pzxid).isEqualTo(world.zxid - 1);

        assertThat(world.create("/p/s", "", 2)).isEqualTo(ErrorCode.NODE_EXISTS);
        assertThat(world.create("/p/t", "", 2)).isZero();
        assertThat(world.replyPath()).isEqualTo("/p/t2147483647");
        assertThat(world.children("/p")).hasSize(3);
    }

    @Test
    void negativeStoredCversionGivesNegativeNumbers() {
        world.state = withStoredCversion(world, "/p", Integer.MIN_VALUE);
        world.follower = world.state;

        world.create("/p/s", "", 2);
        assertThat(world.replyPath()).isEqualTo("/p/s-2147483648");
        world.create("/p/s", "", 2);
        assertThat(world.replyPath()).isEqualTo("/p/s-2147483647");
    }

    private static State withStoredCversion(World world, String path, int cversion) {
        Loader loader = world.tree.loader();
        loader.session(World.SESSION, 10_000);
        var zero = new io.banyan.wire.StatPersisted(0, 0, 0, 0, 0, 0, 0, 0, 0);
        loader.node(new byte[0], 0, new byte[0], -1, zero);
        byte[] bytes = World.utf8(path);
        var stat = new io.banyan.wire.StatPersisted(0, 0, 0, 0, 0, cversion, 0, 0, 0);
        loader.node(bytes, bytes.length, null, -1, stat);
        return loader.finish(world.zxid);
    }

    @Test
    void ephemeralsBelongToTheirSessionAndHaveNoChildren() {
        world.create("/e", "", 1);

        assertThat(world.stat("/e").ephemeralOwner()).isEqualTo(World.SESSION);
        assertThat(world.create("/e/child")).isEqualTo(ErrorCode.NO_CHILDREN_FOR_EPHEMERALS);
        assertThat(world.create("/e/child", "", 1)).isEqualTo(ErrorCode.NO_CHILDREN_FOR_EPHEMERALS);
        assertThat(world.create("/e-", "", 3)).isZero();
        assertThat(world.ephemerals(World.SESSION, null)).containsExactly("/e", "/e-0000000001");
        assertThat(world.state.ephemeralCount()).isEqualTo(2);
    }

    @Test
    void ephemeralOfASessionThatIsGoneIsRefused() {
        world.as(77L);

        assertThat(world.create("/e", "", 1)).isEqualTo(ErrorCode.SESSION_EXPIRED);
        assertThat(world.exists("/e")).isEqualTo(ErrorCode.NO_NODE);
    }

    @Test
    void theOpcodeAndNotTheFlagsDecidesWhatIsMade() {
        world.create("/plain", "", 4);
        world.write(
                OpCode.CREATE_CONTAINER,
                out -> World.createBody(out, "/container", null, Acl.OPEN, 0));

        assertThat(owner("/plain")).isZero();
        assertThat(owner("/container")).isEqualTo(Long.MIN_VALUE);
        assertThat(world.stat("/container").ephemeralOwner()).isZero();
        assertThat(world.create("/container/child")).isZero();
    }

    private long owner(String path) {
        byte[] bytes = World.utf8(path);
        NodeView view = world.tree.find(world.state, bytes, 0, bytes.length);
        assertThat(view).isNotNull();
        return view.persisted().ephemeralOwner();
    }

    @Test
    void ttlNodesAreUnimplementedUnlessExtendedTypesAreOn() {
        assertThat(world.createTtl("/t", 5, 1000)).isEqualTo(ErrorCode.UNIMPLEMENTED);
        assertThat(world.create("/t", "", 6)).isEqualTo(ErrorCode.UNIMPLEMENTED);
        assertThat(world.createTtl("/t", 7, 1000)).isEqualTo(ErrorCode.BAD_ARGUMENTS);
    }

    @Test
    void ttlMustBeInRangeAndBelongToATtlMode() {
        World extended = World.extended();

        assertThat(extended.createTtl("/t", 5, 0)).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(extended.createTtl("/t", 5, -1)).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(extended.createTtl("/t", 5, 1L << 40)).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(extended.createTtl("/t", 0, 5)).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(extended.createTtl("/t", 0, -1)).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(extended.create("/t", "", 5)).isEqualTo(ErrorCode.BAD_ARGUMENTS);

        assertThat(extended.createTtl("/t", 5, (1L << 40) - 1)).isZero();
        assertThat(extended.stat("/t").ephemeralOwner()).isZero();
        assertThat(extended.createTtl("/t/s", 6, 5)).isZero();
        assertThat(extended.replyPath()).isEqualTo("/t/s0000000000");
    }

    @Test
    void malformedBodiesAreMarshallingErrorsUnderAFreshZxid() {
        long before = world.zxid;

        assertThat(world.write(OpCode.CREATE, out -> out.writeInt(99)).err())
                .isEqualTo(ErrorCode.MARSHALLING_ERROR);
        assertThat(world.write(OpCode.CREATE, out -> out.writeString("/a")).err())
                .isEqualTo(ErrorCode.MARSHALLING_ERROR);
        assertThat(world.write(OpCode.SET_DATA, _ -> {}).err())
                .isEqualTo(ErrorCode.MARSHALLING_ERROR);
        assertThat(
                        world.write(
                                        OpCode.CREATE,
                                        out -> {
                                            out.writeString("/a");
                                            out.writeInt(-1);
                                            out.writeInt(Integer.MAX_VALUE);
                                        })
                                .err())
                .isEqualTo(ErrorCode.MARSHALLING_ERROR);
        assertThat(world.state.zxid()).isEqualTo(before + 4);
    }

    @Test
    void whatFollowsTheRecordIsIgnored() {
        int err =
                world.write(
                                OpCode.CREATE,
                                out -> {
                                    World.createBody(out, "/a", World.utf8("x"), Acl.OPEN, 0);
                                    out.writeLong(1);
                                })
                        .err();

        assertThat(err).isZero();
        assertThat(world.exists("/a")).isZero();
    }

    @Test
    void unknownOpcodesAndReconfigAreUnimplemented() {
        assertThat(world.write(999, _ -> {}).err()).isEqualTo(ErrorCode.UNIMPLEMENTED);
        assertThat(world.write(OpCode.RECONFIG, _ -> {}).err()).isEqualTo(ErrorCode.UNIMPLEMENTED);
        assertThat(world.write(OpCode.CHECK, _ -> {}).err()).isEqualTo(ErrorCode.UNIMPLEMENTED);
    }

    @Test
    void treesMayBeDeeperThanAStack() throws InterruptedException {
        // A small stack, so that few levels would end a recursion.
        var failure = new java.util.concurrent.atomic.AtomicReference<Throwable>();
        Thread thread = new Thread(null, this::loadDeepTree, "small stack", 192 * 1024);
        thread.setUncaughtExceptionHandler((_, thrown) -> failure.set(thrown));
        thread.start();
        thread.join();

        assertThat(failure.get()).isNull();
        assertThatThrownBy(() -> recurseOnASmallStack(5_000))
                .isInstanceOf(StackOverflowError.class);
    }

    private void loadDeepTree() {
        var path = new StringBuilder();
        Loader loader = world.tree.loader();
        var zero = new io.banyan.wire.StatPersisted(0, 0, 0, 0, 0, 0, 0, 0, 0);
        loader.node(new byte[0], 0, new byte[0], -1, zero);
        int levels = 5_000;
        for (int i = 0; i < levels; i++) {
            path.append("/d");
            byte[] bytes = World.utf8(path.toString());
            loader.node(bytes, bytes.length, null, -1, zero);
        }
        State state = loader.finish(1);

        assertThat(state.nodeCount()).isEqualTo(levels + 5);
        assertThat(World.reloaded(world.tree, state).digest()).isEqualTo(state.digest());
    }

    /// Shows that the test above can fail: the plainest recursion of that depth does.
    private static void recurseOnASmallStack(int levels) throws Throwable {
        var failure = new java.util.concurrent.atomic.AtomicReference<Throwable>();
        Thread thread = new Thread(null, () -> recurse(levels, 1, 2, 3), "small stack", 192 * 1024);
        thread.setUncaughtExceptionHandler((_, thrown) -> failure.set(thrown));
        thread.start();
        thread.join();
        if (failure.get() != null) {
            throw failure.get();
        }
    }

    private static long recurse(int levels, long a, long b, long c) {
        return levels == 0 ? a + b + c : 1 + recurse(levels - 1, b, c, a + levels);
    }
}
