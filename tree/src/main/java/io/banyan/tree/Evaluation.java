package io.banyan.tree;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.banyan.wire.Acl;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.OpCode;
import io.banyan.wire.Stat;
import io.banyan.wire.TxnHeader;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One write being decided. Used once, confined to one thread.
///
/// Each operation checks in the order in which ZooKeeper does, since the order decides which error
/// a client sees; then it writes its record into the transaction, its result into the reply, and
/// carries itself out on the draft. The first refusal ends everything, and the draft is dropped.
final class Evaluation {
    private static final int ANY_VERSION = -1;
    static final int DIGEST_VERSION = 2;
    static final int DIGEST_BYTES = Integer.BYTES + Long.BYTES;

    private static final int EPHEMERAL_FLAG = 1;
    private static final int SEQUENTIAL_FLAG = 2;
    private static final int FLAGS_MAX = 6;
    private static final int CONTAINER_FLAGS = 4;
    private static final int NUMBER_DIGITS = 10;
    private static final long NO_TTL = -1;

    private final TreeConfig config;
    private final Permissions permissions;
    private final State head;
    private final WriteRequest request;
    private final long zxid;
    private final long wallMillis;

    private final Draft draft;
    private final JuteReader in;
    private final JuteWriter txn;

    /// As long as the commonest reply, a stat.
    private final JuteWriter reply = new JuteWriter(Stat.BYTES);

    private final Fields node = new Fields();
    private boolean multiFailed;

    Evaluation(
            TreeConfig config,
            Permissions permissions,
            State head,
            WriteRequest request,
            long zxid,
            long wallMillis) {
        this.config = config;
        this.permissions = permissions;
        this.head = head;
        this.request = request;
        this.zxid = zxid;
        this.wallMillis = wallMillis;
        boolean manySteps =
                request.opcode() == OpCode.MULTI || request.opcode() == OpCode.CLOSE_SESSION;
        draft = new Draft(config, head, zxid, wallMillis, manySteps ? new Edit() : null);
        in = new JuteReader(request.body(), request.from(), request.end());
        // Most transactions are as long as their request, creations a byte longer: then nothing has
        // to be copied at the end.
        boolean creates = request.opcode() == OpCode.CREATE || request.opcode() == OpCode.CREATE2;
        int digestBytes = config.digestEnabled() ? DIGEST_BYTES : 0;
        int requestBytes = request.end() - request.from();
        txn = new JuteWriter(TxnHeader.BYTES + requestBytes + (creates ? 1 : 0) + digestBytes);
    }

    Applied run() {
        writeHeader(request.opcode());
        int err;
        try {
            err = request.opcode() == OpCode.MULTI ? multi() : single(request.opcode());
        } catch (MalformedRecord e) {
            // ZooKeeper logs this refusal under the zxid before; ours takes its own.
            err = ErrorCode.MARSHALLING_ERROR;
        }
        if (err != ErrorCode.OK) {
            return refused(head, request.sessionId(), request.cxid(), err, zxid, wallMillis);
        }
        if (multiFailed) {
            return applied(head.withZxid(zxid), true, List.of());
        }
        boolean answered =
                request.opcode() != OpCode.CREATE_SESSION
                        && request.opcode() != OpCode.CLOSE_SESSION
                        && request.opcode() != OpCode.DELETE
                        && request.opcode() != OpCode.DELETE_CONTAINER;
        return applied(draft.finish(), answered, draft.changes());
    }

    private Applied applied(State state, boolean answered, List<Change> changes) {
        if (config.digestEnabled()) {
            txn.writeInt(DIGEST_VERSION);
            txn.writeLong(state.digest());
        }
        return new Applied(
                state,
                zxid,
                request.opcode(),
                request.sessionId(),
                request.cxid(),
                bytes(txn),
                ErrorCode.OK,
                answered ? bytes(reply) : null,
                changes,
                true);
    }

