package io.banyan.tree;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.wire.Acl;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.Id;
import io.banyan.wire.JuteReader;
import io.banyan.wire.Stat;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ReadTest {
    private final World world = new World();

    @Test
    void emptyPathAndSlashAreBothTheRoot() {
        assertThat(world.stat("")).isEqualTo(world.stat("/"));
        assertThat(world.children("")).containsExactly("zookeeper");
        assertThat(world.read(world.tree::getData, "").err()).isZero();
        assertThat(world.read(world.tree::getAcl, "").err()).isZero();
    }

    @Test
    void readsDoNotValidateTheirPath() {
        world.create("/a");
        world.create("/a/b");
        for (String path : List.of("a", "/a/", "//", "/a//b", "/.", "/a/..", " /a")) {
            assertThat(world.exists(path)).isEqualTo(ErrorCode.NO_NODE);
            assertThat(world.read(world.tree::getData, path).err()).isEqualTo(ErrorCode.NO_NODE);
            assertThat(world.read(world.tree::getChildren2, path).err())
                    .isEqualTo(ErrorCode.NO_NODE);
        }
        assertThat(world.exists("/a\u0000")).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(world.read(world.tree::getData, "/a\u0000").err()).isEqualTo(ErrorCode.NO_NODE);
    }

    @Test
    void getDataAnswersDataAndStat() {
        world.create("/a", "data");

        JuteReader in = world.read(world.tree::getData, "/a").reader();

        assertThat(in.readString()).isEqualTo("data");
        assertThat(Stat.decode(in)).isEqualTo(world.stat("/a"));
        assertThat(in.remaining()).isZero();
    }

    @Test
    void membershipIsReadWithTheStatThatZooKeeperGivesIt() {
        world.create("/a", "data");
        State before = world.state;

        world.state = world.tree.withMembership(before, "version=7".getBytes(UTF_8), 7, 99);

        JuteReader in = world.read(world.tree::getData, "/zookeeper/config").reader();
        assertThat(in.readString()).isEqualTo("version=7");
        assertThat(Stat.decode(in)).isEqualTo(new Stat(0, 7, 0, 99, -1, 0, -1, 0, 9, 0, 0));
        assertThat(world.state.digest()).isEqualTo(before.digest());
        assertThat(world.state.zxid()).isEqualTo(before.zxid());
        assertThat(world.state.sizeBytes).isEqualTo(before.sizeBytes + 9);
        world.state = world.tree.withMembership(world.state, "version=10".getBytes(UTF_8), 16, 99);
        assertThat(world.state.sizeBytes).isEqualTo(before.sizeBytes + 10);
    }

    @Test
    void getChildren2AnswersNamesAndStat() {
        for (int i = 0; i < 100; i++) {
            world.create("/c" + i);
        }
        JuteReader in = world.read(world.tree::getChildren2, "/").reader();
        List<String> names = in.readVector(JuteReader::readString);
        assertThat(names).hasSize(101).contains("zookeeper", "c0", "c99");
        assertThat(Stat.decode(in)).isEqualTo(world.stat("/"));
        assertThat(in.remaining()).isZero();

        JuteReader leaf = world.read(world.tree::getChildren2, "/c1").reader();
        assertThat(leaf.readInt()).isZero();
    }

    @Test
    void descendantsAreCountedAtEveryDepth() {
        world.create("/a");
        world.create("/a/b");
        world.create("/a/b/c");
        world.create("/a/d");
        assertThat(count("/")).isEqualTo(7);
        assertThat(count("/a")).isEqualTo(3);
        assertThat(count("/a/d")).isZero();

        world.delete("/a/b/c", -1);
        world.delete("/a/b", -1);
        assertThat(count("/a")).isEqualTo(1);
        assertThat(world.state.nodeCount()).isEqualTo(7);
        assertThat(world.read(world.tree::getAllChildrenNumber, "/none").err())
                .isEqualTo(ErrorCode.NO_NODE);
    }

    private int count(String path) {
        return world.read(world.tree::getAllChildrenNumber, path).reader().readInt();
    }

    @Test
    void readPermissionGuardsEveryRead() {
        Id bob = new Id("digest", DigestScheme.idOf("bob:pw", "SHA1"));
        world.as(bob).create("/p", "secret", List.of(new Acl(Acl.ALL, bob)), 0);

        world.as();
        assertThat(world.exists("/p")).isEqualTo(ErrorCode.NO_AUTH);
        assertThat(world.read(world.tree::getData, "/p").err()).isEqualTo(ErrorCode.NO_AUTH);
        assertThat(world.read(world.tree::getChildren, "/p").err()).isEqualTo(ErrorCode.NO_AUTH);
        assertThat(world.read(world.tree::getAcl, "/p").err()).isEqualTo(ErrorCode.NO_AUTH);
        assertThat(world.read(world.tree::getAllChildrenNumber, "/p").err())
                .isEqualTo(ErrorCode.NO_AUTH);

        world.as(bob);
        assertThat(world.data("/p")).isEqualTo("secret");
    }

    @Test
    void digestsAreMaskedForWhoIsNoAdmin() {
        Id bob = new Id("digest", DigestScheme.idOf("bob:pw", "SHA1"));
        var acl = List.of(new Acl(Acl.READ, Id.ANYONE), new Acl(Acl.ALL, bob));
        world.as(bob).create("/p", "", acl, 0);

        assertThat(world.acl("/p")).isEqualTo(acl);
        world.as();
        assertThat(world.acl("/p"))
                .containsExactly(acl.get(0), new Acl(Acl.ALL, new Id("digest", "bob:x")));
    }

    @Test
    void adminAloneMaySeeTheAcl() {
        world.create("/p", "", List.of(new Acl(Acl.ADMIN, Id.ANYONE)), 0);

        assertThat(world.read(world.tree::getAcl, "/p").err()).isZero();
        assertThat(world.exists("/p")).isEqualTo(ErrorCode.NO_AUTH);
    }

    @Test
    void ephemeralsAreListedByPlainPrefix() {
        world.create("/a", "", 1);
        world.create("/ab", "", 1);
        world.create("/b", "", 1);

        assertThat(world.ephemerals(World.SESSION, null)).containsExactly("/a", "/ab", "/b");
        assertThat(world.ephemerals(World.SESSION, " ")).containsExactly("/a", "/ab", "/b");
        assertThat(world.ephemerals(World.SESSION, "/")).containsExactly("/a", "/ab", "/b");
        assertThat(world.ephemerals(World.SESSION, "/a")).containsExactly("/a", "/ab");
        assertThat(world.ephemerals(World.SESSION, "/ab/")).isEmpty();
        assertThat(world.ephemerals(1, null)).isEmpty();
    }

    @Test
    void aStateThatIsHeldNeverChanges() {
        world.create("/a", "one");
        State held = world.state;
        List<String> before = World.dump(held);
        world.setData("/a", "two", -1);
        world.create("/a/b");
        world.multi(new World.Ops().create("/a/c", "").setData("/a", "3", -1));
        world.closeSession(World.SESSION);

        assertThat(World.dump(held)).isEqualTo(before);
    }
}
