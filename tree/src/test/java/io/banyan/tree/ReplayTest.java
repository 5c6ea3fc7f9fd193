package io.banyan.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.wire.Acl;
import io.banyan.wire.Id;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.OpCode;
import io.banyan.wire.TxnHeader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Logs on top of snapshots that hold some of their effects already.
final class ReplayTest {
    private final World world = new World();

    @Test
    void anyFuzzySnapshotAndTheLogBehindItGiveTheLeadersState() {
        for (int seed = 0; seed < 100; seed++) {
            var random = new Random(seed);
            var leader = new World();
            leader.startSession(2);
            var history = new ArrayList<State>();
            history.add(leader.state);
            for (int i = 0; i < 120; i++) {
                randomWrite(leader, random);
                history.add(leader.state);
            }
            int start = random.nextInt(60);
            int stop = start + random.nextInt(40);
            State fuzzy = fuzzySnapshot(leader.tree, history, start, stop, random);

            Replay replay = leader.tree.replay(fuzzy);
            for (byte[] txn : leader.log) {
                if (TxnHeader.decode(new JuteReader(txn)).zxid() > fuzzy.zxid()) {
                    replay.txn(txn);
                }
            }

            assertThat(World.dump(replay.state()))
                    .as("seed " + seed)
                    .isEqualTo(World.dump(leader.state));
        }
    }

    /// Each znode as it was at some moment between two, chosen so that parents are there.
    private static State fuzzySnapshot(
            ZnodeTree tree, List<State> history, int start, int stop, Random random) {
        Loader loader = tree.loader();
        history.get(start).forEachSession((id, timeout, _) -> loader.session(id, timeout));
        var lists = new HashMap<List<Acl>, Long>(Map.of(Acl.OPEN, -1L));
        walk(tree, loader, lists, history, "", start, stop, random);
        return loader.finish(history.get(start).zxid());
    }

    /// A walk as ZooKeeper does it while the tree changes: a znode, then its children as they were
    /// when it was visited, each as it is later.
    private static void walk(
            ZnodeTree tree,
            Loader loader,
            Map<List<Acl>, Long> lists,
            List<State> history,
            String path,
            int now,
            int stop,
            Random random) {
        int moment = Math.min(stop, now + (random.nextInt(3) == 0 ? random.nextInt(20) : 0));
        State state = history.get(moment);
        byte[] bytes = World.utf8(path);
        Object entry = state.find(bytes, 0, bytes.length);
        if (entry == null) {
            return; // Deleted between the parent's visit and its own.
        }
        var node = new Fields();
        node.read(entry);
        List<Acl> acl = state.acls.list(node.acl);
        long number = lists.computeIfAbsent(acl, _ -> (long) lists.size());
        if (number > 0) {
            loader.acl(number, acl);
        }
        byte[] data =
                node.dataEnd < 0
                        ? null
                        : java.util.Arrays.copyOfRange(node.data, node.dataFrom, node.dataEnd);
        loader.node(bytes, bytes.length, data, number, node.persisted());
        if (entry instanceof Branch branch) {
            branch.children.forEach(child -> {
                byte[] packed = Trie.packed(child);
                int from = Trie.keyFrom(packed);
                String name = new String(packed, from, Trie.keyEnd(packed) - from);
                walk(tree, loader, lists, history, path + "/" + name, moment, stop, random);
            });
        }
    }

    private static void randomWrite(World world, Random random) {
        String parent = random.nextInt(3) == 0 ? "" : "/n" + random.nextInt(4);
        String path = parent + "/n" + random.nextInt(4);
        switch (random.nextInt(9)) {
            case 0, 1 -> world.create(path, "d" + random.nextInt(9));
            case 2 -> {
                var acl = List.of(new Acl(Acl.ALL, Id.ANYONE), new Acl(random.nextInt(4), IP));
                world.create2(path, "", 0);
                world.setAcl(path, acl, -1);
            }
            case 3 -> world.as(random.nextBoolean() ? 2 : World.SESSION).create(path, "", 1);
            case 4, 5 -> world.delete(path, -1);
            case 6 -> world.setData(path, "s" + random.nextInt(9), -1);
            case 7 ->
                    world.multi(
                            new World.Ops()
                                    .create(OpCode.CREATE, parent + "/s", 2)
                                    .setData("/", "r" + random.nextInt(9), -1));
            default -> {
                world.closeSession(2);
                world.startSession(2);
            }
        }
    }

    private static final Id IP = new Id("ip", "10.0.0.1");

