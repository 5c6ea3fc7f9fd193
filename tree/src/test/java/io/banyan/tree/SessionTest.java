package io.banyan.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.wire.Acl;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.JuteReader;
import io.banyan.wire.OpCode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Sessions, ephemerals, containers, TTL nodes.
final class SessionTest {
    private final World world = new World();

    @Test
    void sessionsComeWithTheirTimeoutAndGo() {
        world.startSession(2);

        assertThat(world.state.hasSession(2)).isTrue();
        assertThat(world.state.sessionTimeoutMillis(2)).isEqualTo(10_000);
        assertThat(world.state.sessionTimeoutMillis(3)).isEqualTo(-1);
        assertThat(world.state.sessionCount()).isEqualTo(2);

        Applied closed = world.closeSession(2);
        assertThat(closed.err()).isZero();
        assertThat(closed.reply()).isNull();
        assertThat(world.state.hasSession(2)).isFalse();
        assertThat(world.state.sessionCount()).isEqualTo(1);
    }

    @Test
    void aSessionThatIsCreatedTwiceIsOneWithTheLaterTimeout() {
        world.startSession(World.SESSION);

        assertThat(world.state.sessionCount()).isEqualTo(1);
    }

    @Test
    void everySessionIsVisitedWithItsEphemerals() {
        world.startSession(2);
        world.create("/a", "", 1);
        world.as(2).create("/b", "", 1);

        var seen = new ArrayList<String>();
        world.state.forEachSession((id, timeout, paths) ->
                seen.add(id + " " + timeout + " " + new String(paths.getFirst())));

        assertThat(seen).containsExactlyInAnyOrder("2 10000 /b", World.SESSION + " 10000 /a");
    }

    @Test
    void closingASessionDeletesItsEphemeralsInOneTransaction() {
        world.create("/p");
        world.create("/p/e1", "", 1);
        world.create("/p/e2", "", 1);
        world.create("/stays");
        world.startSession(2).as(2).create("/other", "", 1);

        Applied closed = world.closeSession(World.SESSION);

        assertThat(world.changes()).containsExactlyInAnyOrder("DELETED /p/e1", "DELETED /p/e2");
        assertThat(world.children("/")).containsExactly("other", "p", "stays", "zookeeper");
        assertThat(world.stat("/p").pzxid()).isEqualTo(closed.zxid());
        assertThat(world.stat("/p").cversion()).isEqualTo(4);
        assertThat(world.state.ephemeralCount()).isEqualTo(1);
        var in = new JuteReader(closed.payload(), 32, closed.payload().length);
        assertThat(in.readVector(JuteReader::readString))
                .containsExactlyInAnyOrder("/p/e1", "/p/e2");
        assertThat(in.remaining()).isEqualTo(12);
    }

    @Test
    void closingWithoutThePathsInTheTransactionDeletesThemAllTheSame() {
        var silent =
                new World(new TreeConfig(true, false, false, false, false, false, World.schemes()));
        silent.create("/e1", "", 1);
        silent.create("/e2", "", 1);

        Applied closed = silent.closeSession(World.SESSION);

        assertThat(closed.payload()).hasSize(32 + 12);
        assertThat(silent.children("/")).containsExactly("zookeeper");
        assertThat(World.dump(silent.follower)).isEqualTo(World.dump(silent.state));
    }

    @Test
    void closingASessionNobodyKnowsIsHarmless() {
        assertThat(world.closeSession(99).err()).isZero();
        assertThat(world.changes()).isEmpty();
        assertThat(world.state.sessionCount()).isEqualTo(1);
    }

    @Test
    void deletedEphemeralsAreForgottenByTheirSession() {
        world.create("/e", "", 1);
        world.delete("/e", -1);

        assertThat(world.ephemerals(World.SESSION, null)).isEmpty();
        assertThat(world.state.ephemeralCount()).isZero();
        assertThat(world.closeSession(World.SESSION).changes()).isEmpty();
    }

    @Test
    void anEphemeralMadeByAMultiEndsWithItsSession() {
        world.multi(
                new World.Ops()
                        .create("/p", "")
                        .create(OpCode.CREATE, "/p/e-", 3)
                        .create(OpCode.CREATE, "/p/e-", 3));
        assertThat(world.ephemerals(World.SESSION, null)).hasSize(2);

        world.closeSession(World.SESSION);

        assertThat(world.children("/p")).isEmpty();
    }

    @Test
    void orphansGoWithoutATransactionAndContainersStay() {
        World extended = World.extended();
        extended.create("/e", "", 1);
        extended.createContainer("/c");
        extended.createTtl("/t", 5, 1000);
        State state = extended.state;
        Loader loader = extended.tree.loader();
        World.visit(
                state,
                (path, data, acl, stat) -> {
                    byte[] bytes = World.utf8(path);
                    loader.acl(9, Acl.READ_ONLY);
                    long key = acl.equals(Acl.OPEN) ? -1 : 9;
                    loader.node(bytes, bytes.length, data, key, stat);
                });
        State sessionless = loader.finish(state.zxid());
        assertThat(sessionless.ephemeralCount()).isEqualTo(1);

        State swept = extended.tree.withoutOrphans(sessionless);

        assertThat(swept.ephemeralCount()).isZero();
        assertThat(swept.zxid()).isEqualTo(state.zxid());
        assertThat(swept.digest()).isEqualTo(World.digestOf(swept));
        extended.state = swept;
        assertThat(extended.children("/")).containsExactly("c", "t", "zookeeper");
        assertThat(extended.tree.withoutOrphans(state).digest()).isEqualTo(state.digest());
    }

