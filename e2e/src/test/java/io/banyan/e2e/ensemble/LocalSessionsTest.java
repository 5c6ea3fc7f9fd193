package io.banyan.e2e.ensemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.e2e.raw.JuteOut;
import io.banyan.e2e.raw.Op;
import io.banyan.e2e.raw.RawSession;
import io.banyan.e2e.server.Ensemble;
import io.banyan.e2e.server.FourLetter;
import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Sessions that only their server knows, at servers of both kinds in one ensemble: whoever leads,
/// what a member does with its own sessions must suit the others.
@Tag("fast")
final class LocalSessionsTest {
    private static final int SESSION_MILLIS = 20_000;
    private static final Duration REPLY_LIMIT = Duration.ofSeconds(60);
    private static final int NO_NODE = -101;
    private static final byte[] NO_DATA = {};

    private static final ServerConfig LOCAL =
            ServerConfig.standard().with("localSessionsEnabled", "true");

    /// Of empty servers the one with the highest id leads, if it is there in time: one of each kind
    /// in turn.
    @ParameterizedTest
    @ValueSource(strings = {"B9", "9B"})
    void localSessionIsMadeGlobalForAnEphemeralAndThenMoves(String letters) throws Exception {
        ServerConfig config = LOCAL.with("localSessionsUpgradingEnabled", "true");
        try (var ensemble = Ensemble.of(EnsembleCommand.kinds(letters), config)) {
            ensemble.start();
            moves(ensemble.member(1), ensemble.member(2));
            moves(ensemble.member(2), ensemble.member(1));
        }
    }

    private static void moves(ServerProcess home, ServerProcess elsewhere) throws IOException {
        RawSession there = connect(elsewhere);
        RawSession local = connect(home);
        String path = "/n" + Long.toHexString(local.id());
        assertThat(sessions(home)).contains("Local Session").contains(Long.toHexString(local.id()));
        assertThat(local.create(path, NO_DATA)).isZero();
        sync(there);
        assertThat(resume(elsewhere, local)).isEmpty();
        assertThat(sessions(elsewhere)).doesNotContain(Long.toHexString(local.id()));

        assertThat(local.create(path + "-e", NO_DATA, 1).err()).isZero();
        sync(there);
        assertThat(there.getData(path + "-e", false).err()).isZero();
        assertThat(dump(elsewhere)).contains("\t" + path + "-e\n");
        local.close();
        RawSession moved = resume(elsewhere, local).orElseThrow();
        assertThat(moved.id()).isEqualTo(local.id());
        assertThat(moved.create(path + "-f", NO_DATA, 1).err()).isZero();
        moved.endSession();

        RawSession after = connect(home);
        sync(after);
        assertThat(after.getData(path, false).err()).isZero();
        assertThat(after.getData(path + "-e", false).err()).isEqualTo(NO_NODE);
        assertThat(after.getData(path + "-f", false).err()).isEqualTo(NO_NODE);
        after.endSession();
        there.endSession();
    }

    /// A server refuses the session of a client that has seen more than it has.
    private static void sync(RawSession at) throws IOException {
        assertThat(at.call(Op.SYNC, new JuteOut().str("/")).err()).isZero();
    }

    private static RawSession connect(ServerProcess server) throws IOException {
        return RawSession.connect(server.address(), SESSION_MILLIS, REPLY_LIMIT);
    }

    private static Optional<RawSession> resume(ServerProcess server, RawSession before)
            throws IOException {
        return RawSession.resume(server.address(), before, REPLY_LIMIT);
    }

    /// Of the dump what is said of sessions: a connection that was refused stands there with the
    /// session it asked for until it is closed.
    private static String sessions(ServerProcess server) throws IOException {
        String dump = dump(server);
        return dump.substring(0, dump.indexOf("Connections dump"));
    }

    private static String dump(ServerProcess server) throws IOException {
        return FourLetter.ask(server.address(), "dump");
    }

    /// Apache's client 3.9.5, at a leader and at a follower.
    @Test
    void localSessionThatMayNotBecomeGlobalOwnsNoEphemeral() throws Exception {
        try (var ensemble = Ensemble.of(EnsembleCommand.kinds("BB"), LOCAL)) {
            ensemble.start();
            for (int id = 1; id <= 2; id++) {
                ZooKeeper client = connected(ensemble.member(id));
                assertThat(ensemble.monitored(id, "zk_local_sessions")).isEqualTo("1");
                assertThat(ensemble.monitored(id, "zk_global_sessions")).isEqualTo("0");
                String path = "/e" + id;
                assertThatThrownBy(() ->
                                client.create(
                                        path, null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL))
                        .isInstanceOf(KeeperException.EphemeralOnLocalSessionException.class);
                client.create(path, null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
                client.close();
            }
        }
    }

    private static ZooKeeper connected(ServerProcess server) throws Exception {
        var connected = new CompletableFuture<Boolean>();
        String at = server.address().getHostString() + ":" + server.address().getPort();
        var client =
                new ZooKeeper(
                        at,
                        SESSION_MILLIS,
                        event -> {
                            if (event.getState() == KeeperState.SyncConnected) {
                                connected.complete(true);
                            }
                        });
        connected.get(REPLY_LIMIT.toSeconds(), TimeUnit.SECONDS);
        return client;
    }
}
