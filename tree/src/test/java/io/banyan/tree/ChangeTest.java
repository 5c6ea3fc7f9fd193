package io.banyan.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.wire.Acl;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.Id;
import io.banyan.wire.Stat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// delete, setData and setACL.
final class ChangeTest {
    private static final List<Acl> READ_ONLY = List.of(new Acl(Acl.READ, Id.ANYONE));

    private final World world = new World();

    @Test
    void setDataCountsTheVersionAndStampsTheZnode() {
        world.create("/a", "old");
        Stat before = world.stat("/a");

        assertThat(world.setData("/a", "newer", 0)).isZero();

        assertThat(world.data("/a")).isEqualTo("newer");
        assertThat(Stat.decode(world.reply()))
                .isEqualTo(world.stat("/a"))
                .isEqualTo(
                        new Stat(
                                before.czxid(),
                                world.zxid,
                                before.ctime(),
                                world.wallMillis,
                                1,
                                0,
                                0,
                                0,
                                5,
                                0,
                                before.pzxid()));
        assertThat(world.changes()).containsExactly("DATA_CHANGED /a");
    }

    @Test
    void setDataKeepsChildrenAndNullsData() {
        world.create("/p", "data");
        world.create("/p/c");
        Stat before = world.stat("/p");

        assertThat(world.setData("/p", null, -1)).isZero();

        assertThat(world.data("/p")).isNull();
        assertThat(world.children("/p")).containsExactly("c");
        assertThat(world.stat("/p").pzxid()).isEqualTo(before.pzxid());
        assertThat(world.stat("/p").cversion()).isEqualTo(before.cversion());
    }

    @Test
    void setDataChecksPathThenExistenceThenPermissionThenVersion() {
        world.create("/r", "", READ_ONLY, 0);
        world.create("/a");

        assertThat(world.setData("a", "", 0)).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(world.setData("/a/", "", 0)).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(world.setData("/none", "", 0)).isEqualTo(ErrorCode.NO_NODE);
        assertThat(world.setData("/r", "", 9)).isEqualTo(ErrorCode.NO_AUTH);
        assertThat(world.setData("/a", "", 1)).isEqualTo(ErrorCode.BAD_VERSION);
        assertThat(world.setData("/zookeeper/config", "", -1)).isEqualTo(ErrorCode.NO_AUTH);
    }

    @Test
    void rootCanBeSetAndGivenAnAcl() {
        assertThat(world.setData("/", "rooted", -1)).isZero();
        assertThat(world.data("/")).isEqualTo("rooted");
        assertThat(world.changes()).containsExactly("DATA_CHANGED /");
        assertThat(world.setAcl("/", READ_ONLY, 0)).isZero();
        assertThat(world.stat("/").aversion()).isEqualTo(1);
        assertThat(world.create("/a")).isEqualTo(ErrorCode.NO_AUTH);
    }

    @Test
    void deleteTakesTheZnodeAndTellsItsParent() {
        world.create("/p");
        world.create("/p/a", "data");
        Stat before = world.stat("/p");

        assertThat(world.delete("/p/a", 0)).isZero();

        assertThat(world.last.reply()).isNull();
        assertThat(world.exists("/p/a")).isEqualTo(ErrorCode.NO_NODE);
        assertThat(world.stat("/p").cversion()).isEqualTo(before.cversion() + 1);
        assertThat(world.stat("/p").pzxid()).isEqualTo(world.zxid);
        assertThat(world.changes()).containsExactly("DELETED /p/a");
    }

    @Test
    void deleteChecksInZooKeepersOrder() {
        world.create("/p");
        world.create("/p/a");
        world.create("/r", "", List.of(new Acl(Acl.READ | Acl.CREATE, Id.ANYONE)), 0);
        world.create("/r/a");

        assertThat(world.delete("", -1)).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(world.delete("/", -1)).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(world.delete("/zookeeper", -1)).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(world.delete("/zookeeper/quota", -1)).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(world.delete("/zookeeper/config", -1)).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(world.delete("/p/\u0000", -1)).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(world.delete("/none/a", -1)).isEqualTo(ErrorCode.NO_NODE);
        assertThat(world.delete("/r/none", 7)).isEqualTo(ErrorCode.NO_AUTH);
        assertThat(world.delete("/p/none", 7)).isEqualTo(ErrorCode.NO_NODE);
        assertThat(world.delete("/p/a/", 7)).isEqualTo(ErrorCode.NO_NODE);
        assertThat(world.delete("/p", 7)).isEqualTo(ErrorCode.BAD_VERSION);
        assertThat(world.delete("/p", 0)).isEqualTo(ErrorCode.NOT_EMPTY);
    }

    @Test
    void parentKeepsItsDataAndCountsWhenItsLastChildGoes() {
        String large = "x".repeat(5_000);
        for (String data : new String[] {"small", large}) {
            world.create("/p", data);
            world.create("/p/a");
            world.delete("/p/a", -1);

            assertThat(world.data("/p")).isEqualTo(data);
            assertThat(world.stat("/p").cversion()).isEqualTo(2);
            assertThat(world.stat("/p").pzxid()).isEqualTo(world.zxid);
            assertThat(world.children("/p")).isEmpty();
            assertThat(world.create("/p/s", "", 2)).isZero();
            assertThat(world.replyPath()).isEqualTo("/p/s0000000001");
            world.delete("/p/s0000000001", -1);
            assertThat(world.delete("/p", 0)).isZero();
        }
    }

