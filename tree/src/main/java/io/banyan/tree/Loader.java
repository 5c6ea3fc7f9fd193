package io.banyan.tree;

import io.banyan.wire.Acl;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.SnapshotSink;
import io.banyan.wire.StatPersisted;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Builds a state from what a snapshot tells. Confined to one thread, used once.
///
/// A snapshot that cannot be (a znode without parent, an unknown ACL number) is answered with
/// {@link io.banyan.wire.MalformedRecord}.
///
/// Znodes come parents first, and nearly always depth first. So the way from the root to the last
/// znode stays open: each new one either goes below it or closes what is not above it. What comes
/// in another order is found from the root, and its parents are opened again.
public final class Loader implements SnapshotSink {
    private final TreeConfig config;
    private final Edit edit = new Edit();

    private Owners owners = Owners.NONE;

    private final Map<Long, List<Acl>> acls = new HashMap<>();
    private final Map<Long, Integer> aclUsers = new HashMap<>();

    /// Znodes from the root to the last one; `depth` of them are open.
    private final ArrayList<Open> spine = new ArrayList<>();

    private int depth;
    private byte[] path = new byte[256];

    private long digest;
    private long sizeBytes;
    private final Fields fields = new Fields();

    Loader(TreeConfig config) {
        this.config = config;
    }

    /// A znode whose children may still come.
    private static final class Open {
        byte[] packed = new byte[0];
        Trie children = Trie.EMPTY;
        long pzxid;
        int cversion;
        int childCount;
        int descendants;
        int digest;

        /// Where its path ends in `path`.
        int pathEnd;

        /// Of its name.
        int hash;

        /// Whether its parent has it already, from before it was closed.
        boolean known;

        /// Its descendants as its parent has counted them.
        int descendantsKnown;

        Object close() {
            return childCount == 0
                    ? packed
                    : new Branch(
                            packed, children, pzxid, cversion, childCount, descendants, digest);
        }
    }

    @Override
    public void session(long sessionId, int timeoutMillis) {
        owners = owners.withSession(sessionId, timeoutMillis, edit);
    }

    @Override
    public void acl(long key, List<Acl> acl) {
        acls.put(key, List.copyOf(acl));
    }

    @Override
    public void node(
            byte[] nodePath, int pathEnd, byte @Nullable [] data, long aclKey, StatPersisted stat) {
        // The root is "" in files; "/" is what some call it.
        boolean isRoot = pathEnd == 0 || (pathEnd == 1 && nodePath[0] == '/');
        int slash = isRoot ? 0 : Paths.lastSlash(nodePath, 0, pathEnd);
        if (!isRoot) {
            if (!Paths.isStructured(nodePath, 0, pathEnd)) {
                throw malformed("not a path", nodePath, pathEnd);
            }
            openParent(nodePath, slash);
        }
        int nameFrom = isRoot ? 0 : slash + 1;
        int hash = Trie.hash(nodePath, nameFrom, pathEnd);
        if (isRoot ? depth > 0 : present(nodePath, nameFrom, pathEnd, hash)) {
            throw malformed("twice in the snapshot", nodePath, pathEnd);
        }
        fields.load(stat, aclNumber(aclKey, nodePath, pathEnd));
        fields.data(data == null ? path : data, 0, data == null ? -1 : data.length);
        int digestEnd = isRoot ? 0 : pathEnd;
        if (config.digestEnabled()) {
            fields.digest(nodePath, 0, digestEnd);
            if (!Paths.isSystem(nodePath, 0, digestEnd)) {
                digest += fields.digest & 0xffffffffL;
            }
        }
        sizeBytes += digestEnd + fields.dataLength();
        byte[] packed = fields.pack(nodePath, nameFrom, digestEnd);
        if (digestEnd > path.length) {
            path = Arrays.copyOf(path, Math.max(2 * path.length, digestEnd));
        }
        System.arraycopy(nodePath, slash, path, slash, digestEnd - slash);
        push(packed, digestEnd, hash);
        owners = owners.with(stat.ephemeralOwner(), config, nodePath, 0, digestEnd, edit);
    }

    private boolean present(byte[] nodePath, int from, int end, int hash) {
        return spine.get(depth - 1).children.find(nodePath, from, end, hash) != null;
    }