    private State replayed(State state, byte[] txn) {
        Replay replay = world.tree.replay(state);
        replay.txn(txn);
        return replay.state();
    }

    /// Transactions of a replay share what they change; a state that was shown has no part in that.
    @Test
    void statesBeforeAndDuringAReplayStayAsTheyAre() {
        for (int seed = 0; seed < 100; seed++) {
            var random = new Random(seed);
            var leader = new World();
            leader.startSession(2);
            State start = leader.state;
            for (int i = 0; i < 100; i++) {
                randomWrite(leader, random);
            }
            List<String> startDump = World.dump(start);

            Replay replay = leader.tree.replay(start);
            var shown = new ArrayList<State>();
            var dumps = new ArrayList<List<String>>();
            for (byte[] txn : leader.log) {
                if (TxnHeader.decode(new JuteReader(txn)).zxid() > start.zxid()) {
                    replay.txn(txn);
                    if (random.nextInt(10) == 0) {
                        shown.add(replay.state());
                        dumps.add(World.dump(replay.state()));
                    }
                }
            }

            assertThat(World.dump(replay.state())).isEqualTo(World.dump(leader.state));
            assertThat(World.dump(start)).as("seed " + seed).isEqualTo(startDump);
            assertThat(shown).isNotEmpty();
            for (int i = 0; i < shown.size(); i++) {
                assertThat(World.dump(shown.get(i))).as("seed " + seed).isEqualTo(dumps.get(i));
            }
        }
    }

    @Test
    void replayingATransactionAgainChangesNothingThatClientsSee() {
        world.create("/a", "x");
        world.create("/a/b", "y");
        world.setData("/a", "z", -1);
        State once = world.state;
        byte[] lastTxn = world.log.getLast();

        assertThat(World.dump(replayed(once, lastTxn))).isEqualTo(World.dump(once));
    }

    @Test
    void creationOfWhatIsThereSetsItsAclAndRaisesItsParent() {
        world.create("/p");
        world.create("/p/a", "kept");
        var acl = List.of(new Acl(Acl.READ, Id.ANYONE));
        byte[] txn =
                txn(
                        50,
                        OpCode.CREATE,
                        out -> {
                            out.writeString("/p/a");
                            out.writeBuffer(World.utf8("ignored"));
                            out.writeVector(acl, (w, each) -> each.encode(w));
                            out.writeBool(false);
                            out.writeInt(9);
                        });

        world.state = replayed(world.state, txn);

        assertThat(world.data("/p/a")).isEqualTo("kept");
        assertThat(world.acl("/p/a")).isEqualTo(acl);
        assertThat(world.stat("/p").pzxid()).isEqualTo(50);
        assertThat(world.stat("/p").cversion()).isEqualTo(2 * 9 - 1);
        assertThat(world.state.zxid()).isEqualTo(50);
        assertThat(world.state.digest()).isEqualTo(World.digestOf(world.state));
    }

    @Test
    void oldCreationsWithoutTheParentsCversionCountOneUp() {
        byte[] txn =
                txn(
                        50,
                        OpCode.CREATE,
                        out -> {
                            out.writeString("/old");
                            out.writeBuffer(null);
                            out.writeVector(Acl.OPEN, (w, each) -> each.encode(w));
                            out.writeBool(false);
                        });

        world.state = replayed(world.state, txn);

        assertThat(world.stat("/").cversion()).isEqualTo(2 - 2);
        assertThat(world.stat("/").pzxid()).isEqualTo(50);
    }

    @Test
    void deletionOfWhatIsGoneRaisesTheParentsPzxid() {
        world.create("/p");
        world.state = replayed(world.state, txn(50, OpCode.DELETE, out -> out.writeString("/p/a")));

        assertThat(world.stat("/p").pzxid()).isEqualTo(50);
        assertThat(world.stat("/p").cversion()).isZero();
    }

    @Test
    void deletionOfAnEarlierZnodeTakesTheLaterOneOfItsNameWithAllBelow() {
        world.create("/p");
        world.create("/p/a");
        world.create("/p/a/e", "", 1);

        world.state = replayed(world.state, txn(50, OpCode.DELETE, out -> out.writeString("/p")));

        assertThat(world.children("/")).containsExactly("zookeeper");
        assertThat(world.state.ephemeralCount()).isZero();
        assertThat(world.state.nodeCount()).isEqualTo(5);
        assertThat(world.state.digest()).isEqualTo(World.digestOf(world.state));
    }

