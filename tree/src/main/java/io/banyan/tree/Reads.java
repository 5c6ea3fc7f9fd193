package io.banyan.tree;

import io.banyan.wire.Acl;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.OpCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Answers to reads, straight from the packed znodes into the reply.
final class Reads {
    private final TreeConfig config;
    private final Permissions permissions;

    Reads(TreeConfig config, Permissions permissions) {
        this.config = config;
        this.permissions = permissions;
    }

    int exists(State state, byte[] path, int from, int end, Caller caller, JuteWriter out) {
        if (Paths.hasNul(path, from, end)) {
            return ErrorCode.BAD_ARGUMENTS;
        }
        Object entry = state.find(path, from, end);
        int err = check(state, entry, Acl.READ, caller);
        if (err == ErrorCode.OK && entry != null) {
            read(entry).writeStat(config, out);
        }
        return err;
    }

    int getData(State state, byte[] path, int from, int end, Caller caller, JuteWriter out) {
        Object entry = state.find(path, from, end);
        int err = check(state, entry, Acl.READ, caller);
        if (err == ErrorCode.OK && entry != null) {
            Fields node = read(entry);
            if (node.dataEnd < 0) {
                out.writeInt(-1);
            } else {
                out.writeBuffer(node.data, node.dataFrom, node.dataEnd);
            }
            node.writeStat(config, out);
        }
        return err;
    }

    int getChildren(
            State state,
            byte[] path,
            int from,
            int end,
            Caller caller,
            JuteWriter out,
            boolean withStat) {
        Object entry = state.find(path, from, end);
        int err = check(state, entry, Acl.READ, caller);
        if (err == ErrorCode.OK && entry != null) {
            writeChildren(entry, out);
            if (withStat) {
                read(entry).writeStat(config, out);
            }
        }
        return err;
    }

    private static void writeChildren(Object entry, JuteWriter out) {
        if (entry instanceof Branch branch) {
            out.writeInt(branch.childCount);
            branch.children.forEach(child -> {
                byte[] packed = Trie.packed(child);
                out.writeBuffer(packed, Trie.keyFrom(packed), Trie.keyEnd(packed));
            });
        } else {
            out.writeInt(0);
        }
    }

    int getAcl(State state, byte[] path, int from, int end, Caller caller, JuteWriter out) {
        Object entry = state.find(path, from, end);
        int err = check(state, entry, Acl.READ | Acl.ADMIN, caller);
        if (err == ErrorCode.OK && entry != null) {
            Fields node = read(entry);
            List<Acl> acl = state.acls.list(node.acl);
            boolean admin = permissions.allows(acl, Acl.ADMIN, caller);
            List<Acl> shown = admin ? acl : Permissions.masked(acl);
            out.writeVector(shown, (writer, each) -> each.encode(writer));
            node.writeStat(config, out);
        }
        return err;
    }

    int getAllChildrenNumber(
            State state, byte[] path, int from, int end, Caller caller, JuteWriter out) {
        Object entry = state.find(path, from, end);
        int err = check(state, entry, Acl.READ, caller);
        if (err == ErrorCode.OK && entry != null) {
            // The root by its other name: ZooKeeper then counts the root itself too.
            out.writeInt(Branch.descendants(entry) + (from == end ? 1 : 0));
        }
        return err;
    }

    int getEphemerals(State state, long sessionId, @Nullable String prefix, JuteWriter out) {
        String text = prefix == null || prefix.isBlank() || prefix.equals("/") ? "" : prefix;
        byte[] wanted = Paths.utf8(text);
        int countAt = out.length();
        out.writeInt(0);
        int count = 0;
        for (byte[] path : state.owners.ephemeralsOf(sessionId)) {
            if (Paths.startsWith(path, 0, path.length, wanted)) {
                out.writeBuffer(path);
                count++;
            }
        }
        out.patchInt(countAt, count);
        return ErrorCode.OK;
    }

    int multiRead(State state, byte[] body, int from, int end, Caller caller, JuteWriter out) {
        int mark = out.length();
        try {
            multiRead(state, new JuteReader(body, from, end), caller, out);
            return ErrorCode.OK;
        } catch (MalformedRecord e) {
            out.truncate(mark);
            return ErrorCode.MARSHALLING_ERROR;
        }
    }

    private void multiRead(State state, JuteReader in, Caller caller, JuteWriter out) {
        while (true) {
            int type = in.readInt();
            boolean done = in.readBool();
            in.readInt();
            if (done) {
                Multi.writeEnd(out);
                return;
            }
            if (type != OpCode.GET_DATA && type != OpCode.GET_CHILDREN) {
                throw new MalformedRecord("multiRead with " + OpCode.name(type));
            }
            int length = in.skipBuffer();
            if (length < 0) {
                throw new MalformedRecord("null path");
            }
            int pathEnd = in.position();
            in.readBool(); // Whether to watch: a multiRead never does.
            int mark = out.length();
            Multi.writeHeader(out, type, ErrorCode.OK);
            byte[] path = in.array();
            int err =
                    type == OpCode.GET_DATA
                            ? getData(state, path, pathEnd - length, pathEnd, caller, out)
                            : getChildren(
                                    state, path, pathEnd - length, pathEnd, caller, out, false);
            if (err != ErrorCode.OK) {
                out.truncate(mark);
                Multi.writeError(out, err);
            }
        }
    }

    private int check(State state, @Nullable Object entry, int needed, Caller caller) {
        if (entry == null) {
            return ErrorCode.NO_NODE;
        }
        long acl = Fields.aclOf(entry);
        boolean allowed =
                acl == Fields.OPEN_ACL || permissions.allows(state.acls.list(acl), needed, caller);
        return allowed ? ErrorCode.OK : ErrorCode.NO_AUTH;
    }

    private static Fields read(Object entry) {
        var node = new Fields();
        node.read(entry);
        return node;
    }
}
