package io.banyan.tree;

import io.banyan.wire.Acl;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.OpCode;
import io.banyan.wire.Stat;
import io.banyan.wire.TxnHeader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One transaction being carried out that a leader evaluated. Used once, confined to one thread.
///
/// Nothing is checked again, and nothing is refused: over a fuzzy snapshot a creation may find its
/// znode, a change may miss it; then it does what ZooKeeper does, and later transactions put the
/// rest right.
final class Application {
    private final TreeConfig config;
    private final State base;
    private final byte[] payload;
    private final JuteReader in;
    private final TxnHeader header;
    private final Draft draft;
    private final JuteWriter reply = new JuteWriter(Stat.BYTES);
    private final Fields node = new Fields();

    Application(TreeConfig config, State base, byte[] payload) {
        this(config, base, payload, null);
    }

    /// @param own permission to change what earlier transactions made; null to leave it as it is
    Application(TreeConfig config, State base, byte[] payload, @Nullable Edit own) {
        this.config = config;
        this.base = base;
        this.payload = payload;
        in = new JuteReader(payload);
        header = TxnHeader.decode(in);
        boolean manySteps = header.type() == OpCode.MULTI || header.type() == OpCode.CLOSE_SESSION;
        Edit edit = own == null && manySteps ? new Edit() : own;
        draft = new Draft(config, base, header.zxid(), header.timeMillis(), edit);
    }

    Applied run() {
        boolean answered = true;
        int err;
        switch (header.type()) {
            case OpCode.CREATE_SESSION -> {
                draft.createSession(header.clientId(), in.readInt());
                answered = false;
                err = ErrorCode.OK;
            }
            case OpCode.CLOSE_SESSION -> {
                draft.closeSession(header.clientId(), closedPaths());
                answered = false;
                err = ErrorCode.OK;
            }
            case OpCode.ERROR -> err = in.readInt();
            case OpCode.MULTI -> {
                return multi();
            }
            default -> {
                err = operation(header.type());
                answered =
                        header.type() != OpCode.DELETE && header.type() != OpCode.DELETE_CONTAINER;
            }
        }
        boolean replied = answered && err == ErrorCode.OK;
        return applied(
                draft.finish(), err, replied ? Evaluation.bytes(reply) : null, draft.changes());
    }

    private Applied applied(
            State state, int err, byte @Nullable [] replyBody, List<Change> changes) {
        return new Applied(
                state,
                header.zxid(),
                header.type(),
                header.clientId(),
                header.cxid(),
                payload,
                err,
                replyBody,
                changes,
                digestAgrees(state));
    }

    /// Compares what is left behind the record; another version of the digest is none for us.
    private boolean digestAgrees(State state) {
        if (!config.digestEnabled()
                || in.remaining() < Evaluation.DIGEST_BYTES
                || in.readInt() != Evaluation.DIGEST_VERSION) {
            return true;
        }
        return in.readLong() == state.digest();
    }

    private int operation(int type) {
        return switch (type) {
            case OpCode.CREATE, OpCode.CREATE2, OpCode.CREATE_CONTAINER, OpCode.CREATE_TTL ->
                    create(type);
            case OpCode.DELETE, OpCode.DELETE_CONTAINER -> {
                int from = requirePathFrom();
                yield draft.deleteWithAllBelow(payload, from, in.position());
            }
            case OpCode.SET_DATA, OpCode.RECONFIG -> setData();
            case OpCode.SET_ACL -> setAcl();
            case OpCode.CHECK -> {
                requirePathFrom();
                in.readInt();
                yield ErrorCode.OK;
            }
            default -> throw new MalformedRecord("transaction of type " + type);
        };
    }

    private int create(int type) {
        int from = requirePathFrom();
        int end = in.position();
        if (!Paths.isStructured(payload, from, end)) {
            throw new MalformedRecord("creation of what is no path");
        }
        readData();
        List<Acl> acl = readAcl();
        boolean mayBeEphemeral = type == OpCode.CREATE || type == OpCode.CREATE2;
        boolean ephemeral = mayBeEphemeral && in.readBool();
        // Before ZooKeeper 3.4 the record ended here.
        int parentCversion = mayBeEphemeral && in.remaining() == 0 ? -1 : in.readInt();
        long owner =
                switch (type) {
                    case OpCode.CREATE_CONTAINER -> OwnerKind.CONTAINER_OWNER;
                    case OpCode.CREATE_TTL -> OwnerKind.ttlOwner(in.readLong());
                    default -> ephemeral ? header.clientId() : 0;
                };
        int err = draft.create(payload, from, end, node, acl, owner, parentCversion);
        if (err == ErrorCode.OK) {
            reply.writeBuffer(payload, from, end);
            if (type != OpCode.CREATE) {
                node.writeStat(config, reply);
            }
        }
        return err;
    }