    @Test
    void aChildsChangeSharesTheParentsData() {
        world.create("/p", "x".repeat(100_000));
        world.create("/p/a");
        byte[] before = packed("/p");

        world.create("/p/b");
        world.setData("/p/a", "y", -1);
        world.delete("/p/a", -1);
        world.delete("/p/b", -1);

        assertThat(packed("/p")).isSameAs(before);
    }

    private byte[] packed(String path) {
        byte[] bytes = World.utf8(path);
        Object entry = world.state.find(bytes, 0, bytes.length);
        assertThat(entry).isNotNull();
        return Trie.packed(entry);
    }

    @Test
    void setAclCountsTheAversionAndNothingElse() {
        world.create("/a", "data");
        Stat before = world.stat("/a");

        assertThat(world.setAcl("/a", READ_ONLY, 0)).isZero();

        Stat after = Stat.decode(world.reply());
        assertThat(after.aversion()).isEqualTo(1);
        assertThat(after.mzxid()).isEqualTo(before.mzxid());
        assertThat(after.version()).isZero();
        assertThat(world.acl("/a")).isEqualTo(READ_ONLY);
        assertThat(world.changes()).isEmpty();
        assertThat(world.setAcl("/a", Acl.OPEN, 1)).isEqualTo(ErrorCode.NO_AUTH);
    }

    @Test
    void setAclChecksPathThenListThenExistenceThenPermissionThenVersion() {
        world.create("/r", "", READ_ONLY, 0);
        world.create("/a");

        assertThat(world.setAcl("a", null, 0)).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(world.setAcl("/none", null, 0)).isEqualTo(ErrorCode.INVALID_ACL);
        assertThat(world.setAcl("/none", Acl.OPEN, 0)).isEqualTo(ErrorCode.NO_NODE);
        assertThat(world.setAcl("/r", Acl.OPEN, 7)).isEqualTo(ErrorCode.NO_AUTH);
        assertThat(world.setAcl("/a", Acl.OPEN, 7)).isEqualTo(ErrorCode.BAD_VERSION);
    }

    @Test
    void listsNobodyUsesAreForgotten() {
        world.create("/a", "", READ_ONLY, 0);
        world.create("/b", "", READ_ONLY, 0);
        var readWrite = List.of(new Acl(Acl.READ | Acl.WRITE | Acl.ADMIN, Id.ANYONE));
        world.create("/c", "", readWrite, 0);
        // The configuration's list is the first one again.
        assertThat(lists()).hasSize(2);

        world.setAcl("/c", Acl.OPEN, -1);
        assertThat(lists()).containsExactly(READ_ONLY);
        world.delete("/a", -1);
        world.delete("/b", -1);
        assertThat(lists()).containsExactly(READ_ONLY);
    }

    private List<List<Acl>> lists() {
        var lists = new java.util.ArrayList<List<Acl>>();
        world.state.acls.forEach((_, acl) -> lists.add(acl));
        return lists;
    }

    @Test
    void changesCarryTheListsThatTheirEventsAreFilteredBy() {
        var parentAcl = List.of(new Acl(Acl.ALL - Acl.WRITE, Id.ANYONE));
        var ownAcl = List.of(new Acl(Acl.ALL - Acl.CREATE, Id.ANYONE));
        world.create("/p", "", parentAcl, 0);

        world.create("/p/a", "", ownAcl, 0);
        assertLists(ownAcl, parentAcl);
        world.setData("/p/a", "x", -1);
        assertLists(ownAcl, List.of());
        world.delete("/p/a", -1);
        assertLists(ownAcl, parentAcl);
    }

    private void assertLists(List<Acl> acl, List<Acl> parentAcl) {
        Change change = world.last.changes().getFirst();
        assertThat(change.acl()).isEqualTo(acl);
        assertThat(change.parentAcl()).isEqualTo(parentAcl);
    }

    @Test
    void versionsWrapAround() {
        Loader loader = world.tree.loader();
        var zero = new io.banyan.wire.StatPersisted(0, 0, 0, 0, 0, 0, 0, 0, 0);
        var last =
                new io.banyan.wire.StatPersisted(
                        0, 0, 0, 0, Integer.MAX_VALUE, 0, Integer.MAX_VALUE, 0, 0);
        loader.node(new byte[0], 0, null, -1, zero);
        loader.node(World.utf8("/a"), 2, null, -1, last);
        world.state = loader.finish(world.zxid);
        world.follower = world.state;

        assertThat(world.setData("/a", "x", Integer.MAX_VALUE)).isZero();
        assertThat(world.stat("/a").version()).isEqualTo(Integer.MIN_VALUE);
        assertThat(world.setAcl("/a", Acl.OPEN, Integer.MAX_VALUE)).isZero();
        assertThat(world.stat("/a").aversion()).isEqualTo(Integer.MIN_VALUE);
    }
}