    private long aclNumber(long key, byte[] nodePath, int pathEnd) {
        if (key == Fields.OPEN_ACL) {
            return key;
        }
        List<Acl> acl = acls.get(key);
        if (acl == null || key <= 0) {
            throw malformed("no ACL " + key + " in the snapshot", nodePath, pathEnd);
        }
        if (acl.equals(Acl.OPEN)) {
            return Fields.OPEN_ACL;
        }
        aclUsers.merge(key, 1, Integer::sum);
        return key;
    }

    /// Makes the znode at `path[0, end)` the last open one.
    private void openParent(byte[] nodePath, int end) {
        if (depth == 0) {
            throw malformed("no root before it", nodePath, end);
        }
        while (!isAbove(spine.get(depth - 1), nodePath, end)) {
            closeLast();
        }
        int at = spine.get(depth - 1).pathEnd;
        while (at < end) {
            int next = State.slashAfter(nodePath, at + 1, end);
            int hash = Trie.hash(nodePath, at + 1, next);
            Object entry = spine.get(depth - 1).children.find(nodePath, at + 1, next, hash);
            if (entry == null) {
                throw malformed("its parent is not in the snapshot", nodePath, end);
            }
            reopen(entry, next, hash);
            System.arraycopy(nodePath, at, path, at, next - at);
            at = next;
        }
    }

    private boolean isAbove(Open open, byte[] nodePath, int end) {
        int length = open.pathEnd;
        return length <= end
                && (length == end || nodePath[length] == '/')
                && Arrays.equals(path, 0, length, nodePath, 0, length);
    }

    private Open push(byte[] packed, int pathEnd, int hash) {
        if (depth == spine.size()) {
            spine.add(new Open());
        }
        Open open = spine.get(depth++);
        open.packed = packed;
        open.children = Trie.EMPTY;
        open.pzxid = fields.pzxid;
        open.cversion = fields.cversion;
        open.digest = fields.digest;
        open.childCount = 0;
        open.descendants = 0;
        open.descendantsKnown = 0;
        open.known = false;
        open.pathEnd = pathEnd;
        open.hash = hash;
        return open;
    }

    private void reopen(Object entry, int pathEnd, int hash) {
        fields.read(entry);
        Open open = push(Trie.packed(entry), pathEnd, hash);
        open.known = true;
        if (entry instanceof Branch branch) {
            open.children = branch.children;
            open.childCount = branch.childCount;
            open.descendants = branch.descendants;
            open.descendantsKnown = branch.descendants;
        }
    }

    private void closeLast() {
        Open child = spine.get(--depth);
        Open parent = spine.get(depth - 1);
        parent.children = parent.children.put(child.close(), child.hash, edit);
        parent.descendants += child.descendants - child.descendantsKnown;
        if (!child.known) {
            parent.childCount++;
            parent.descendants++;
        }
    }

    /// @param zxid the snapshot's, from the name of its file
    public State finish(long zxid) {
        if (depth == 0) {
            throw new MalformedRecord("a snapshot without a root");
        }
        while (depth > 1) {
            closeLast();
        }
        Open open = spine.get(0);
        Branch root =
                new Branch(
                        open.packed,
                        open.children,
                        open.pzxid,
                        open.cversion,
                        open.childCount,
                        open.descendants,
                        open.digest);
        return completed(
                new State(zxid, digest, root, sizeBytes, owners, aclTable(), PathSet.EMPTY));
    }

    /// Numbers above those in use are given on: below them a snapshot may have had lists that
    /// nobody uses any more.
    private AclTable aclTable() {
        AclTable table = AclTable.EMPTY;
        for (var entry : acls.entrySet()) {
            Integer users = aclUsers.get(entry.getKey());
            if (users != null) {
                table = table.used(entry.getValue(), entry.getKey(), users, edit);
            }
        }
        return table;
    }

    /// What every tree has, also where an old snapshot lacks it; and the quotas, counted anew.
    private State completed(State loaded) {
        var draft = new Draft(config, loaded, loaded.zxid(), 0, edit);
        draft.completeSystemNodes();
        draft.rebuildQuotas();
        return draft.finish();
    }

    private static MalformedRecord malformed(String why, byte[] nodePath, int end) {
        return new MalformedRecord(
                "znode " + new String(nodePath, 0, end, StandardCharsets.UTF_8) + ": " + why);
    }
}
