package io.banyan.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.wire.Acl;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.Id;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.OpCode;
import io.banyan.wire.SnapshotSink;
import io.banyan.wire.Stat;
import io.banyan.wire.StatPersisted;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// A tree with clients for tests: every write gets the next zxid, and is also applied from its
/// payload to a second state, which must stay equal.
final class World {
    static final long SESSION = 0x100001234560000L;
    static final Caller NOBODY = Caller.of(List.of());

    final TreeConfig config;
    final ZnodeTree tree;
    State state;
    State follower;
    long zxid;
    long wallMillis = 1_700_000_000_000L;
    long session = SESSION;
    Caller caller = NOBODY;
    @Nullable Applied last;
    final List<byte[]> log = new ArrayList<>();

    World() {
        this(TreeConfig.defaults());
    }

    World(TreeConfig config) {
        this.config = config;
        tree = new ZnodeTree(config);
        state = tree.fresh();
        follower = state;
        startSession(SESSION);
    }

    static World extended() {
        return new World(new TreeConfig(true, true, false, false, false, true, schemes()));
    }

    static List<AuthScheme> schemes() {
        return TreeConfig.defaults().schemes();
    }

    World startSession(long id) {
        long before = session;
        session = id;
        assertThat(write(OpCode.CREATE_SESSION, out -> out.writeInt(10_000)).err()).isZero();
        session = before;
        return this;
    }

    World as(long sessionId) {
        session = sessionId;
        return this;
    }

    World as(Id... ids) {
        caller = Caller.of(List.of(ids));
        return this;
    }

    Applied write(int opcode, Consumer<JuteWriter> body) {
        var out = new JuteWriter();
        out.writeLong(0x5a5a5a5a5a5a5a5aL); // The record need not begin at index 0.
        body.accept(out);
        byte[] bytes = out.toByteArray();
        return write(new WriteRequest(session, 7, opcode, bytes, 8, bytes.length, caller));
    }

    Applied write(WriteRequest request) {
        zxid++;
        wallMillis += 10;
        byte[] bodyBefore = request.body().clone();
        Applied applied = tree.evaluate(state, request, zxid, wallMillis);
        assertThat(request.body()).isEqualTo(bodyBefore);
        state = applied.state();
        assertThat(state.zxid()).isEqualTo(zxid);
        assertThat(state.digest()).isEqualTo(config.digestEnabled() ? digestOf(state) : 0);
        log.add(applied.payload());

        Applied replicated = tree.apply(follower, applied.payload());
        follower = replicated.state();
        assertThat(replicated.err()).isEqualTo(applied.err());
        assertThat(replicated.reply()).isEqualTo(applied.reply());
        assertThat(replicated.type()).isEqualTo(applied.type());
        assertThat(replicated.zxid()).isEqualTo(applied.zxid());
        assertThat(replicated.changes()).isEqualTo(applied.changes());
        assertThat(replicated.digestAgrees()).isTrue();
        assertThat(follower.digest()).isEqualTo(state.digest());
        last = applied;
        return applied;
    }

    // --- requests ---

    static void createBody(
            JuteWriter out,
            @Nullable String path,
            byte @Nullable [] data,
            @Nullable List<Acl> acl,
            int flags) {
        out.writeString(path);
        out.writeBuffer(data);
        out.writeVector(acl, (writer, each) -> each.encode(writer));
        out.writeInt(flags);
    }

    int create(String path) {
        return create(path, "", 0);
    }

    int create(@Nullable String path, @Nullable String data) {
        return create(path, data, 0);
    }

    int create(@Nullable String path, @Nullable String data, int flags) {
        return create(path, data, Acl.OPEN, flags);
    }

    int create(@Nullable String path, @Nullable String data, @Nullable List<Acl> acl, int flags) {
        return write(OpCode.CREATE, out -> createBody(out, path, dataOf(data), acl, flags)).err();
    }

    int create2(String path, String data, int flags) {
        return write(OpCode.CREATE2, out -> createBody(out, path, dataOf(data), Acl.OPEN, flags))
                .err();
    }

    int createContainer(String path) {
        return write(OpCode.CREATE_CONTAINER, out -> createBody(out, path, utf8(""), Acl.OPEN, 4))
                .err();
    }

    int createTtl(String path, int flags, long ttlMillis) {
        return write(
                        OpCode.CREATE_TTL,
                        out -> {
                            createBody(out, path, utf8(""), Acl.OPEN, flags);
                            out.writeLong(ttlMillis);
                        })
                .err();
    }