    @Test
    void changesOfWhatIsGoneAreLeftOut() {
        List<String> before = World.dump(world.state.withZxid(0));
        State state = world.state;
        state =
                replayed(
                        state,
                        txn(
                                50,
                                OpCode.SET_DATA,
                                out -> {
                                    out.writeString("/none");
                                    out.writeBuffer(null);
                                    out.writeInt(3);
                                }));
        state = replayed(state, txn(51, OpCode.DELETE, out -> out.writeString("/none/none")));
        state =
                replayed(
                        state,
                        txn(
                                52,
                                OpCode.CREATE,
                                out -> {
                                    out.writeString("/none/a");
                                    out.writeBuffer(null);
                                    out.writeVector(Acl.OPEN, (w, each) -> each.encode(w));
                                    out.writeBool(true);
                                    out.writeInt(1);
                                }));

        assertThat(World.dump(state.withZxid(0))).isEqualTo(before);
    }

    @Test
    void reconfigSetsTheConfigurationsDataUnderVersionMinusOne() {
        byte[] txn =
                txn(
                        50,
                        OpCode.RECONFIG,
                        out -> {
                            out.writeString("/zookeeper/config");
                            out.writeBuffer(World.utf8("server.1=..."));
                            out.writeInt(-1);
                        });

        Applied applied = world.tree.apply(world.state, txn);
        world.state = applied.state();

        assertThat(world.data("/zookeeper/config")).isEqualTo("server.1=...");
        assertThat(world.stat("/zookeeper/config").version()).isEqualTo(-1);
        assertThat(world.stat("/zookeeper/config").mzxid()).isEqualTo(50);
        assertThat(applied.changes()).hasSize(1);
    }

    @Test
    void errorsOfTheLeaderComeOutAsTheyWentIn() {
        Applied refused = world.tree.refuse(world.state, 1, 2, -118, 50, 3);

        Applied applied = world.tree.apply(world.state, refused.payload());

        assertThat(applied.err()).isEqualTo(-118);
        assertThat(applied.sessionId()).isEqualTo(1);
        assertThat(applied.cxid()).isEqualTo(2);
        assertThat(applied.state().zxid()).isEqualTo(50);
        assertThat(applied.reply()).isNull();
    }

    @Test
    void aDigestThatIsNotTheLeadersIsTold() {
        world.create("/a", "x");
        State other = world.tree.fresh();

        Applied create = world.tree.apply(other, world.log.getLast());
        assertThat(create.digestAgrees()).isTrue();

        world.setData("/a", "y", -1);
        assertThat(world.tree.apply(other, world.log.getLast()).digestAgrees()).isFalse();
        world.multi(new World.Ops().setData("/a", "z", -1));
        assertThat(world.tree.apply(other, world.log.getLast()).digestAgrees()).isFalse();
        world.closeSession(World.SESSION);
        assertThat(world.tree.apply(other, world.log.getLast()).digestAgrees()).isFalse();
        assertThat(world.tree.apply(world.state, world.log.getLast()).digestAgrees()).isTrue();
    }

    @Test
    void whatIsNoTransactionIsMalformed() {
        assertThatThrownBy(() -> world.tree.apply(world.state, new byte[5]))
                .isInstanceOf(MalformedRecord.class);
        assertThatThrownBy(() -> world.tree.apply(world.state, txn(50, 999, _ -> {})))
                .isInstanceOf(MalformedRecord.class);
        world.create("/a", "x");
        byte[] good = world.log.getLast();
        for (int length = 0; length < good.length - 12; length++) {
            byte[] cut = java.util.Arrays.copyOf(good, length);
            // Behind the parent's cversion, and without it, a record may end.
            if (length != good.length - 16) {
                assertThatThrownBy(() -> world.tree.apply(world.state, cut))
                        .as("length " + length)
                        .isInstanceOf(MalformedRecord.class);
            }
        }
    }

    private static byte[] txn(long zxid, int type, Consumer<JuteWriter> record) {
        var out = new JuteWriter();
        new TxnHeader(World.SESSION, 0, zxid, 1, type).encode(out);
        record.accept(out);
        return out.toByteArray();
    }

    @Test
    void applyingGivesTheStateThatEvaluatingGave() {
        for (int seed = 0; seed < 30; seed++) {
            var random = new Random(seed);
            var leader = new World();
            leader.startSession(2);
            for (int i = 0; i < 150; i++) {
                randomWrite(leader, random);
            }
            assertThat(World.dump(leader.follower)).isEqualTo(World.dump(leader.state));
            assertThat(World.dump(leader.reloaded())).isEqualTo(World.dump(leader.state));
        }
    }
}
