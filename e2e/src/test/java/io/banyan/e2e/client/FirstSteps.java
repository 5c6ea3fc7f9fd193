package io.banyan.e2e.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/// What every tutorial of Apache's Java client shows. Loaded once for each version of the client,
/// see [FirstStepsTest]; each public method is one test. `control` stops and starts the server.
public final class FirstSteps {

    private static final int TIMEOUT_MILLIS = 10_000;

    /// Of a session that outlives its server; more than twenty of the tests' ticks.
    static final int RESTART_TIMEOUT_MILLIS = 60_000;

    private FirstSteps() {}

    private static ZooKeeper open(String connect, Events events) throws Exception {
        return open(connect, events, TIMEOUT_MILLIS);
    }

    private static ZooKeeper open(String connect, Events events, int timeoutMillis)
            throws Exception {
        ZooKeeper client = new ZooKeeper(connect, timeoutMillis, events);
        assertThat(events.next()).isEqualTo("SyncConnected");
        return client;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    public static void connectsWithATimeoutAndAWatcher(
            String connect, String path, Map<String, Runnable> control) throws Exception {
        Events events = new Events();
        try (ZooKeeper client = open(connect, events)) {
            assertThat(client.getState()).isEqualTo(ZooKeeper.States.CONNECTED);
            assertThat(client.getSessionId()).isNotZero();
            assertThat(client.getSessionPasswd()).hasSize(16);
            assertThat(client.getSessionTimeout()).isEqualTo(TIMEOUT_MILLIS);
        }
    }

    public static void createsReadsChangesAndDeletesANode(
            String connect, String path, Map<String, Runnable> control) throws Exception {
        try (ZooKeeper client = open(connect, new Events())) {
            String made =
                    client.create(path, bytes("one"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            assertThat(made).isEqualTo(path);
            Stat stat = new Stat();
            assertThat(client.getData(path, false, stat)).isEqualTo(bytes("one"));
            assertThat(stat.getVersion()).isZero();
            assertThat(stat.getCzxid()).isEqualTo(stat.getMzxid());
            assertThat(stat.getDataLength()).isEqualTo(3);
            assertThat(Math.abs(System.currentTimeMillis() - stat.getCtime())).isLessThan(60_000);

            assertThat(client.setData(path, bytes("two"), 0).getVersion()).isEqualTo(1);
            assertThat(client.setData(path, bytes("three"), -1).getVersion()).isEqualTo(2);
            assertThatThrownBy(() -> client.setData(path, bytes("x"), 0))
                    .isInstanceOf(KeeperException.BadVersionException.class);
            assertThat(client.exists(path, false).getVersion()).isEqualTo(2);
            assertThatThrownBy(() ->
                            client.create(path, null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT))
                    .isInstanceOf(KeeperException.NodeExistsException.class);

            client.create(path + "/b", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            client.create(path + "/a", bytes(""), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            assertThat(client.getData(path + "/b", false, null)).isNull();
            assertThat(client.getData(path + "/a", false, null)).isEmpty();
            assertThat(client.getChildren(path, false)).containsExactlyInAnyOrder("a", "b");
            Stat parent = client.exists(path, false);
            assertThat(parent.getCversion()).isEqualTo(2);
            assertThat(parent.getNumChildren()).isEqualTo(2);
            assertThatThrownBy(() -> client.delete(path, -1))
                    .isInstanceOf(KeeperException.NotEmptyException.class);

            client.delete(path + "/a", 0);
            client.delete(path + "/b", -1);
            assertThatThrownBy(() -> client.delete(path, 7))
                    .isInstanceOf(KeeperException.BadVersionException.class);
            client.delete(path, 2);
            assertThat(client.exists(path, false)).isNull();
            assertThatThrownBy(() -> client.getData(path, false, null))
                    .isInstanceOf(KeeperException.NoNodeException.class);
            assertThatThrownBy(() -> client.getChildren(path, false))
                    .isInstanceOf(KeeperException.NoNodeException.class);
            assertThatThrownBy(() -> client.delete(path, -1))
                    .isInstanceOf(KeeperException.NoNodeException.class);
        }
    }

    public static void namesSequentialNodesAndEndsEphemeralOnes(
            String connect, String path, Map<String, Runnable> control) throws Exception {
        try (ZooKeeper watching = open(connect, new Events())) {
            watching.create(path, null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            Events gone = new Events();
            try (ZooKeeper client = open(connect, new Events())) {
                String first =
                        client.create(
                                path + "/s-",
                                null,
                                Ids.OPEN_ACL_UNSAFE,
                                CreateMode.PERSISTENT_SEQUENTIAL);
                String second =
                        client.create(
                                path + "/s-",
                                null,
                                Ids.OPEN_ACL_UNSAFE,
                                CreateMode.EPHEMERAL_SEQUENTIAL);
                client.create(path + "/e", null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
                assertThat(first).isEqualTo(path + "/s-0000000000");
                assertThat(second).isEqualTo(path + "/s-0000000001");
                assertThatThrownBy(() ->
                                client.create(
                                        path + "/e/x",
                                        null,
                                        Ids.OPEN_ACL_UNSAFE,
                                        CreateMode.PERSISTENT))
                        .isInstanceOf(KeeperException.NoChildrenForEphemeralsException.class);
                assertThat(watching.exists(path + "/e", gone).getEphemeralOwner())
                        .isEqualTo(client.getSessionId());
                assertThat(client.getEphemerals(path))
                        .containsExactlyInAnyOrder(second, path + "/e");
            }
            assertThat(gone.next()).isEqualTo("NodeDeleted " + path + "/e");
            assertThat(watching.getChildren(path, false)).containsExactly("s-0000000000");
        }
    }

    public static void tellsEachWatchWhatItsTableSays(
            String connect, String path, Map<String, Runnable> control) throws Exception {
        try (ZooKeeper client = open(connect, new Events());
                ZooKeeper other = open(connect, new Events())) {
            // NodeCreated: exists.
            Events byExists = new Events();
            assertThat(client.exists(path, byExists)).isNull();
            other.create(path, bytes("0"), Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            assertThat(byExists.next()).isEqualTo("NodeCreated " + path);

            // NodeDataChanged: exists and getData, once each.
            Events byGetData = new Events();
            Events byGetChildren = new Events();
            client.exists(path, byExists);
            client.getData(path, byGetData, null);
            client.getChildren(path, byGetChildren);
            other.setData(path, bytes("1"), -1);
            other.setData(path, bytes("2"), -1);
            assertThat(byExists.next()).isEqualTo("NodeDataChanged " + path);
            assertThat(byGetData.next()).isEqualTo("NodeDataChanged " + path);

            // NodeChildrenChanged: getChildren, by a child's birth and death, not by its data.
            other.create(path + "/c", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            assertThat(byGetChildren.next()).isEqualTo("NodeChildrenChanged " + path);
            client.getChildren(path, byGetChildren);
            other.setData(path + "/c", bytes("x"), -1);
            other.delete(path + "/c", -1);
            assertThat(byGetChildren.next()).isEqualTo("NodeChildrenChanged " + path);

            // NodeDeleted: all three.
            client.exists(path, byExists);
            client.getData(path, byGetData, null);
            client.getChildren(path, byGetChildren);
            other.delete(path, -1);
            assertThat(byExists.next()).isEqualTo("NodeDeleted " + path);
            assertThat(byGetData.next()).isEqualTo("NodeDeleted " + path);
            assertThat(byGetChildren.next()).isEqualTo("NodeDeleted " + path);

            client.exists("/", false);
            assertThat(byExists.isEmpty()).isTrue();
            assertThat(byGetData.isEmpty()).isTrue();
            assertThat(byGetChildren.isEmpty()).isTrue();
        }
    }

    public static void keepsPersistentAndRecursiveWatches(
            String connect, String path, Map<String, Runnable> control) throws Exception {
        try (ZooKeeper client = open(connect, new Events());
                ZooKeeper other = open(connect, new Events())) {
            Events persistent = new Events();
            Events recursive = new Events();
            client.addWatch(path, persistent, AddWatchMode.PERSISTENT);
            client.addWatch(path, recursive, AddWatchMode.PERSISTENT_RECURSIVE);
            other.create(path, null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            other.create(path + "/a", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            other.setData(path + "/a", bytes("1"), -1);
            other.setData(path, bytes("1"), -1);
            assertThat(persistent.next()).isEqualTo("NodeCreated " + path);
            assertThat(persistent.next()).isEqualTo("NodeChildrenChanged " + path);
            assertThat(persistent.next()).isEqualTo("NodeDataChanged " + path);
            // The client of 3.8 hands the events of the persistent watch to this one as well.
            recursive.await("NodeCreated " + path);
            recursive.await("NodeCreated " + path + "/a");
            recursive.await("NodeDataChanged " + path + "/a");
            recursive.await("NodeDataChanged " + path);

            client.removeWatches(path, persistent, Watcher.WatcherType.Any, false);
            assertThat(persistent.next()).isEqualTo("PersistentWatchRemoved " + path);
            other.delete(path + "/a", -1);
            recursive.await("NodeDeleted " + path + "/a");
            client.exists(path, false);
            assertThat(persistent.isEmpty()).isTrue();
            other.delete(path, -1);
        }
    }

    public static void removesAWatchAndRefusesToDoItTwice(
            String connect, String path, Map<String, Runnable> control) throws Exception {
        try (ZooKeeper client = open(connect, new Events())) {
            Events events = new Events();
            client.exists(path, events);
            client.removeWatches(path, events, Watcher.WatcherType.Data, false);
            assertThat(events.next()).isEqualTo("DataWatchRemoved " + path);
            assertThatThrownBy(() ->
                            client.removeWatches(path, events, Watcher.WatcherType.Data, false))
                    .isInstanceOf(KeeperException.NoWatcherException.class);
        }
    }

    public static void survivesARestartOfTheServer(
            String connect, String path, Map<String, Runnable> control) throws Exception {
        Events events = new Events();
        // The time that a busy machine needs to start a server is not what this is about.
        try (ZooKeeper client = open(connect, events, RESTART_TIMEOUT_MILLIS)) {
            long id = client.getSessionId();
            client.create(path, bytes("1"), Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
            Events changed = new Events();
            client.getData(path, changed, null);

            control.get("stop").run();
            events.await("Disconnected");
            control.get("start").run();
            events.await("SyncConnected");

            assertThat(client.getSessionId()).isEqualTo(id);
            assertThat(client.getData(path, false, null)).isEqualTo(bytes("1"));
            client.setData(path, bytes("2"), 0);
            changed.await("NodeDataChanged " + path);
        }
    }

    public static void tellsThatTheSessionExpired(
            String connect, String path, Map<String, Runnable> control) throws Exception {
        Events events = new Events();
        try (ZooKeeper client = open(connect, events)) {
            client.create(path, null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
            // Another handle of the same session ends it.
            Events ending = new Events();
            ZooKeeper twin =
                    new ZooKeeper(
                            connect,
                            TIMEOUT_MILLIS,
                            ending,
                            client.getSessionId(),
                            client.getSessionPasswd());
            assertThat(ending.next()).isEqualTo("SyncConnected");
            twin.close();
            events.await("Expired");
            assertThatThrownBy(() -> client.exists(path, false))
                    .isInstanceOf(KeeperException.SessionExpiredException.class);
        }
        try (ZooKeeper next = open(connect, new Events())) {
            assertThat(next.exists(path, false)).isNull();
        }
    }

    public static void tellsThatAuthenticationFailed(
            String connect, String path, Map<String, Runnable> control) throws Exception {
        Events events = new Events();
        try (ZooKeeper client = open(connect, events)) {
            client.addAuthInfo("nosuchscheme", bytes("x"));
            events.await("AuthFailed");
            assertThatThrownBy(() -> client.exists(path, false))
                    .isInstanceOf(KeeperException.AuthFailedException.class);
        }
    }

    public static void keepsOthersOutByAcls(
            String connect, String path, Map<String, Runnable> control) throws Exception {
        try (ZooKeeper owner = open(connect, new Events());
                ZooKeeper other = open(connect, new Events())) {
            owner.addAuthInfo("digest", bytes("bob:pw"));
            owner.create(path, bytes("secret"), Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
            assertThat(owner.getACL(path, null).getFirst().getId().getId())
                    .isEqualTo("bob:ikIaKsbtGweaHnb/jKn7OHqbunM=");
            assertThatThrownBy(() -> other.getData(path, false, null))
                    .isInstanceOf(KeeperException.NoAuthException.class);
            assertThatThrownBy(() -> other.setData(path, null, -1))
                    .isInstanceOf(KeeperException.NoAuthException.class);
            assertThatThrownBy(() ->
                            other.create(
                                    path + "x", null, Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT))
                    .isInstanceOf(KeeperException.InvalidACLException.class);
            owner.setACL(path, Ids.READ_ACL_UNSAFE, 0);
            assertThat(other.getData(path, false, null)).isEqualTo(bytes("secret"));
            assertThat(owner.whoAmI()).anyMatch(info -> info.toString().contains("bob"));
            owner.delete(path, -1);
        }
    }

    public static void commitsTransactionsAsAWhole(
            String connect, String path, Map<String, Runnable> control) throws Exception {
        try (ZooKeeper client = open(connect, new Events())) {
            List<OpResult> results =
                    client.multi(
                            List.of(
                                    Op.create(
                                            path,
                                            bytes("1"),
                                            Ids.OPEN_ACL_UNSAFE,
                                            CreateMode.PERSISTENT),
                                    Op.check(path, 0),
                                    Op.setData(path, bytes("2"), 0),
                                    Op.create(
                                            path + "/a",
                                            null,
                                            Ids.OPEN_ACL_UNSAFE,
                                            CreateMode.PERSISTENT),
                                    Op.delete(path + "/a", 0)));
            assertThat(results).hasSize(5);
            assertThat(((OpResult.SetDataResult) results.get(2)).getStat().getVersion())
                    .isEqualTo(1);

            assertThatThrownBy(() ->
                            client.multi(
                                    List.of(
                                            Op.setData(path, bytes("3"), -1),
                                            Op.delete(path + "/nosuch", -1))))
                    .isInstanceOfSatisfying(
                            KeeperException.NoNodeException.class,
                            e ->
                                    assertThat(
                                                    ((OpResult.ErrorResult) e.getResults().get(1))
                                                            .getErr())
                                            .isEqualTo(-101));
            assertThat(client.getData(path, false, null)).isEqualTo(bytes("2"));

            List<OpResult> read = client.multi(List.of(Op.getData(path), Op.getChildren(path)));
            assertThat(((OpResult.GetDataResult) read.get(0)).getData()).isEqualTo(bytes("2"));
            assertThat(((OpResult.GetChildrenResult) read.get(1)).getChildren()).isEmpty();
        }
    }

    public static void answersAsynchronousCallsInTheirOrder(
            String connect, String path, Map<String, Runnable> control) throws Exception {
        try (ZooKeeper client = open(connect, new Events())) {
            List<Integer> order =
                    java.util.Collections.synchronizedList(new java.util.ArrayList<>());
            CompletableFuture<Integer> last = new CompletableFuture<>();
            client.create(
                    path,
                    bytes("0"),
                    Ids.OPEN_ACL_UNSAFE,
                    CreateMode.PERSISTENT,
                    (rc, p, ctx, name) -> order.add(rc),
                    null);
            for (int i = 0; i < 200; i++) {
                int number = i;
                client.setData(
                        path,
                        bytes("v" + i),
                        i,
                        (rc, p, ctx, stat) -> order.add(rc == 0 ? stat.getVersion() : rc),
                        null);
                client.getData(
                        path,
                        false,
                        (rc, p, ctx, data, stat) -> {
                            order.add(stat.getVersion());
                            if (number == 199) {
                                last.complete(stat.getVersion());
                            }
                        },
                        null);
            }
            assertThat(last.get(30, TimeUnit.SECONDS)).isEqualTo(200);
            assertThat(order).hasSize(401);
            for (int i = 0; i < 200; i++) {
                assertThat(order.get(1 + 2 * i)).isEqualTo(i + 1);
                assertThat(order.get(2 + 2 * i)).isEqualTo(i + 1);
            }
        }
    }

    public static void knowsTheRestOfTheInterface(
            String connect, String path, Map<String, Runnable> control) throws Exception {
        try (ZooKeeper client = open(connect, new Events())) {
            Stat stat = new Stat();
            client.create(path, null, Ids.OPEN_ACL_UNSAFE, CreateMode.CONTAINER, stat);
            assertThat(stat.getEphemeralOwner()).isZero();
            client.create(
                    path + "/ttl",
                    null,
                    Ids.OPEN_ACL_UNSAFE,
                    CreateMode.PERSISTENT_WITH_TTL,
                    stat,
                    1_000_000);
            assertThat(client.getAllChildrenNumber(path)).isEqualTo(1);
            assertThat(client.exists("/zookeeper/config", false)).isNotNull();
            CompletableFuture<String> synced = new CompletableFuture<>();
            client.sync(path, (rc, p, ctx) -> synced.complete(rc + p), null);
            assertThat(synced.get(20, TimeUnit.SECONDS)).isEqualTo("0" + path);
        }
        try (ZooKeeper inChroot = open(connect + path, new Events())) {
            assertThat(inChroot.getChildren("/", false)).containsExactly("ttl");
            assertThat(inChroot.create("/x", null, Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL))
                    .isEqualTo("/x");
        }
    }

    public static void closesForGood(String connect, String path, Map<String, Runnable> control)
            throws Exception {
        ZooKeeper client = open(connect, new Events());
        client.close();
        assertThat(client.getState()).isEqualTo(ZooKeeper.States.CLOSED);
        assertThatThrownBy(() -> client.exists(path, false))
                .isInstanceOf(KeeperException.SessionExpiredException.class);
    }
}