    int delete(String path, int version) {
        return write(
                        OpCode.DELETE,
                        out -> {
                            out.writeString(path);
                            out.writeInt(version);
                        })
                .err();
    }

    int reap(String path) {
        long before = session;
        session = 0;
        int err = write(OpCode.DELETE_CONTAINER, out -> out.writeString(path)).err();
        session = before;
        return err;
    }

    int setData(String path, @Nullable String data, int version) {
        return write(
                        OpCode.SET_DATA,
                        out -> {
                            out.writeString(path);
                            out.writeBuffer(dataOf(data));
                            out.writeInt(version);
                        })
                .err();
    }

    int setAcl(String path, @Nullable List<Acl> acl, int version) {
        return write(
                        OpCode.SET_ACL,
                        out -> {
                            out.writeString(path);
                            out.writeVector(acl, (writer, each) -> each.encode(writer));
                            out.writeInt(version);
                        })
                .err();
    }

    Applied closeSession(long id) {
        long before = session;
        session = id;
        Applied applied = write(OpCode.CLOSE_SESSION, _ -> {});
        session = before;
        return applied;
    }

    /// A multi in the making.
    static final class Ops {
        final JuteWriter out = new JuteWriter();

        Ops op(int type, Consumer<JuteWriter> body) {
            out.writeInt(type);
            out.writeBool(false);
            out.writeInt(-1);
            body.accept(out);
            return this;
        }

        Ops create(String path, String data) {
            return op(OpCode.CREATE, w -> createBody(w, path, utf8(data), Acl.OPEN, 0));
        }

        Ops create(int type, String path, int flags) {
            return op(type, w -> createBody(w, path, utf8(""), Acl.OPEN, flags));
        }

        Ops delete(String path, int version) {
            return op(
                    OpCode.DELETE,
                    w -> {
                        w.writeString(path);
                        w.writeInt(version);
                    });
        }

        Ops setData(String path, String data, int version) {
            return op(
                    OpCode.SET_DATA,
                    w -> {
                        w.writeString(path);
                        w.writeBuffer(utf8(data));
                        w.writeInt(version);
                    });
        }

        Ops check(String path, int version) {
            return op(
                    OpCode.CHECK,
                    w -> {
                        w.writeString(path);
                        w.writeInt(version);
                    });
        }

        byte[] end() {
            out.writeInt(-1);
            out.writeBool(true);
            out.writeInt(-1);
            return out.toByteArray();
        }
    }

    Applied multi(Ops ops) {
        byte[] body = ops.end();
        return write(new WriteRequest(session, 7, OpCode.MULTI, body, 0, body.length, caller));
    }

    // --- replies ---

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte @Nullable [] dataOf(@Nullable String text) {
        return text == null ? null : utf8(text);
    }

    JuteReader reply() {
        Applied applied = last;
        assertThat(applied).isNotNull();
        byte[] reply = applied.reply();
        assertThat(reply).isNotNull();
        return new JuteReader(reply);
    }

    String replyPath() {
        return reply().requireString();
    }

    List<String> changes() {
        Applied applied = last;
        assertThat(applied).isNotNull();
        return applied.changes().stream().map(Change::toString).toList();
    }

    /// A read's answer, or its error code.
    record Answer(int err, byte[] body) {
        JuteReader reader() {
            assertThat(err).isZero();
            return new JuteReader(body);
        }
    }

    @FunctionalInterface
    interface Read {
        int read(State state, byte[] path, int from, int end, Caller caller, JuteWriter out);
    }

    Answer read(Read read, String path) {
        byte[] bytes = utf8("xy" + path + "z");
        var out = new JuteWriter();
        out.writeInt(42); // Something may stand before the body.
        int err = read.read(state, bytes, 2, bytes.length - 1, caller, out);
        byte[] body = java.util.Arrays.copyOfRange(out.array(), 4, out.length());
        if (err != ErrorCode.OK) {
            assertThat(body).isEmpty();
        }
        return new Answer(err, body);
    }

    int exists(String path) {
        return read(tree::exists, path).err();
    }

    Stat stat(String path) {
        return Stat.decode(read(tree::exists, path).reader());
    }

    @Nullable String data(String path) {
        return read(tree::getData, path).reader().readString();
    }