    /// What was written, without a copy if the array is full. The writer is not used any more.
    static byte[] bytes(JuteWriter written) {
        byte[] array = written.array();
        return array.length == written.length() ? array : written.toByteArray();
    }

    private void writeHeader(int type) {
        new TxnHeader(request.sessionId(), request.cxid(), zxid, wallMillis, type).encode(txn);
    }

    /// A transaction that does nothing but say no.
    static Applied refused(
            State head, long sessionId, int cxid, int err, long zxid, long wallMillis) {
        var out = new JuteWriter(TxnHeader.BYTES + Integer.BYTES);
        new TxnHeader(sessionId, cxid, zxid, wallMillis, OpCode.ERROR).encode(out);
        out.writeInt(err);
        return new Applied(
                head.withZxid(zxid),
                zxid,
                OpCode.ERROR,
                sessionId,
                cxid,
                out.array(),
                err,
                null,
                List.of(),
                true);
    }

    private int single(int opcode) {
        return switch (opcode) {
            case OpCode.CREATE, OpCode.CREATE2, OpCode.CREATE_CONTAINER, OpCode.CREATE_TTL ->
                    create(opcode, opcode);
            case OpCode.DELETE -> delete();
            case OpCode.DELETE_CONTAINER -> deleteContainer();
            case OpCode.SET_DATA -> setData();
            case OpCode.SET_ACL -> setAcl();
            case OpCode.CREATE_SESSION -> createSession();
            case OpCode.CLOSE_SESSION -> closeSession();
            default -> ErrorCode.UNIMPLEMENTED; // Any int may come from the wire.
        };
    }

    // --- create ---

    /// @param requested decides how the record reads, `opcode` what is made of it
    private int create(int requested, int opcode) {
        int pathFrom = requirePathFrom();
        int pathEnd = in.position();
        int dataLength = in.skipBuffer();
        int dataEnd = dataLength < 0 ? -1 : in.position();
        int dataFrom = in.position() - Math.max(dataLength, 0);
        int aclFrom = in.position();
        skipAcl();
        int aclEnd = in.position();
        int flags = in.readInt();
        long ttlRead = requested == OpCode.CREATE_TTL ? in.readLong() : NO_TTL;
        // A creation that is not taken for one with TTL has none: its ttl went unread.
        long ttlMillis = requested == opcode ? ttlRead : NO_TTL;
        node.data(in.array(), dataFrom, dataEnd);
        return create(opcode, pathFrom, pathEnd, aclFrom, aclEnd, flags, ttlMillis);
    }

    private int create(
            int opcode, int from, int end, int aclFrom, int aclEnd, int flags, long ttlMillis) {
        if (flags < 0 || flags > FLAGS_MAX) {
            return ErrorCode.BAD_ARGUMENTS;
        }
        boolean ttlMode = flags > CONTAINER_FLAGS;
        if (ttlMode && !config.extendedTypesEnabled()) {
            return ErrorCode.UNIMPLEMENTED;
        }
        boolean goodTtl =
                ttlMode ? ttlMillis >= 1 && ttlMillis <= OwnerKind.TTL_MILLIS_MAX : ttlMillis < 0;
        // A TTL request without a TTL mode: ZooKeeper lets a negative TTL pass and fails later.
        if (!goodTtl || (opcode == OpCode.CREATE_TTL && !ttlMode)) {
            return ErrorCode.BAD_ARGUMENTS;
        }
        boolean ephemeral = flags == EPHEMERAL_FLAG || flags == 3;
        if (ephemeral && !draft.hasSession(request.sessionId())) {
            // Nobody would ever delete it.
            return ErrorCode.SESSION_EXPIRED;
        }
        byte[] path = in.array();
        int slash = Paths.lastSlash(path, from, end);
        if (slash < 0 || Paths.hasNul(path, from, end)) {
            return ErrorCode.BAD_ARGUMENTS;
        }
        boolean open = AclTable.isOpen(path, aclFrom, aclEnd);
        List<Acl> acl = open ? Acl.OPEN : resolvedAcl(aclFrom, aclEnd);
        if (acl == null) {
            return ErrorCode.INVALID_ACL;
        }
        Object parent = draft.seek(path, from, slash);
        if (parent == null) {
            return ErrorCode.NO_NODE;
        }
        if (!allowed(parent, Acl.CREATE)) {
            return ErrorCode.NO_AUTH;
        }
        var parentFields = new Fields();
        parentFields.read(parent);
        boolean sequential = flags == SEQUENTIAL_FLAG || flags == 3 || flags == FLAGS_MAX;
        if (sequential) {
            byte[] numbered = numbered(path, from, end, parentFields.cversion);
            return create(
                    opcode, numbered, 0, numbered.length, acl, ephemeral, ttlMillis, parentFields);
        }
        return create(opcode, path, from, end, acl, ephemeral, ttlMillis, parentFields);
    }

