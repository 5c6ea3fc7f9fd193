package io.banyan.sim;

import io.banyan.tree.State;
import io.banyan.wire.Acl;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MultiHeader;
import io.banyan.wire.OpCode;
import io.banyan.wire.SnapshotSink;
import io.banyan.wire.Stat;
import io.banyan.wire.StatPersisted;
import io.banyan.wire.TxnHeader;
import io.banyan.wire.txn.CloseSessionTxn;
import io.banyan.wire.txn.DeleteTxn;
import io.banyan.wire.txn.SetDataTxn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The dumb twin of the tree after one transaction: znodes in a sorted map, rules as the protocol's
/// tables say them, as much of them as simulated clients use. Never changed once it is made.
final class Model {
    private static final String PROMISE = "LinearizableWrites";
    private static final long CONTAINER = Long.MIN_VALUE;
    private static final long TTL_MASK = 0xffL << 56;
    private static final int ANY_VERSION = -1;
    private static final String MEMBERSHIP = "/zookeeper/config";

    /// @param created children created so far
    record Node(
            @Nullable String data,
            long czxid,
            long mzxid,
            long ctime,
            long mtime,
            int version,
            int created,
            int aversion,
            long owner,
            long pzxid) {
        boolean isEphemeral() {
            return owner != 0 && owner != CONTAINER && (owner & TTL_MASK) != TTL_MASK;
        }
    }

    enum Kind {
        CREATED,
        DELETED,
        DATA_CHANGED
    }

    record Change(Kind kind, String path) {}

    /// What the client must be told.
    ///
    /// @param body null for none
    @SuppressWarnings("ArrayRecordComponent") // compared by hand
    record Outcome(long zxid, int err, byte @Nullable [] body) {}

    private long zxid;
    private final TreeMap<String, Node> nodes = new TreeMap<>();
    private final TreeMap<Long, Integer> sessions = new TreeMap<>();

    /// Sessions that were here once.
    private final TreeSet<Long> ended = new TreeSet<>();

    /// Whether others than {@link #sessions} may write: those that only their server knows.
    private boolean localSessions;

    private final List<Change> changes = new ArrayList<>();
    private @Nullable Outcome outcome;

    private Model(long zxid) {
        this.zxid = zxid;
    }

