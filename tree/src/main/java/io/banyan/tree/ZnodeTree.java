package io.banyan.tree;

import io.banyan.wire.Acl;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.StatPersisted;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The front door of the tree: turns requests and transactions into states, and states into
/// replies.
///
/// It holds nothing but its configuration; every method is a pure function and may be called from
/// any thread.
public final class ZnodeTree {
    private final TreeConfig config;
    private final Permissions permissions;
    private final Reads reads;

    public ZnodeTree(TreeConfig config) {
        this.config = config;
        permissions = new Permissions(config);
        reads = new Reads(config, permissions);
    }

    public TreeConfig config() {
        return config;
    }

    /// The tree of a new ensemble: the root and what ZooKeeper keeps below `/zookeeper`.
    public State fresh() {
        Loader loader = loader();
        var zero = new StatPersisted(0, 0, 0, 0, 0, 0, 0, 0, 0);
        loader.node(new byte[0], 0, new byte[0], Fields.OPEN_ACL, zero);
        return loader.finish(0);
    }

    /// A new builder of a state from a snapshot.
    public Loader loader() {
        return new Loader(config);
    }

    /// Decides a write and carries it out.
    ///
    /// A refusal is an answer, not an exception: it becomes an error transaction (or a failed
    /// multi) that takes `zxid` as any other.
    ///
    /// @param head the state after everything proposed so far
    /// @param zxid of the new transaction
    /// @param wallMillis becomes ctime and mtime
    public Applied evaluate(State head, WriteRequest request, long zxid, long wallMillis) {
        return new Evaluation(config, permissions, head, request, zxid, wallMillis).run();
    }

    /// Decides a change of the ensemble's members, as far as the tree has a say in it: whether the
    /// caller may write `/zookeeper/config`.
    ///
    /// @param text of the new configuration, its version included
    public Applied evaluateReconfig(
            State head, WriteRequest request, byte[] text, long zxid, long wallMillis) {
        return new Evaluation(config, permissions, head, request, zxid, wallMillis).reconfig(text);
    }

    /// A refusal by others' checks, as an expired or moved session.
    ///
    /// @param err an {@link io.banyan.wire.ErrorCode}
    public Applied refuse(
            State head, long sessionId, int cxid, int err, long zxid, long wallMillis) {
        return Evaluation.refused(head, sessionId, cxid, err, zxid, wallMillis);
    }

    /// Carries out a transaction that a leader evaluated. Never refuses it: what cannot be done is
    /// left undone, as ZooKeeper does.
    ///
    /// @param payload header, record and digest; kept by the result, not to be modified
    /// @throws io.banyan.wire.MalformedRecord if it is no transaction
    public Applied apply(State state, byte[] payload) {
        return new Application(config, state, payload).run();
    }

    /// Carries out a log on top of a snapshot that may already hold its effects.
    public Replay replay(State start) {
        return new Replay(config, start);
    }

    /// Answers a read: writes the reply's body, or nothing at all if it fails.
    ///
    /// @param path array with the path's UTF-8 from `from` up to `end`; read in place, never kept
    /// @return 0, or the error code for the reply's header
    public int exists(State state, byte[] path, int from, int end, Caller caller, JuteWriter out) {
        return reads.exists(state, path, from, end, caller, out);
    }

    /// As {@link #exists}, with the data and the stat.
    public int getData(State state, byte[] path, int from, int end, Caller caller, JuteWriter out) {
        return reads.getData(state, path, from, end, caller, out);
    }

    /// As {@link #exists}, with the children's names.
    public int getChildren(
            State state, byte[] path, int from, int end, Caller caller, JuteWriter out) {
        return reads.getChildren(state, path, from, end, caller, out, false);
    }

    /// As {@link #exists}, with the children's names and the stat.
    public int getChildren2(
            State state, byte[] path, int from, int end, Caller caller, JuteWriter out) {
        return reads.getChildren(state, path, from, end, caller, out, true);
    }

    /// As {@link #exists}, with the ACL and the stat; digests are masked for who is no admin.
    public int getAcl(State state, byte[] path, int from, int end, Caller caller, JuteWriter out) {
        return reads.getAcl(state, path, from, end, caller, out);
    }