    private int create(
            int opcode,
            byte[] path,
            int from,
            int end,
            List<Acl> acl,
            boolean ephemeral,
            long ttlMillis,
            Fields parent) {
        if (!Paths.isValid(path, from, end)) {
            return ErrorCode.BAD_ARGUMENTS;
        }
        if (draft.seek(path, from, end) != null) {
            return ErrorCode.NODE_EXISTS;
        }
        if (OwnerKind.of(parent.owner, config) == OwnerKind.EPHEMERAL) {
            return ErrorCode.NO_CHILDREN_FOR_EPHEMERALS;
        }
        if (draft.exceedsQuota(path, from, end, 1, node.dataLength())) {
            return ErrorCode.QUOTA_EXCEEDED;
        }
        long owner =
                switch (opcode) {
                    case OpCode.CREATE_CONTAINER -> OwnerKind.CONTAINER_OWNER;
                    case OpCode.CREATE_TTL -> OwnerKind.ttlOwner(ttlMillis);
                    default -> ephemeral ? request.sessionId() : 0;
                };
        int parentCversion = parent.cversion + 1;

        txn.writeBuffer(path, from, end);
        writeData();
        txn.writeVector(acl, (out, each) -> each.encode(out));
        if (opcode == OpCode.CREATE || opcode == OpCode.CREATE2) {
            txn.writeBool(ephemeral);
        }
        txn.writeInt(parentCversion);
        if (opcode == OpCode.CREATE_TTL) {
            txn.writeLong(ttlMillis);
        }
        require(draft.create(path, from, end, node, acl, owner, parentCversion));
        reply.writeBuffer(path, from, end);
        if (opcode != OpCode.CREATE) {
            node.writeStat(config, reply);
        }
        return ErrorCode.OK;
    }

    /// The path with the number of creations that the parent has seen, in ten digits as Java's
    /// `%010d` writes it: after two thousand million creations a sign and ten digits.
    private static byte[] numbered(byte[] path, int from, int end, int number) {
        if (number < 0) {
            byte[] text = String.format(Locale.ENGLISH, "%010d", number).getBytes(US_ASCII);
            byte[] signed = Arrays.copyOfRange(path, from, end + text.length);
            System.arraycopy(text, 0, signed, end - from, text.length);
            return signed;
        }
        byte[] numbered = Arrays.copyOfRange(path, from, end + NUMBER_DIGITS);
        int left = number;
        for (int at = numbered.length - 1; at >= end - from; at--) {
            numbered[at] = (byte) ('0' + left % 10);
            left /= 10;
        }
        return numbered;
    }

    // --- the others ---

    private int delete() {
        int from = requirePathFrom();
        int end = in.position();
        int version = in.readInt();
        byte[] path = in.array();
        int slash = Paths.lastSlash(path, from, end);
        if (slash < 0 || Paths.hasNul(path, from, end) || Paths.isSpecial(path, from, end)) {
            return ErrorCode.BAD_ARGUMENTS;
        }
        Object parent = draft.seek(path, from, slash);
        if (parent == null) {
            return ErrorCode.NO_NODE;
        }
        if (!allowed(parent, Acl.DELETE)) {
            return ErrorCode.NO_AUTH;
        }
        Object entry = draft.seek(path, from, end);
        if (entry == null) {
            return ErrorCode.NO_NODE;
        }
        node.read(entry);
        if (version != ANY_VERSION && version != node.version) {
            return ErrorCode.BAD_VERSION;
        }
        return deleteChecked(path, from, end);
    }