    private int setData() {
        int from = requirePathFrom();
        int end = in.position();
        readData();
        int version = in.readInt();
        int err =
                draft.setData(
                        payload, from, end, node, node.data, node.dataFrom, node.dataEnd, version);
        if (err == ErrorCode.OK) {
            if (header.type() == OpCode.RECONFIG) {
                writeData();
            }
            node.writeStat(config, reply);
        }
        return err;
    }

    private int setAcl() {
        int from = requirePathFrom();
        int end = in.position();
        List<Acl> acl = readAcl();
        int err = draft.setAcl(payload, from, end, node, acl, in.readInt());
        if (err == ErrorCode.OK) {
            node.writeStat(config, reply);
        }
        return err;
    }

    // --- multi ---

    private Applied multi() {
        int partsFrom = in.position();
        if (isFailedMulti()) {
            // The whole frame is in the transaction, the codes included.
            return applied(
                    base.withZxid(header.zxid()), ErrorCode.OK, failedReply(partsFrom), List.of());
        }
        in.reset(payload, partsFrom, payload.length);
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            int type = in.readInt();
            int length = in.skipBuffer();
            int end = in.position();
            in.reset(payload, end - length, end);
            int mark = reply.length();
            Multi.writeHeader(reply, Multi.resultType(type), ErrorCode.OK);
            int err = operation(type);
            if (err != ErrorCode.OK) {
                reply.truncate(mark);
                Multi.writeError(reply, err);
            }
            in.reset(payload, end, payload.length);
        }
        Multi.writeEnd(reply);
        return applied(draft.finish(), ErrorCode.OK, reply.toByteArray(), draft.changes());
    }

    private boolean isFailedMulti() {
        boolean failed = false;
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            failed |= in.readInt() == OpCode.ERROR;
            if (in.skipBuffer() < 0) {
                throw new MalformedRecord("multi with a part that is null");
            }
        }
        return failed;
    }

    private byte[] failedReply(int partsFrom) {
        in.reset(payload, partsFrom, payload.length);
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            int type = in.readInt();
            int length = in.skipBuffer();
            int err = ErrorCode.OK;
            if (type == OpCode.ERROR) {
                err = new JuteReader(payload, in.position() - length, in.position()).readInt();
            }
            Multi.writeError(reply, err);
        }
        Multi.writeEnd(reply);
        return reply.toByteArray();
    }

    // --- parts of records ---

    /// The paths that the transaction lists. The list may be missing, and then a digest may stand
    /// in its place: 12 bytes that begin with a 2, where a list of two paths would be longer.
    private List<byte[]> closedPaths() {
        if (in.remaining() == 0) {
            return List.of();
        }
        int bytes = in.remaining();
        int count = in.readInt();
        if (bytes == Evaluation.DIGEST_BYTES && count == Evaluation.DIGEST_VERSION) {
            in.reset(payload, payload.length - bytes, payload.length);
            return List.of();
        }
        var paths = new ArrayList<byte[]>();
        for (int i = 0; i < count; i++) {
            byte[] path = in.readBuffer();
            if (path != null) {
                paths.add(path);
            }
        }
        return paths;
    }

    private int requirePathFrom() {
        int length = in.skipBuffer();
        if (length < 0) {
            throw new MalformedRecord("null path");
        }
        return in.position() - length;
    }

    private void readData() {
        int length = in.skipBuffer();
        int end = in.position();
        node.data(payload, end - Math.max(length, 0), length < 0 ? -1 : end);
    }

    private List<Acl> readAcl() {
        int from = in.position();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            in.readInt();
            in.skipBuffer();
            in.skipBuffer();
        }
        int end = in.position();
        if (AclTable.isOpen(payload, from, end)) {
            return Acl.OPEN;
        }
        List<Acl> acl = new JuteReader(payload, from, end).readVector(Acl::decode);
        return acl == null ? List.of() : acl;
    }

    private void writeData() {
        if (node.dataEnd < 0) {
            reply.writeInt(-1);
        } else {
            reply.writeBuffer(node.data, node.dataFrom, node.dataEnd);
        }
    }
}
