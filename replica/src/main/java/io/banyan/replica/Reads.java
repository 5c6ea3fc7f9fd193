package io.banyan.replica;

import io.banyan.tree.AuthScheme;
import io.banyan.tree.Caller;
import io.banyan.tree.NodeView;
import io.banyan.tree.State;
import io.banyan.tree.ZnodeTree;
import io.banyan.wire.Acl;
import io.banyan.wire.AddWatchRequest;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.Id;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.OpCode;
import io.banyan.wire.SetWatches;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Requests that change no state: what they answer, and which watches they leave.
///
/// A watch is set in the same step as the read that asks for it, so nothing can come between.
/// Confined to the gateway's thread.
final class Reads {
    private static final int STAT_BYTES = 68;

    /// Before data, a name, and the names altogether.
    private static final int LENGTH_BYTES = 4;

    private final ZnodeTree tree;
    private final WatchTable watches;
    private final WatchTable.Listener listener;
    private final GatewayObserver observer;

    /// @param listener told at once of what a client that re-arms its watches has missed
    Reads(
            ZnodeTree tree,
            WatchTable watches,
            WatchTable.Listener listener,
            GatewayObserver observer) {
        this.tree = tree;
        this.watches = watches;
        this.listener = listener;
        this.observer = observer;
    }

    /// Writes the reply's body.
    ///
    /// @return the error for the header; then nothing was written
    int answer(
            State state, Connection from, int opcode, JuteReader reader, int end, JuteWriter out) {
        return switch (opcode) {
            case OpCode.PING -> ErrorCode.OK;
            case OpCode.EXISTS,
                    OpCode.GET_DATA,
                    OpCode.GET_CHILDREN,
                    OpCode.GET_CHILDREN2,
                    OpCode.GET_ACL,
                    OpCode.GET_ALL_CHILDREN_NUMBER ->
                    readNode(state, from, opcode, reader, out);
            case OpCode.MULTI_READ ->
                    tree.multiRead(state, reader.array(), reader.position(), end, from.caller, out);
            case OpCode.GET_EPHEMERALS ->
                    tree.getEphemerals(state, from.sessionId, reader.readString(), out);
            case OpCode.WHO_AM_I -> whoAmI(from.caller, out);
            case OpCode.ADD_WATCH -> addWatch(from, reader, out);
            case OpCode.CHECK_WATCHES -> checkWatches(from, reader, false);
            case OpCode.REMOVE_WATCHES -> checkWatches(from, reader, true);
            default -> throw new IllegalStateException(OpCode.name(opcode) + " is not a read");
        };
    }

    private int readNode(
            State state, Connection from, int opcode, JuteReader reader, JuteWriter out) {
        byte[] bytes = reader.array();
        int length = reader.skipBuffer();
        if (length < 0) {
            throw new MalformedRecord("null path");
        }
        int pathEnd = reader.position();
        int path = pathEnd - length;
        Caller caller = from.caller;
        int mark = out.length();
        int error =
                switch (opcode) {
                    case OpCode.EXISTS -> {
                        boolean watch = reader.readBool();
                        int found = tree.exists(state, bytes, path, pathEnd, caller, out);
                        if (watch && (found == ErrorCode.OK || found == ErrorCode.NO_NODE)) {
                            watches.data.add(from, bytes, path, pathEnd, WatchTable.STANDARD);
                        }
                        yield found;
                    }
                    case OpCode.GET_DATA -> {
                        boolean watch = reader.readBool();
                        int found = tree.getData(state, bytes, path, pathEnd, caller, out);
                        if (watch && found == ErrorCode.OK) {
                            watches.data.add(from, bytes, path, pathEnd, WatchTable.STANDARD);
                        }
                        yield found;
                    }
                    case OpCode.GET_CHILDREN, OpCode.GET_CHILDREN2 -> {
                        boolean watch = reader.readBool();
                        int found =
                                opcode == OpCode.GET_CHILDREN
                                        ? tree.getChildren(state, bytes, path, pathEnd, caller, out)
                                        : tree.getChildren2(
                                                state, bytes, path, pathEnd, caller, out);
                        if (watch && found == ErrorCode.OK) {
                            watches.child.add(from, bytes, path, pathEnd, WatchTable.STANDARD);
                        }
                        yield found;
                    }
                    case OpCode.GET_ACL -> tree.getAcl(state, bytes, path, pathEnd, caller, out);
                    case OpCode.GET_ALL_CHILDREN_NUMBER ->
                            tree.getAllChildrenNumber(state, bytes, path, pathEnd, caller, out);
                    default ->
                            throw new IllegalStateException(OpCode.name(opcode) + " has no path");
                };
        if (error == ErrorCode.OK) {
            tell(opcode, bytes, path, pathEnd, out, mark);
        }
        return error;
    }

