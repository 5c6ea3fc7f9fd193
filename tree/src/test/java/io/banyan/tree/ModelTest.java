package io.banyan.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.wire.Acl;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.Id;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.OpCode;
import io.banyan.wire.Stat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The tree against a dumb twin: a sorted map of whole paths, written down from ZooKeeper's rules.
final class ModelTest {
    private static final Id BOB = new Id("digest", DigestScheme.idOf("bob:pw", "SHA1"));
    private static final List<List<Acl>> LISTS =
            List.of(
                    Acl.OPEN,
                    Acl.OPEN,
                    Acl.OPEN,
                    List.of(new Acl(Acl.ALL, BOB)),
                    List.of(new Acl(Acl.READ, Id.ANYONE), new Acl(Acl.ALL, BOB)),
                    List.of(new Acl(Acl.ALL - Acl.DELETE, Id.ANYONE)));

    private static final List<String> SPECIAL =
            List.of("/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config");

    /// A znode of the twin.
    private static final class Node implements Cloneable {
        String data;
        List<Acl> acl;
        long czxid;
        long mzxid;
        long pzxid;
        long ctime;
        long mtime;
        int version;
        int creations;
        int aversion;
        long owner;

        Node copy() {
            try {
                return (Node) clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /// The twin.
    private static final class Model {
        TreeMap<String, Node> nodes = new TreeMap<>();
        TreeSet<Long> sessions = new TreeSet<>();
        boolean bob;

        Model() {
            nodes.put("/", fresh());
            nodes.put("/zookeeper", fresh());
            nodes.put("/zookeeper/quota", fresh());
            Node config = fresh();
            config.aversion = -1;
            config.acl = Acl.READ_ONLY;
            nodes.put("/zookeeper/config", config);
        }

        private static Node fresh() {
            Node node = new Node();
            node.data = "";
            node.acl = Acl.OPEN;
            return node;
        }

        Model copy() {
            Model copy = new Model();
            copy.nodes = new TreeMap<>();
            nodes.forEach((path, node) -> copy.nodes.put(path, node.copy()));
            copy.sessions = new TreeSet<>(sessions);
            copy.bob = bob;
            return copy;
        }

        boolean may(Node node, int perm) {
            for (Acl acl : node.acl) {
                boolean meant = acl.id().equals(Id.ANYONE) || (bob && acl.id().equals(BOB));
                if (meant && (acl.perms() & perm) != 0) {
                    return true;
                }
            }
            return false;
        }

        static String parent(String path) {
            int slash = path.lastIndexOf('/');
            return slash == 0 ? "/" : path.substring(0, slash);
        }

        List<String> children(String path) {
            String prefix = path.equals("/") ? "/" : path + "/";
            var names = new ArrayList<String>();
            for (String each : nodes.keySet()) {
                if (each.length() > prefix.length()
                        && each.startsWith(prefix)
                        && each.indexOf('/', prefix.length()) < 0) {
                    names.add(each.substring(prefix.length()));
                }
            }
            return names;
        }

        int descendants(String path) {
            String prefix = path.equals("/") ? "/" : path + "/";
            return (int)
                    nodes.keySet().stream()
                            .filter(each -> each.startsWith(prefix) && !each.equals(path))
                            .count();
        }

        Stat stat(String path) {
            Node node = nodes.get(path);
            int children = children(path).size();
            return new Stat(
                    node.czxid,
                    node.mzxid,
                    node.ctime,
                    node.mtime,
                    node.version,
                    2 * node.creations - children,
                    node.aversion,
                    node.owner == Long.MIN_VALUE ? 0 : node.owner,
                    node.data == null ? 0 : node.data.length(),
                    children,
                    node.pzxid);
        }

        int check(String path, int version) {
            Node node = nodes.get(path);
            if (node == null) {
                return ErrorCode.NO_NODE;
            }
            if (!may(node, Acl.READ)) {
                return ErrorCode.NO_AUTH;
            }
            return version == -1 || version == node.version ? 0 : ErrorCode.BAD_VERSION;
        }

        /// @return the error, or the path made
        Object create(
                String path,
                String data,
                List<Acl> acl,
                int mode,
                long session,
                long zxid,
                long ms) {
            Node parent = nodes.get(parent(path));
            if ((mode & 1) != 0 && !sessions.contains(session)) {
                return ErrorCode.SESSION_EXPIRED;
            }
            if (parent == null) {
                return ErrorCode.NO_NODE;
            }
            if (!may(parent, Acl.CREATE)) {
                return ErrorCode.NO_AUTH;
            }
            String made =
                    (mode & 2) != 0
                            ? path + String.format(Locale.ROOT, "%010d", parent.creations)
                            : path;
            if (nodes.containsKey(made)) {
                return ErrorCode.NODE_EXISTS;
            }
            if (parent.owner != 0 && parent.owner != Long.MIN_VALUE) {
                return ErrorCode.NO_CHILDREN_FOR_EPHEMERALS;
            }
            Node node = fresh();
            node.data = data;
            node.acl = acl;
            node.czxid = zxid;
            node.mzxid = zxid;
            node.pzxid = zxid;
            node.ctime = ms;
            node.mtime = ms;
            node.owner = mode == 4 ? Long.MIN_VALUE : (mode & 1) != 0 ? session : 0;
            nodes.put(made, node);
            parent.creations++;
            parent.pzxid = zxid;
            return made;
        }

        int delete(String path, int version, long zxid) {
            if (SPECIAL.contains(path)) {
                return ErrorCode.BAD_ARGUMENTS;
            }
            Node parent = nodes.get(parent(path));
            if (parent == null) {
                return ErrorCode.NO_NODE;
            }
            if (!may(parent, Acl.DELETE)) {
                return ErrorCode.NO_AUTH;
            }
            Node node = nodes.get(path);
            if (node == null) {
                return ErrorCode.NO_NODE;
            }
            if (version != -1 && version != node.version) {
                return ErrorCode.BAD_VERSION;
            }
            if (!children(path).isEmpty()) {
                return ErrorCode.NOT_EMPTY;
            }
            nodes.remove(path);
            parent.pzxid = zxid;
            return 0;
        }

        int setData(String path, String data, int version, long zxid, long ms) {
            Node node = nodes.get(path);
            if (node == null) {
                return ErrorCode.NO_NODE;
            }
            if (!may(node, Acl.WRITE)) {
                return ErrorCode.NO_AUTH;
            }
            if (version != -1 && version != node.version) {
                return ErrorCode.BAD_VERSION;
            }
            node.data = data;
            node.version++;
            node.mzxid = zxid;
            node.mtime = ms;
            return 0;
        }

        int setAcl(String path, List<Acl> acl, int version) {
            Node node = nodes.get(path);
            if (node == null) {
                return ErrorCode.NO_NODE;
            }
            if (!may(node, Acl.ADMIN)) {
                return ErrorCode.NO_AUTH;
            }
            if (version != -1 && version != node.aversion) {
                return ErrorCode.BAD_VERSION;
            }
            node.acl = acl;
            node.aversion++;
            return 0;
        }

        List<String> ephemerals(long session) {
            return nodes.entrySet().stream()
                    .filter(entry -> entry.getValue().owner == session)
                    .map(java.util.Map.Entry::getKey)
                    .toList();
        }

        void close(long session, long zxid) {
            for (String path : ephemerals(session)) {
                nodes.remove(path);
                nodes.get(parent(path)).pzxid = zxid;
            }
            sessions.remove(session);
        }
    }

    private final World world = new World();
    private Model model = new Model();
    private Random random = new Random();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void treeAndTwinAgreeOnEveryAnswerAndEveryState(long seed) {
        random = new Random(seed);
        model.sessions.add(World.SESSION);
        for (int i = 0; i < 1_000; i++) {
            step();
            if (i % 50 == 0) {
                assertSameTree();
            }
        }
        assertSameTree();
        world.state = world.reloaded();
        assertSameTree();
    }

    private String path() {
        var path = new StringBuilder("/" + (char) ('a' + random.nextInt(3)));
        for (int depth = random.nextInt(4); depth > 0; depth--) {
            path.append('/').append((char) ('a' + random.nextInt(3)));
        }
        if (random.nextInt(12) == 0) {
            var all = new ArrayList<String>(model.nodes.keySet());
            return all.get(random.nextInt(all.size()));
        }
        return path.toString();
    }

    private String data() {
        return random.nextInt(8) == 0 ? null : "d".repeat(random.nextInt(40));
    }

    private int version() {
        return random.nextInt(3) - 1;
    }

    private List<Acl> acl() {
        return LISTS.get(random.nextInt(LISTS.size()));
    }

    private void step() {
        model.bob = random.nextBoolean();
        world.caller = model.bob ? Caller.of(List.of(BOB)) : World.NOBODY;
        world.session = random.nextInt(4) == 0 ? 2 + random.nextInt(3) : World.SESSION;
        switch (random.nextInt(12)) {
            case 0, 1, 2, 3 -> create();
            case 4, 5 -> delete();
            case 6, 7 -> setData();
            case 8 -> setAcl();
            case 9, 10 -> multi();
            default -> session();
        }
    }

    private void create() {
        String path = path();
        if (path.equals("/")) {
            return;
        }
        String data = data();
        List<Acl> acl = acl();
        int mode = random.nextInt(5);
        int op =
                mode == 4
                        ? OpCode.CREATE_CONTAINER
                        : random.nextBoolean() ? OpCode.CREATE : OpCode.CREATE2;

        int err = world.write(op, out -> World.createBody(out, path, bytes(data), acl, mode)).err();

        Object expected =
                model.create(path, data, acl, mode, world.session, world.zxid, world.wallMillis);
        if (expected instanceof String made) {
            assertThat(err).isZero();
            JuteReader in = world.reply();
            assertThat(in.readString()).isEqualTo(made);
            if (op != OpCode.CREATE) {
                assertThat(Stat.decode(in)).isEqualTo(model.stat(made));
            }
            assertThat(in.remaining()).isZero();
            assertThat(world.changes()).containsExactly("CREATED " + made);
        } else {
            assertThat(err).isEqualTo(expected);
        }
    }

    private static byte[] bytes(String data) {
        return data == null ? null : World.utf8(data);
    }

    private void delete() {
        String path = path();
        if (path.equals("/")) {
            return;
        }
        int version = version();
        int err = world.delete(path, version);
        assertThat(err).isEqualTo(model.delete(path, version, world.zxid));
    }

    private void setData() {
        String path = path();
        String data = data();
        int version = version();
        int err = world.setData(path, data, version);
        assertThat(err).isEqualTo(model.setData(path, data, version, world.zxid, world.wallMillis));
        if (err == 0) {
            assertThat(Stat.decode(world.reply())).isEqualTo(model.stat(path));
        }
    }

    private void setAcl() {
        String path = path();
        List<Acl> acl = acl();
        int version = version();
        int err = world.setAcl(path, acl, version);
        assertThat(err).isEqualTo(model.setAcl(path, acl, version));
        if (err == 0) {
            assertThat(Stat.decode(world.reply())).isEqualTo(model.stat(path));
        }
    }

    private void session() {
        long id = 2 + random.nextInt(3);
        if (model.sessions.add(id)) {
            world.startSession(id);
            return;
        }
        List<String> expected =
                model.ephemerals(id).stream().map(path -> "DELETED " + path).toList();
        world.closeSession(id);
        model.close(id, world.zxid);
        assertThat(world.changes()).hasSameElementsAs(expected);
    }

    private void multi() {
        var ops = new World.Ops();
        Model after = model.copy();
        long zxid = world.zxid + 1;
        long ms = world.wallMillis + 10;
        int failed = -1;
        int failure = 0;
        var results = new JuteWriter();
        int count = random.nextInt(5);
        for (int i = 0; i < count; i++) {
            Object outcome = multiStep(ops, after, zxid, ms, results);
            if (failed < 0 && outcome instanceof Integer code && code != 0) {
                failed = i;
                failure = code;
            }
        }
        Multi.writeEnd(results);
        if (failed >= 0) {
            results.clear();
            for (int i = 0; i < count; i++) {
                Multi.writeError(results, i < failed ? 0 : i == failed ? failure : -2);
            }
            Multi.writeEnd(results);
        } else {
            model = after;
        }

        Applied applied = world.multi(ops);

        assertThat(applied.err()).isZero();
        assertThat(applied.reply()).isEqualTo(results.toByteArray());
    }

    private Object multiStep(World.Ops ops, Model after, long zxid, long ms, JuteWriter results) {
        String path = path();
        while (path.equals("/")) {
            path = path();
        }
        String target = path;
        switch (random.nextInt(4)) {
            case 0 -> {
                int mode = random.nextInt(5);
                int op = random.nextBoolean() ? OpCode.CREATE : OpCode.CREATE2;
                ops.create(op, target, mode);
                Object outcome = after.create(target, "", Acl.OPEN, mode, world.session, zxid, ms);
                if (outcome instanceof String made) {
                    boolean withStat = op == OpCode.CREATE2 || mode == 4;
                    Multi.writeHeader(results, withStat ? OpCode.CREATE2 : OpCode.CREATE, 0);
                    results.writeString(made);
                    if (withStat) {
                        after.stat(made).encode(results);
                    }
                }
                return outcome;
            }
            case 1 -> {
                int version = version();
                ops.delete(target, version);
                Multi.writeHeader(results, OpCode.DELETE, 0);
                return after.delete(target, version, zxid);
            }
            case 2 -> {
                int version = version();
                ops.setData(target, "multi", version);
                int err = after.setData(target, "multi", version, zxid, ms);
                if (err == 0) {
                    Multi.writeHeader(results, OpCode.SET_DATA, 0);
                    after.stat(target).encode(results);
                }
                return err;
            }
            default -> {
                int version = version();
                ops.check(target, version);
                Multi.writeHeader(results, OpCode.CHECK, 0);
                return after.check(target, version);
            }
        }
    }

    private void assertSameTree() {
        Caller before = world.caller;
        world.caller = Caller.of(List.of(new Id("super", "")));
        for (String path : model.nodes.keySet()) {
            Node node = model.nodes.get(path);
            assertThat(world.stat(path)).as(path).isEqualTo(model.stat(path));
            assertThat(world.data(path)).isEqualTo(node.data);
            assertThat(world.children(path)).isEqualTo(model.children(path));
            assertThat(world.acl(path)).isEqualTo(node.acl);
            assertThat(world.read(world.tree::getAllChildrenNumber, path).reader().readInt())
                    .isEqualTo(model.descendants(path));
        }
        assertThat(world.state.nodeCount()).isEqualTo(model.nodes.size() + 1);
        assertThat(world.state.sessionCount()).isEqualTo(model.sessions.size());
        int ephemerals = 0;
        for (long session : model.sessions) {
            assertThat(world.ephemerals(session, null)).isEqualTo(model.ephemerals(session));
            ephemerals += model.ephemerals(session).size();
        }
        assertThat(world.state.ephemeralCount()).isEqualTo(ephemerals);
        world.caller = before;
        assertThat(World.dump(world.follower.withZxid(0)))
                .isEqualTo(World.dump(world.state.withZxid(0)));
    }
}