    @Test
    void ttlNodesLookLikeEphemeralsWithoutExtendedTypes() {
        World extended = World.extended();
        extended.createTtl("/t", 5, 1000);
        var plain = new ZnodeTree(TreeConfig.defaults());

        State read = World.reloaded(plain, extended.state);

        assertThat(read.ephemeralCount()).isEqualTo(1);
        assertThat(plain.withoutOrphans(read).nodeCount()).isEqualTo(5);
    }

    @Test
    void containersAreDueWhenTheirChildrenAreGone() {
        world.createContainer("/c");
        assertThat(due(0)).isEmpty();
        world.create("/c/a");
        assertThat(due(0)).isEmpty();
        world.delete("/c/a", -1);
        assertThat(due(0)).containsExactly("/c");

        assertThat(world.reap("/c")).isZero();
        assertThat(world.last.type()).isEqualTo(OpCode.DELETE_CONTAINER);
        assertThat(world.last.sessionId()).isZero();
        assertThat(due(0)).isEmpty();
        assertThat(world.state.owners.containers.size()).isZero();
    }

    @Test
    void aContainerThatNobodyUsedIsDueOnlyAfterAWhileIfAtAll() {
        world.createContainer("/c");

        assertThat(due(100)).isEmpty();
        world.wallMillis += 101;
        assertThat(due(100)).containsExactly("/c");
        assertThat(due(0)).isEmpty();
    }

    @Test
    void ttlNodesAreDueWhenTheyHaveNotChangedForLongAndHaveNoChildren() {
        World extended = World.extended();
        extended.createTtl("/t", 5, 1000);
        extended.wallMillis += 1000;
        assertThat(due(extended, 0)).isEmpty();
        extended.wallMillis += 1;
        assertThat(due(extended, 0)).containsExactly("/t");

        extended.setData("/t", "renewed", -1);
        assertThat(due(extended, 0)).isEmpty();
        extended.create("/t/child");
        extended.wallMillis += 2000;
        assertThat(due(extended, 0)).isEmpty();
        extended.delete("/t/child", -1);
        assertThat(due(extended, 0)).containsExactly("/t");
        assertThat(extended.reap("/t")).isZero();
        assertThat(extended.state.owners.ttls.size()).isZero();
    }

    private List<String> due(long maxNeverUsedMillis) {
        return due(world, maxNeverUsedMillis);
    }

    private static List<String> due(World of, long maxNeverUsedMillis) {
        return of.tree.reapable(of.state, of.wallMillis, maxNeverUsedMillis).stream()
                .map(String::new)
                .toList();
    }

    @Test
    void theReaperChecksAgainWhatItDeletes() {
        world.create("/plain");
        world.create("/e", "", 1);
        world.createContainer("/c");
        world.create("/c/a");

        assertThat(world.reap("/c")).isEqualTo(ErrorCode.NOT_EMPTY);
        assertThat(world.reap("/e")).isEqualTo(ErrorCode.BAD_VERSION);
        assertThat(world.reap("/none")).isEqualTo(ErrorCode.NO_NODE);
        assertThat(world.reap("/zookeeper")).isEqualTo(ErrorCode.BAD_ARGUMENTS);
        assertThat(world.reap("/plain")).isZero();
    }

    @Test
    void ownersOf353AreTtlOnlyWhenEmulated() {
        var emulating = new TreeConfig(true, true, true, false, false, true, World.schemes());
        var extended = new TreeConfig(true, true, false, false, false, true, World.schemes());
        long owner = Long.MIN_VALUE | 5000;

        assertThat(OwnerKind.of(owner, emulating)).isEqualTo(OwnerKind.TTL);
        assertThat(OwnerKind.of(owner, extended)).isEqualTo(OwnerKind.EPHEMERAL);
        assertThat(OwnerKind.of(Long.MIN_VALUE, emulating)).isEqualTo(OwnerKind.CONTAINER);
        assertThat(OwnerKind.ttlMillis(owner)).isEqualTo(5000);
        assertThat(OwnerKind.of(OwnerKind.ttlOwner(7), extended)).isEqualTo(OwnerKind.TTL);
        assertThat(OwnerKind.of(OwnerKind.ttlOwner(7), TreeConfig.defaults()))
                .isEqualTo(OwnerKind.EPHEMERAL);
        assertThat(OwnerKind.of(0xff00_0100_0000_0000L, extended)).isEqualTo(OwnerKind.PERSISTENT);
    }
}