    /// Tells the observer of an answered read.
    ///
    /// @param mark where the reply's body begins in `out`, which it ends
    private void tell(int opcode, byte[] bytes, int path, int end, JuteWriter out, int mark) {
        int body = out.length() - mark;
        switch (opcode) {
            case OpCode.EXISTS -> observer.znodeRead(bytes, path, end, 0);
            case OpCode.GET_DATA ->
                    observer.znodeRead(bytes, path, end, body - LENGTH_BYTES - STAT_BYTES);
            case OpCode.GET_CHILDREN, OpCode.GET_CHILDREN2 -> {
                int stat = opcode == OpCode.GET_CHILDREN2 ? STAT_BYTES : 0;
                int names = LENGTH_BYTES * (1 + out.intAt(mark));
                observer.znodeRead(bytes, path, end, body - stat - names);
            }
            default -> {
                // An ACL and a number of children are not what a znode holds.
            }
        }
    }

    private int whoAmI(Caller caller, JuteWriter out) {
        out.writeVector(
                caller.ids(),
                (o, id) -> {
                    o.writeString(id.scheme());
                    o.writeString(userName(id));
                });
        return ErrorCode.OK;
    }

    private String userName(Id id) {
        String text = id.id() == null ? "" : id.id();
        for (AuthScheme each : tree.config().schemes()) {
            if (each.name().equals(id.scheme())) {
                return each.userName(text);
            }
        }
        return text;
    }

    private int addWatch(Connection from, JuteReader reader, JuteWriter out) {
        AddWatchRequest request = AddWatchRequest.decode(reader);
        byte[] path = utf8(request.path());
        switch (request.mode()) {
            case 0 -> watches.add(from, path, 0, path.length, WatchTable.PERSISTENT);
            case 1 -> watches.add(from, path, 0, path.length, WatchTable.RECURSIVE);
            default -> throw new MalformedRecord("addWatch mode " + request.mode());
        }
        out.writeInt(ErrorCode.OK);
        return ErrorCode.OK;
    }

    private int checkWatches(Connection from, JuteReader reader, boolean remove) {
        byte[] bytes = reader.array();
        int length = reader.skipBuffer();
        int end = reader.position();
        int path = end - Math.max(0, length);
        int type = reader.readInt();
        int ofData =
                switch (type) {
                    case 1 -> 0;
                    case 2 -> WatchTable.STANDARD;
                    case 3 -> WatchTable.ANY;
                    case 4 -> WatchTable.PERSISTENT;
                    case 5 -> WatchTable.RECURSIVE;
                    default -> throw new MalformedRecord("watcher type " + type);
                };
        int ofChild =
                switch (type) {
                    case 1 -> WatchTable.STANDARD;
                    case 3 -> WatchTable.ANY;
                    case 4 -> WatchTable.PERSISTENT;
                    default -> 0;
                };
        boolean there;
        if (remove) {
            boolean data = watches.data.remove(from, bytes, path, end, ofData);
            boolean child = watches.child.remove(from, bytes, path, end, ofChild);
            there = data || child;
        } else {
            there =
                    (watches.data.modes(from, bytes, path, end) & ofData) != 0
                            || (watches.child.modes(from, bytes, path, end) & ofChild) != 0;
        }
        return there ? ErrorCode.OK : ErrorCode.NO_WATCHER;
    }

    /// Takes the watches of a client that came back, and tells it at once of what it missed.
    void rearm(State state, Connection from, SetWatches request) {
        long seen = request.relativeZxid();
        for (String each : request.data()) {
            byte[] path = utf8(each);
            NodeView node = tree.find(state, path, 0, path.length);
            if (node == null) {
                missed(from, WatchTable.NODE_DELETED, path);
            } else if (node.stat().mzxid() > seen) {
                missed(from, WatchTable.NODE_DATA_CHANGED, path, node.acl());
            } else {
                watches.data.add(from, path, 0, path.length, WatchTable.STANDARD);
            }
        }
        for (String each : request.exist()) {
            byte[] path = utf8(each);
            NodeView node = tree.find(state, path, 0, path.length);
            if (node != null) {
                missed(from, WatchTable.NODE_CREATED, path, node.acl());
            } else {
                watches.data.add(from, path, 0, path.length, WatchTable.STANDARD);
            }
        }
        for (String each : request.child()) {
            byte[] path = utf8(each);
            NodeView node = tree.find(state, path, 0, path.length);
            if (node == null) {
                missed(from, WatchTable.NODE_DELETED, path);
            } else if (node.stat().pzxid() > seen) {
                missed(from, WatchTable.NODE_CHILDREN_CHANGED, path, node.acl());
            } else {
                watches.child.add(from, path, 0, path.length, WatchTable.STANDARD);
            }
        }
        for (String each : request.persistent()) {
            byte[] path = utf8(each);
            watches.add(from, path, 0, path.length, WatchTable.PERSISTENT);
        }
        for (String each : request.persistentRecursive()) {
            byte[] path = utf8(each);
            watches.add(from, path, 0, path.length, WatchTable.RECURSIVE);
        }
    }

    private void missed(Connection to, int type, byte[] path) {
        missed(to, type, path, Acl.OPEN);
    }

    private void missed(Connection to, int type, byte[] path, List<Acl> acl) {
        listener.notify(to, type, path, path.length, acl);
    }

    private static byte[] utf8(String path) {
        return path.getBytes(StandardCharsets.UTF_8);
    }
}