    private int deleteContainer() {
        int from = requirePathFrom();
        int end = in.position();
        byte[] path = in.array();
        if (Paths.lastSlash(path, from, end) < 0
                || Paths.hasNul(path, from, end)
                || Paths.isSpecial(path, from, end)) {
            return ErrorCode.BAD_ARGUMENTS;
        }
        Object entry = draft.seek(path, from, end);
        if (entry == null) {
            return ErrorCode.NO_NODE;
        }
        node.read(entry);
        if (node.childCount > 0) {
            return ErrorCode.NOT_EMPTY;
        }
        if (OwnerKind.of(node.owner, config) == OwnerKind.EPHEMERAL) {
            return ErrorCode.BAD_VERSION;
        }
        return deleteChecked(path, from, end);
    }

    private int deleteChecked(byte[] path, int from, int end) {
        if (node.childCount > 0) {
            return ErrorCode.NOT_EMPTY;
        }
        txn.writeBuffer(path, from, end);
        require(draft.delete(path, from, end));
        return ErrorCode.OK;
    }

    private int setData() {
        int from = pathFrom();
        int end = in.position();
        int dataLength = in.skipBuffer();
        int dataEnd = dataLength < 0 ? -1 : in.position();
        int dataFrom = in.position() - Math.max(dataLength, 0);
        int version = in.readInt();
        byte[] path = in.array();
        if (!Paths.isValid(path, from, end)) {
            return ErrorCode.BAD_ARGUMENTS;
        }
        Object entry = draft.seek(path, from, end);
        if (entry == null) {
            return ErrorCode.NO_NODE;
        }
        if (!allowed(entry, Acl.WRITE)) {
            return ErrorCode.NO_AUTH;
        }
        node.read(entry);
        int bytesMore = Math.max(dataLength, 0) - node.dataLength();
        if (draft.exceedsQuota(path, from, end, 0, bytesMore)) {
            return ErrorCode.QUOTA_EXCEEDED;
        }
        if (version != ANY_VERSION && version != node.version) {
            return ErrorCode.BAD_VERSION;
        }
        int newVersion = node.version + 1;
        require(draft.setData(path, from, end, node, path, dataFrom, dataEnd, newVersion));
        txn.writeBuffer(path, from, end);
        writeData();
        txn.writeInt(newVersion);
        node.writeStat(config, reply);
        return ErrorCode.OK;
    }

    /// A change of the members that the caller has checked already: all but who may do it.
    ///
    /// @param text of the new configuration
    Applied reconfig(byte[] text) {
        writeHeader(OpCode.RECONFIG);
        byte[] path = Paths.CONFIG;
        Object entry = draft.seek(path, 0, path.length);
        int err =
                entry == null
                        ? ErrorCode.NO_NODE
                        : allowed(entry, Acl.WRITE) ? ErrorCode.OK : ErrorCode.NO_AUTH;
        if (err != ErrorCode.OK) {
            return refused(head, request.sessionId(), request.cxid(), err, zxid, wallMillis);
        }
        require(draft.setData(path, 0, path.length, node, text, 0, text.length, ANY_VERSION));
        txn.writeBuffer(path);
        txn.writeBuffer(text);
        txn.writeInt(ANY_VERSION);
        reply.writeBuffer(text);
        node.writeStat(config, reply);
        return applied(draft.finish(), true, draft.changes());
    }