    List<String> children(String path) {
        List<String> children =
                read(tree::getChildren, path).reader().readVector(JuteReader::requireString);
        assertThat(children).isNotNull();
        return children.stream().sorted().toList();
    }

    List<Acl> acl(String path) {
        return read(tree::getAcl, path).reader().readVector(Acl::decode);
    }

    List<String> ephemerals(long sessionId, @Nullable String prefix) {
        var out = new JuteWriter();
        assertThat(tree.getEphemerals(state, sessionId, prefix, out)).isZero();
        List<String> paths =
                new JuteReader(out.toByteArray()).readVector(JuteReader::requireString);
        return paths.stream().sorted().toList();
    }

    // --- whole states ---

    /// The digest from the ground up, by the book.
    static long digestOf(State state) {
        long[] sum = new long[1];
        visit(
                state,
                (path, data, acl, stat) -> {
                    if (path.startsWith("/zookeeper/")) {
                        return;
                    }
                    var out = new JuteWriter();
                    out.writeRaw(utf8(path), 0, utf8(path).length);
                    if (data != null) {
                        out.writeRaw(data, 0, data.length);
                    }
                    out.writeLong(stat.czxid());
                    out.writeLong(stat.mzxid());
                    out.writeLong(stat.pzxid());
                    out.writeLong(stat.ctime());
                    out.writeLong(stat.mtime());
                    out.writeInt(stat.version());
                    out.writeInt(stat.cversion());
                    out.writeInt(stat.aversion());
                    out.writeLong(stat.ephemeralOwner());
                    var crc = new CRC32();
                    crc.update(out.toByteArray());
                    sum[0] += crc.getValue();
                });
        return sum[0];
    }

    interface NodeVisitor {
        void node(String path, byte @Nullable [] data, List<Acl> acl, StatPersisted stat);
    }

    static void visit(State state, NodeVisitor visitor) {
        var acls = new java.util.HashMap<Long, List<Acl>>();
        acls.put(-1L, Acl.OPEN);
        try {
            state.writeTo(
                    new SnapshotSink() {
                        @Override
                        public void session(long sessionId, int timeoutMillis) {}

                        @Override
                        public void acl(long key, List<Acl> acl) {
                            assertThat(key).isPositive();
                            assertThat(acls.put(key, acl)).isNull();
                        }

                        @Override
                        public void node(
                                byte[] path,
                                int pathEnd,
                                byte @Nullable [] data,
                                long aclKey,
                                StatPersisted stat) {
                            assertThat(acls).containsKey(aclKey);
                            String text = new String(path, 0, pathEnd, StandardCharsets.UTF_8);
                            visitor.node(text, data, acls.get(aclKey), stat);
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Everything that a state holds, as sorted text: equal states have equal dumps.
    static List<String> dump(State state) {
        var lines = new ArrayList<String>();
        visit(
                state,
                (path, data, acl, stat) ->
                        lines.add(
                                "node "
                                        + path
                                        + " "
                                        + (data == null
                                                ? null
                                                : new String(data, StandardCharsets.UTF_8))
                                        + " "
                                        + acl
                                        + " "
                                        + stat));
        state.forEachSession((id, timeout, paths) ->
                lines.add(
                        "session "
                                + id
                                + " "
                                + timeout
                                + " "
                                + paths.stream()
                                        .map(p -> new String(p, StandardCharsets.UTF_8))
                                        .sorted()
                                        .toList()));
        lines.add(
                "nodes "
                        + state.nodeCount()
                        + " size "
                        + state.approximateDataSize()
                        + " ephemerals "
                        + state.ephemeralCount()
                        + " sessions "
                        + state.sessionCount()
                        + " digest "
                        + state.digest()
                        + " zxid "
                        + state.zxid());
        lines.add("containers " + texts(state.owners.containers));
        lines.add("ttls " + texts(state.owners.ttls));
        lines.add("quotas " + texts(state.quotas));
        lines.sort(null);
        return lines;
    }

    private static List<String> texts(PathSet set) {
        return set.toList().stream()
                .map(p -> new String(p, StandardCharsets.UTF_8))
                .sorted()
                .toList();
    }

    State reloaded() {
        return reloaded(tree, state);
    }

    static State reloaded(ZnodeTree tree, State state) {
        Loader loader = tree.loader();
        try {
            state.writeTo(loader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return loader.finish(state.zxid());
    }
}