    /// As {@link #exists}, with the number of all descendants.
    public int getAllChildrenNumber(
            State state, byte[] path, int from, int end, Caller caller, JuteWriter out) {
        return reads.getAllChildrenNumber(state, path, from, end, caller, out);
    }

    /// Writes the paths of a session's ephemerals that start with `prefix`.
    ///
    /// @param prefix null, blank and `/` mean all
    /// @return 0
    public int getEphemerals(State state, long sessionId, @Nullable String prefix, JuteWriter out) {
        return reads.getEphemerals(state, sessionId, prefix, out);
    }

    /// Answers a multiRead.
    ///
    /// @param body array that holds the request's record from `from` up to `end`
    /// @return 0, or the error code for the reply's header
    public int multiRead(
            State state, byte[] body, int from, int end, Caller caller, JuteWriter out) {
        return reads.multiRead(state, body, from, end, caller, out);
    }

    /// Whether the caller has every one of the permissions on a znode, as the admin server asks of
    /// the root before it gives a snapshot away.
    public boolean mayDoAll(List<Acl> acl, Caller caller) {
        for (int perm = Acl.READ; perm <= Acl.ADMIN; perm <<= 1) {
            if (!permissions.allows(acl, perm, caller)) {
                return false;
            }
        }
        return true;
    }

    /// Whether `caller` may read what has this ACL, as the events of watches ask.
    public boolean mayRead(List<Acl> acl, Caller caller) {
        return permissions.allows(acl, Acl.READ, caller);
    }

    /// @return null if there is no such znode
    public @Nullable NodeView find(State state, byte[] path, int from, int end) {
        Object entry = state.find(path, from, end);
        if (entry == null) {
            return null;
        }
        var node = new Fields();
        node.read(entry);
        return new NodeView(node.stat(config), state.acls.list(node.acl), node.persisted());
    }

    /// Containers and TTL nodes that have outlived their purpose; each is to be deleted by an
    /// {@link io.banyan.wire.OpCode#DELETE_CONTAINER} of session 0.
    ///
    /// @param maxNeverUsedMillis how long a container may wait for its first child; 0 means forever
    public List<byte[]> reapable(State state, long wallMillis, long maxNeverUsedMillis) {
        var due = new ArrayList<byte[]>();
        var node = new Fields();
        for (byte[] path : state.owners.containers.toList()) {
            if (isChildless(state, path, node)) {
                // Without the first condition a container would go before its first child comes.
                boolean used = node.cversion > 0;
                boolean forgotten =
                        maxNeverUsedMillis != 0 && wallMillis - node.mtime > maxNeverUsedMillis;
                if (used || forgotten) {
                    due.add(path);
                }
            }
        }
        for (byte[] path : state.owners.ttls.toList()) {
            if (isChildless(state, path, node)) {
                long ttlMillis = OwnerKind.ttlMillis(node.owner);
                if (ttlMillis != 0 && wallMillis - node.mtime > ttlMillis) {
                    due.add(path);
                }
            }
        }
        return due;
    }

    private static boolean isChildless(State state, byte[] path, Fields node) {
        Object entry = state.find(path, 0, path.length);
        if (entry == null) {
            throw new IllegalStateException("a container or TTL node without its znode");
        }
        node.read(entry);
        return node.childCount == 0;
    }

    /// With the membership of the ensemble in `/zookeeper/config`. As in ZooKeeper each server
    /// writes there what its own configuration says: no transaction, no watch, and the digest does
    /// not cover it.
    ///
    /// @param text as servers tell it each other
    /// @param version of the membership, the zxid of the transaction that made it; 0 for one that
    ///   stands in a file
    public State withMembership(State state, byte[] text, long version, long wallMillis) {
        var draft = new Draft(config, state, state.zxid(), wallMillis, null);
        draft.membership(text, version);
        return draft.finish();
    }

    /// Without ephemerals whose session is gone, as a server that starts to lead removes them; no
    /// transaction.
    public State withoutOrphans(State state) {
        var draft = new Draft(config, state, state.zxid(), 0, new Edit());
        draft.deleteOrphans();
        return draft.finish();
    }
}