    private int setAcl() {
        int from = pathFrom();
        int end = in.position();
        int aclFrom = in.position();
        skipAcl();
        int aclEnd = in.position();
        int version = in.readInt();
        byte[] path = in.array();
        if (!Paths.isValid(path, from, end)) {
            return ErrorCode.BAD_ARGUMENTS;
        }
        List<Acl> acl = resolvedAcl(aclFrom, aclEnd);
        if (acl == null) {
            return ErrorCode.INVALID_ACL;
        }
        Object entry = draft.seek(path, from, end);
        if (entry == null) {
            return ErrorCode.NO_NODE;
        }
        if (!allowed(entry, Acl.ADMIN)) {
            return ErrorCode.NO_AUTH;
        }
        node.read(entry);
        if (version != ANY_VERSION && version != node.aversion) {
            return ErrorCode.BAD_VERSION;
        }
        int newVersion = node.aversion + 1;
        require(draft.setAcl(path, from, end, node, acl, newVersion));
        txn.writeBuffer(path, from, end);
        txn.writeVector(acl, (out, each) -> each.encode(out));
        txn.writeInt(newVersion);
        node.writeStat(config, reply);
        return ErrorCode.OK;
    }

    private int check() {
        int from = requirePathFrom();
        int end = in.position();
        int version = in.readInt();
        byte[] path = in.array();
        if (!Paths.isValid(path, from, end)) {
            return ErrorCode.BAD_ARGUMENTS;
        }
        Object entry = draft.seek(path, from, end);
        if (entry == null) {
            return ErrorCode.NO_NODE;
        }
        if (!allowed(entry, Acl.READ)) {
            return ErrorCode.NO_AUTH;
        }
        node.read(entry);
        if (version != ANY_VERSION && version != node.version) {
            return ErrorCode.BAD_VERSION;
        }
        txn.writeBuffer(path, from, end);
        txn.writeInt(node.version + 1);
        return ErrorCode.OK;
    }

    private int createSession() {
        int timeoutMillis = in.readInt();
        draft.createSession(request.sessionId(), timeoutMillis);
        txn.writeInt(timeoutMillis);
        return ErrorCode.OK;
    }

    private int closeSession() {
        List<byte[]> paths = draft.ephemeralsOf(request.sessionId());
        if (config.closeSessionTxnPaths()) {
            txn.writeVector(paths, JuteWriter::writeBuffer);
        }
        draft.closeSession(request.sessionId(), paths);
        return ErrorCode.OK;
    }

    // --- multi ---

    private int multi() {
        int bodyFrom = in.position();
        int[] types = operationTypes();
        in.reset(request.body(), bodyFrom, request.end());
        txn.writeInt(types.length);
        for (int i = 0; i < types.length; i++) {
            int mark = txn.length();
            int requested = in.readInt();
            in.readBool();
            in.readInt();
            txn.writeInt(types[i]);
            int lengthAt = txn.length();
            txn.writeInt(0);
            Multi.writeHeader(reply, Multi.resultType(types[i]), ErrorCode.OK);
            int err = operation(requested, types[i]);
            if (err != ErrorCode.OK) {
                txn.truncate(mark);
                failMulti(i, types.length, err);
                return ErrorCode.OK;
            }
            txn.patchInt(lengthAt, txn.length() - lengthAt - Integer.BYTES);
        }
        Multi.writeEnd(reply);
        return ErrorCode.OK;
    }

    private int operation(int requested, int type) {
        return switch (type) {
            case OpCode.DELETE -> delete();
            case OpCode.SET_DATA -> setData();
            case OpCode.CHECK -> check();
            default -> create(requested, type);
        };
    }

    /// Writes the rest of a refused multi: one refusal with its code, and all behind it with
    /// RUNTIME_INCONSISTENCY, as ZooKeeper does.
    private void failMulti(int failed, int count, int err) {
        multiFailed = true;
        reply.clear();
        for (int i = 0; i < count; i++) {
            int code =
                    i < failed ? ErrorCode.OK : i == failed ? err : ErrorCode.RUNTIME_INCONSISTENCY;
            Multi.writeError(reply, code);
            if (i >= failed) {
                txn.writeInt(OpCode.ERROR);
                txn.writeInt(Integer.BYTES);
                txn.writeInt(code);
            }
        }
        Multi.writeEnd(reply);
    }

