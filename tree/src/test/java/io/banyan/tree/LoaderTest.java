package io.banyan.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.wire.Acl;
import io.banyan.wire.Id;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.OpCode;
import io.banyan.wire.StatPersisted;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class LoaderTest {
    private static final StatPersisted ZERO = new StatPersisted(0, 0, 0, 0, 0, 0, 0, 0, 0);

    private final ZnodeTree tree = new ZnodeTree(TreeConfig.defaults());

    private static World full() {
        World world = World.extended();
        var acl = List.of(new Acl(Acl.ALL, Id.ANYONE), new Acl(1, new Id("ip", "1.2.3.4")));
        world.startSession(2).startSession(-3);
        world.create("/a", "data", acl, 0);
        world.create("/a/b", null);
        world.create("/a/b/c", "x".repeat(3_000));
        world.create("/a/e", "", 1);
        world.as(-3).create("/a/f", "", acl, 1);
        world.createContainer("/container");
        world.create("/container/x");
        world.createTtl("/ttl", 5, 1000);
        world.setData("/a/b", "set", 0);
        world.setAcl("/a/b", acl, 0);
        world.delete("/container/x", -1);
        world.multi(new World.Ops().create(OpCode.CREATE, "/a/s", 2).setData("/", "root", -1));
        world.create("/zookeeper/quota/a");
        world.create("/zookeeper/quota/a/zookeeper_limits", "count=9,bytes=9");
        world.create("/zookeeper/quota/a/zookeeper_stats", "");
        return world;
    }

    @Test
    void aStateThatIsToldToALoaderIsTheSameState() {
        World world = full();

        State loaded = world.reloaded();

        assertThat(World.dump(loaded)).isEqualTo(World.dump(world.state));
        assertThat(loaded.digest()).isEqualTo(World.digestOf(world.state));
    }

    @Test
    void whatFollowsALoadedStateIsWhatFollowsTheOriginal() {
        World world = full();
        world.follower = world.reloaded();

        world.create("/a/new", "", 3);
        world.delete("/a/b/c", -1);
        world.setAcl("/a/b", Acl.OPEN, -1);
        world.closeSession(-3);
        world.closeSession(World.SESSION);

        assertThat(World.dump(world.follower)).isEqualTo(World.dump(world.state));
    }

    @Test
    void anyOrderWithParentsFirstWillDo() {
        World world = full();
        record Node(String path, byte[] data, List<Acl> acl, StatPersisted stat) {}
        var nodes = new ArrayList<Node>();
        World.visit(
                world.state, (path, data, acl, stat) -> nodes.add(new Node(path, data, acl, stat)));
        Collections.shuffle(nodes, new Random(3));
        nodes.sort((a, b) -> depth(a.path()) - depth(b.path()));

        Loader loader = world.tree.loader();
        var lists = nodes.stream().map(Node::acl).distinct().toList();
        for (int i = 0; i < lists.size(); i++) {
            loader.acl(i + 1, lists.get(i));
        }
        world.state.forEachSession((id, timeout, _) -> loader.session(id, timeout));
        for (Node node : nodes) {
            byte[] path = World.utf8(node.path());
            loader.node(path, path.length, node.data(), lists.indexOf(node.acl()) + 1, node.stat());
        }

        assertThat(World.dump(loader.finish(world.zxid))).isEqualTo(World.dump(world.state));
    }

    private static int depth(String path) {
        return path.length() - path.replace("/", "").length();
    }

    @Test
    void systemZnodesThatAreMissingAreMade() {
        Loader loader = tree.loader();
        loader.node(new byte[0], 0, new byte[0], -1, ZERO);

        assertThat(World.dump(loader.finish(0))).isEqualTo(World.dump(tree.fresh()));
    }

    @Test
    void snapshotsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> tree.loader().finish(0)).isInstanceOf(MalformedRecord.class);
        assertRefused("/a/b", -1);
        assertRefused("/a", 5);
        assertRefused("/a", 0);
        assertRefused("a", -1);
        assertRefused("/a/", -1);
        assertRefused("/", -1);
        Loader twice = tree.loader();
        node(twice, "", -1);
        node(twice, "/a", -1);
        node(twice, "/b", -1);
        assertThatThrownBy(() -> node(twice, "/a", -1)).isInstanceOf(MalformedRecord.class);
        assertThatThrownBy(() -> node(tree.loader(), "/a", -1)).isInstanceOf(MalformedRecord.class);
    }

    private void assertRefused(String path, long acl) {
        Loader loader = tree.loader();
        node(loader, "", -1);
        assertThatThrownBy(() -> node(loader, path, acl))
                .as(path)
                .isInstanceOf(MalformedRecord.class);
    }

    private static void node(Loader loader, String path, long acl) {
        byte[] bytes = World.utf8(path);
        loader.node(bytes, bytes.length, null, acl, ZERO);
    }

    @Test
    void aclsNobodyUsesAreDropped() {
        Loader loader = tree.loader();
        loader.acl(7, Acl.READ_ONLY);
        loader.acl(8, List.of(new Acl(3, Id.ANYONE)));
        node(loader, "", -1);
        node(loader, "/a", 8);
        State state = loader.finish(0);

        var numbers = new ArrayList<Long>();
        state.acls.forEach((number, _) -> numbers.add(number));
        assertThat(numbers).contains(8L).doesNotContain(7L).hasSize(2);
    }

    @Test
    void equalStatesAreToldInTheSameOrder() {
        var forwards = new World();
        var backwards = new World();
        for (int i = 0; i < 200; i++) {
            forwards.create("/n" + i);
            backwards.create("/n" + (199 - i));
        }

        assertThat(order(forwards.state)).isEqualTo(order(backwards.state));
    }

    private static List<String> order(State state) {
        var paths = new ArrayList<String>();
        World.visit(state, (path, _, _, _) -> paths.add(path));
        return paths;
    }
}