    /// What a state says of itself.
    static Model of(State state) {
        var model = new Model(state.zxid());
        try {
            state.writeTo(model.new Reader());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return model;
    }

    private final class Reader implements SnapshotSink {
        @Override
        public void session(long sessionId, int timeoutMillis) {
            sessions.put(sessionId, timeoutMillis);
        }

        @Override
        public void acl(long key, List<Acl> acl) {}

        @Override
        public void node(
                byte[] path, int pathEnd, byte @Nullable [] data, long aclKey, StatPersisted stat) {
            String name = pathEnd == 0 ? "/" : new String(path, 0, pathEnd, StandardCharsets.UTF_8);
            if (name.equals(MEMBERSHIP)) {
                // Each server writes its own there, by no transaction.
                nodes.put(name, new Node("", 0, 0, 0, 0, 0, 0, -1, 0, 0));
                return;
            }
            nodes.put(
                    name,
                    new Node(
                            data == null ? null : new String(data, StandardCharsets.ISO_8859_1),
                            stat.czxid(),
                            stat.mzxid(),
                            stat.ctime(),
                            stat.mtime(),
                            stat.version(),
                            stat.cversion(),
                            stat.aversion(),
                            stat.ephemeralOwner(),
                            stat.pzxid()));
        }
    }

    long zxid() {
        return zxid;
    }

    /// What its transaction changed, in order.
    List<Change> changes() {
        return changes;
    }

    /// Of the request behind its transaction; null where no client asked.
    @Nullable Outcome outcome() {
        return outcome;
    }

    @Nullable Node node(String path) {
        return nodes.get(path);
    }

    boolean hasSession(long sessionId) {
        return sessions.containsKey(sessionId);
    }

    boolean hadSession(long sessionId) {
        return ended.contains(sessionId);
    }

    /// From here on servers keep sessions of their own.
    Model withLocalSessions() {
        localSessions = true;
        return this;
    }

    /// @return null if both hold the same, else the first difference
    @Nullable String differenceFrom(Model other) {
        if (zxid != other.zxid) {
            return "zxid " + Long.toHexString(zxid) + " and " + Long.toHexString(other.zxid);
        }
        if (!sessions.equals(other.sessions)) {
            return "sessions " + sessions + " and " + other.sessions;
        }
        var paths = new TreeSet<>(nodes.keySet());
        paths.addAll(other.nodes.keySet());
        for (String path : paths) {
            Node mine = nodes.get(path);
            Node theirs = other.nodes.get(path);
            if (mine == null || !mine.equals(theirs)) {
                return path + ": " + mine + " and " + theirs;
            }
        }
        return null;
    }

    // ---- transactions

    /// The model after the next transaction.
    ///
    /// @param request what the client asked for; null if no client did
    /// @param doubled whether a master may refuse it because its session has moved
    /// @throws Violation if the transaction is not what the request must lead to
    Model after(byte[] payload, @Nullable Request request, boolean doubled) {
        var next = new Model(zxid);
        next.nodes.putAll(nodes);
        next.sessions.putAll(sessions);
        next.ended.addAll(ended);
        next.localSessions = localSessions;
        next.apply(new JuteReader(payload), request, doubled);
        return next;
    }

    private void apply(JuteReader in, @Nullable Request request, boolean doubled) {
        TxnHeader header = TxnHeader.decode(in);
        zxid = header.zxid();
        switch (header.type()) {
            case OpCode.CREATE_SESSION -> sessions.put(header.clientId(), in.readInt());
            case OpCode.CLOSE_SESSION -> {
                closeSession(header.clientId(), CloseSessionTxn.decode(in).pathsToDelete());
                outcome = new Outcome(zxid, ErrorCode.OK, null);
            }
            case OpCode.DELETE_CONTAINER -> reap(DeleteTxn.decode(in).path());
            default -> {
                int err = header.type() == OpCode.ERROR ? in.readInt() : 0;
                if (err == ErrorCode.SESSION_MOVED || (doubled && err == ErrorCode.BAD_ARGUMENTS)) {
                    outcome = new Outcome(zxid, err, null);
                } else {
                    decide(header, err, request, in);
                }
            }
        }
    }

    private void decide(TxnHeader header, int err, @Nullable Request request, JuteReader in) {
        if (request == null) {
            throw new Violation(PROMISE, "nobody asked for " + header);
        }
        long session = header.clientId();
        boolean mayBeLocal = localSessions && err != ErrorCode.SESSION_EXPIRED;
        if ((sessions.containsKey(session) || mayBeLocal) && request instanceof Request.Reconfig) {
            reconfigured(header, err, in);
            return;
        }
        boolean local = localSessions && !ended.contains(session);
        // A leader knows of its own that they are over; its client is not told this.
        boolean over = !local || err == ErrorCode.SESSION_EXPIRED;
        if (!sessions.containsKey(session) && over) {
            outcome = new Outcome(zxid, ErrorCode.SESSION_EXPIRED, null);
        } else if (request instanceof Request.Multi multi) {
            outcome = multi(multi, session, header.timeMillis());
        } else {
            var reply = new JuteWriter();
            int refused = one(request, session, header.timeMillis(), reply);
            outcome = new Outcome(zxid, refused, refused == 0 ? reply.toByteArray() : null);
        }
        Violation.unless(
                outcome.err() == err,
                PROMISE,
                request + " by " + header + ": error " + err + ", by the model " + outcome.err());
        Violation.unless(
                err != 0 || header.type() == request.opcode(),
                PROMISE,
                request + " became " + header);
    }

    /// What the members are to be, {@link LogAgreement} and the ensemble itself show.
    private void reconfigured(TxnHeader header, int err, JuteReader in) {
        if (err != ErrorCode.OK) {
            boolean known =
                    err == ErrorCode.RECONFIG_IN_PROGRESS
                            || err == ErrorCode.BAD_VERSION
                            || err == ErrorCode.BAD_ARGUMENTS
                            || err == ErrorCode.NEW_CONFIG_NO_QUORUM;
            Violation.unless(known, PROMISE, "a change of the members was refused with " + err);
            outcome = new Outcome(zxid, err, null);
            return;
        }
        Violation.unless(header.type() == OpCode.RECONFIG, PROMISE, "reconfig became " + header);
        SetDataTxn txn = SetDataTxn.decode(in);
        byte[] text = txn.data();
        Violation.unless(
                txn.path().equals(MEMBERSHIP) && text != null && txn.version() == -1,
                PROMISE,
                "reconfig became " + txn);
        var reply = new JuteWriter();
        reply.writeBuffer(text);
        new Stat(
                        0,
                        zxid,
                        0,
                        header.timeMillis(),
                        -1,
                        0,
                        -1,
                        0,
                        text == null ? 0 : text.length,
                        0,
                        0)
                .encode(reply);
        changes.add(new Change(Kind.DATA_CHANGED, MEMBERSHIP));
        outcome = new Outcome(zxid, ErrorCode.OK, reply.toByteArray());
    }

    private Outcome multi(Request.Multi multi, long session, long timeMillis) {
        var before = new TreeMap<>(nodes);
        var reply = new JuteWriter();
        for (int i = 0; i < multi.parts().size(); i++) {
            Request part = multi.parts().get(i);
            var result = new JuteWriter();
            int err = one(part, session, timeMillis, result);
            if (err != ErrorCode.OK) {
                nodes.clear();
                nodes.putAll(before);
                changes.clear();
                return new Outcome(zxid, ErrorCode.OK, failed(multi.parts().size(), i, err));
            }
            boolean create = part instanceof Request.Create;
            int type = create && part.opcode() != OpCode.CREATE ? OpCode.CREATE2 : part.opcode();
            new MultiHeader(type, false, 0).encode(reply);
            reply.writeRaw(result.array(), 0, result.length());
        }
        MultiHeader.END.encode(reply);
        return new Outcome(zxid, ErrorCode.OK, reply.toByteArray());
    }

    private static byte[] failed(int parts, int at, int err) {
        var reply = new JuteWriter();
        for (int i = 0; i < parts; i++) {
            int each = i < at ? 0 : i == at ? err : ErrorCode.RUNTIME_INCONSISTENCY;
            new MultiHeader(-1, false, each).encode(reply);
            reply.writeInt(each);
        }
        MultiHeader.END.encode(reply);
        return reply.toByteArray();
    }

    private int one(Request request, long session, long timeMillis, JuteWriter reply) {
        return switch (request) {
            case Request.Create create -> create(create, session, timeMillis, reply);
            case Request.Delete delete -> delete(delete);
            case Request.SetData set -> setData(set, timeMillis, reply);
            case Request.SetAcl set -> setAcl(set, reply);
            case Request.Check check -> {
                Node node = nodes.get(check.path());
                yield node == null
                        ? ErrorCode.NO_NODE
                        : fits(check.version(), node.version())
                                ? ErrorCode.OK
                                : ErrorCode.BAD_VERSION;
            }
            default -> throw new IllegalStateException(request + " is no write");
        };
    }

    private static boolean fits(int wanted, int version) {
        return wanted == ANY_VERSION || wanted == version;
    }

    private int create(Request.Create create, long session, long timeMillis, JuteWriter reply) {
        int flags = create.flags();
        if ((flags == 1 || flags == 3) && !sessions.containsKey(session)) {
            return ErrorCode.EPHEMERAL_ON_LOCAL_SESSION;
        }
        Node parent = nodes.get(parentOf(create.path()));
        if (parent == null) {
            return ErrorCode.NO_NODE;
        }
        boolean sequential = flags == 2 || flags == 3 || flags == 6;
        String path =
                sequential
                        ? create.path() + String.format(Locale.ROOT, "%010d", parent.created())
                        : create.path();
        if (nodes.containsKey(path)) {
            return ErrorCode.NODE_EXISTS;
        }
        if (parent.isEphemeral()) {
            return ErrorCode.NO_CHILDREN_FOR_EPHEMERALS;
        }
        long owner =
                switch (create.opcode()) {
                    case OpCode.CREATE_CONTAINER -> CONTAINER;
                    case OpCode.CREATE_TTL -> TTL_MASK | create.ttlMillis();
                    default -> flags == 1 || flags == 3 ? session : 0;
                };
        nodes.put(
                path,
                new Node(create.data(), zxid, zxid, timeMillis, timeMillis, 0, 0, 0, owner, zxid));
        nodes.put(parentOf(path), withChildren(parent, parent.created() + 1));
        changes.add(new Change(Kind.CREATED, path));
        reply.writeString(path);
        if (create.opcode() != OpCode.CREATE) {
            stat(path).encode(reply);
        }
        return ErrorCode.OK;
    }

    private Node withChildren(Node parent, int created) {
        return new Node(
                parent.data(),
                parent.czxid(),
                parent.mzxid(),
                parent.ctime(),
                parent.mtime(),
                parent.version(),
                created,
                parent.aversion(),
                parent.owner(),
                zxid);
    }

    private int delete(Request.Delete delete) {
        Node node = nodes.get(delete.path());
        if (node == null) {
            return ErrorCode.NO_NODE;
        }
        if (!fits(delete.version(), node.version())) {
            return ErrorCode.BAD_VERSION;
        }
        if (!children(delete.path()).isEmpty()) {
            return ErrorCode.NOT_EMPTY;
        }
        remove(delete.path());
        return ErrorCode.OK;
    }

    private void remove(String path) {
        nodes.remove(path);
        Node parent = nodes.get(parentOf(path));
        if (parent == null) {
            throw new IllegalStateException(path + " without parent");
        }
        nodes.put(parentOf(path), withChildren(parent, parent.created()));
        changes.add(new Change(Kind.DELETED, path));
    }

    private int setData(Request.SetData set, long timeMillis, JuteWriter reply) {
        Node node = nodes.get(set.path());
        if (node == null) {
            return ErrorCode.NO_NODE;
        }
        if (!fits(set.version(), node.version())) {
            return ErrorCode.BAD_VERSION;
        }
        nodes.put(
                set.path(),
                new Node(
                        set.data(),
                        node.czxid(),
                        zxid,
                        node.ctime(),
                        timeMillis,
                        node.version() + 1,
                        node.created(),
                        node.aversion(),
                        node.owner(),
                        node.pzxid()));
        changes.add(new Change(Kind.DATA_CHANGED, set.path()));
        stat(set.path()).encode(reply);
        return ErrorCode.OK;
    }

    private int setAcl(Request.SetAcl set, JuteWriter reply) {
        Node node = nodes.get(set.path());
        if (node == null) {
            return ErrorCode.NO_NODE;
        }
        if (!fits(set.version(), node.aversion())) {
            return ErrorCode.BAD_VERSION;
        }
        nodes.put(
                set.path(),
                new Node(
                        node.data(),
                        node.czxid(),
                        node.mzxid(),
                        node.ctime(),
                        node.mtime(),
                        node.version(),
                        node.created(),
                        node.aversion() + 1,
                        node.owner(),
                        node.pzxid()));
        stat(set.path()).encode(reply);
        return ErrorCode.OK;
    }

    private void closeSession(long session, @Nullable List<String> paths) {
        Violation.unless(
                sessions.remove(session) != null,
                "Ephemerals",
                "session 0x" + Long.toHexString(session) + " closed twice");
        ended.add(session);
        var owned = new TreeSet<String>(ephemeralsOf(session));
        Violation.unless(
                paths != null && owned.equals(new TreeSet<>(paths)) && owned.size() == paths.size(),
                "Ephemerals",
                "session 0x" + Long.toHexString(session) + " owns " + owned + ", died " + paths);
        if (paths != null) {
            paths.forEach(this::remove);
        }
    }

    private void reap(String path) {
        Node node = nodes.get(path);
        Violation.unless(
                node != null
                        && (node.owner() == CONTAINER || (node.owner() & TTL_MASK) == TTL_MASK)
                        && children(path).isEmpty()
                        && (node.owner() != CONTAINER || node.created() > 0),
                PROMISE,
                "reaped " + path + " which is " + node);
        remove(path);
    }

    // ---- reads

    List<String> ephemeralsOf(long session) {
        return nodes.entrySet().stream()
                .filter(each -> each.getValue().owner() == session)
                .map(Map.Entry::getKey)
                .toList();
    }

    /// Names, sorted.
    List<String> children(String path) {
        String prefix = path.equals("/") ? "/" : path + "/";
        var names = new ArrayList<String>();
        for (String each : nodes.tailMap(prefix, false).keySet()) {
            if (!each.startsWith(prefix)) {
                break;
            }
            String name = each.substring(prefix.length());
            if (name.indexOf('/') < 0) {
                names.add(name);
            }
        }
        return names;
    }

    Stat stat(String path) {
        Node node = nodes.get(path);
        if (node == null) {
            throw new IllegalStateException(path);
        }
        int count = children(path).size();
        String data = node.data();
        return new Stat(
                node.czxid(),
                node.mzxid(),
                node.ctime(),
                node.mtime(),
                node.version(),
                2 * node.created() - count,
                node.aversion(),
                node.isEphemeral() ? node.owner() : 0,
                data == null ? 0 : data.length(),
                count,
                node.pzxid());
    }

    static String parentOf(String path) {
        int slash = path.lastIndexOf('/');
        return slash == 0 ? "/" : path.substring(0, slash);
    }
}