    /// Reads the whole multi once before anything is done: if it is malformed anywhere, it is so as
    /// a whole.
    ///
    /// @return what each operation is to be taken for, see {@link #effectiveType}
    private int[] operationTypes() {
        int[] types = new int[8];
        int count = 0;
        while (true) {
            int type = in.readInt();
            boolean done = in.readBool();
            in.readInt();
            if (done) {
                return Arrays.copyOf(types, count);
            }
            if (count == types.length) {
                types = Arrays.copyOf(types, 2 * count);
            }
            types[count++] = operationType(type);
        }
    }

    private int operationType(int type) {
        return switch (type) {
            case OpCode.CREATE, OpCode.CREATE2, OpCode.CREATE_CONTAINER, OpCode.CREATE_TTL -> {
                requirePathFrom();
                in.skipBuffer();
                if (skipAcl() < 0 && type != OpCode.CREATE_TTL) {
                    throw new MalformedRecord("null ACL in a multi");
                }
                int flags = in.readInt();
                if (type == OpCode.CREATE_TTL) {
                    in.readLong();
                }
                yield effectiveType(type, flags);
            }
            case OpCode.SET_DATA -> {
                requirePathFrom();
                in.skipBuffer();
                in.readInt();
                yield type;
            }
            case OpCode.DELETE, OpCode.CHECK -> {
                requirePathFrom();
                in.readInt();
                yield type;
            }
            default -> throw new MalformedRecord("multi with " + OpCode.name(type));
        };
    }

    /// Within a multi ZooKeeper lets the flags decide what a creation is, where alone the opcode
    /// does.
    private static int effectiveType(int type, int flags) {
        if (flags < 0 || flags > FLAGS_MAX) {
            if (type == OpCode.CREATE_TTL) {
                return OpCode.CREATE; // It is refused on its own, and not the whole multi.
            }
            throw new MalformedRecord("create flags " + flags);
        }
        if (flags > CONTAINER_FLAGS) {
            if (type != OpCode.CREATE_TTL) {
                throw new MalformedRecord("flags of a TTL without one");
            }
            return type;
        }
        if (flags == CONTAINER_FLAGS) {
            return OpCode.CREATE_CONTAINER;
        }
        return type == OpCode.CREATE_TTL ? OpCode.CREATE : type;
    }

    // --- parts of requests ---

    /// Reads a path, up to the position.
    ///
    /// @return index of its first byte
    private int requirePathFrom() {
        int length = in.skipBuffer();
        if (length < 0) {
            throw new MalformedRecord("null path");
        }
        return in.position() - length;
    }

    /// Reads a path where a null one is refused as any other bad path: it is taken as empty.
    private int pathFrom() {
        int length = Math.max(0, in.skipBuffer());
        return in.position() - length;
    }

    /// @return how many entries the list has, -1 for none at all
    private int skipAcl() {
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            in.readInt();
            in.skipBuffer();
            in.skipBuffer();
        }
        return count;
    }

    private @Nullable List<Acl> resolvedAcl(int from, int end) {
        var reader = new JuteReader(in.array(), from, end);
        return permissions.resolve(reader.readVector(Acl::decode), request.caller());
    }

    private boolean allowed(Object entry, int needed) {
        long acl = Fields.aclOf(entry);
        return acl == Fields.OPEN_ACL
                || permissions.allows(draft.acl(acl), needed, request.caller());
    }

    private void writeData() {
        if (node.dataEnd < 0) {
            txn.writeInt(-1);
        } else {
            txn.writeBuffer(node.data, node.dataFrom, node.dataEnd);
        }
    }

    /// What was checked before must succeed now.
    private static void require(int err) {
        if (err != ErrorCode.OK) {
            throw new IllegalStateException("a checked write failed with " + err);
        }
    }
}
