package io.banyan.tree;

import io.banyan.wire.SnapshotSink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Everything that is replicated, after one transaction: znodes, sessions, ACLs, quotas. An
/// immutable value that shares with its predecessors whatever did not change; any thread may read
/// it.
public final class State {
    private final long zxid;
    private final long digest;
    final Branch root;

    /// Bytes of paths and data; the root's alias `/` is not in it.
    final long sizeBytes;

    final Owners owners;
    final AclTable acls;

    /// The paths with a quota.
    final PathSet quotas;

    State(
            long zxid,
            long digest,
            Branch root,
            long sizeBytes,
            Owners owners,
            AclTable acls,
            PathSet quotas) {
        this.zxid = zxid;
        this.digest = digest;
        this.root = root;
        this.sizeBytes = sizeBytes;
        this.owners = owners;
        this.acls = acls;
        this.quotas = quotas;
    }

    /// The last transaction that is in this state.
    public long zxid() {
        return zxid;
    }

    /// ZooKeeper's tree digest, 0 if digests are off.
    public long digest() {
        return digest;
    }

    /// Znodes as ZooKeeper counts them: the root twice, so that a fresh tree has 5.
    public int nodeCount() {
        return root.descendants + 2;
    }

    /// Bytes of all paths and data.
    public long approximateDataSize() {
        return sizeBytes + 1;
    }

    public int ephemeralCount() {
        return owners.ephemeralCount;
    }

    public int sessionCount() {
        return owners.sessionCount;
    }

    public boolean hasSession(long sessionId) {
        return owners.hasSession(sessionId);
    }

    /// @return the negotiated timeout, -1 if there is no such session
    public int sessionTimeoutMillis(long sessionId) {
        return owners.timeoutMillis(sessionId);
    }

    /// In an order that is the same in every JVM, but means nothing.
    public void forEachSession(SessionVisitor visitor) {
        owners.forEachSession(visitor);
    }

    /// The same content under another zxid.
    public State withZxid(long newZxid) {
        return new State(newZxid, digest, root, sizeBytes, owners, acls, quotas);
    }

    /// What `/zookeeper/config` holds; null if a client wrote it, or nobody.
    public byte @Nullable [] membership() {
        Object entry = find(Paths.CONFIG, 0, Paths.CONFIG.length);
        if (entry == null) {
            return null;
        }
        var node = new Fields();
        node.read(entry);
        return node.version == -1 && node.dataEnd > node.dataFrom
                ? Arrays.copyOfRange(node.data, node.dataFrom, node.dataEnd)
                : null;
    }

    /// The znode at a path, `/` and the empty path both being the root.
    ///
    /// @return null if there is none
    @Nullable Object find(byte[] path, int from, int end) {
        if (from == end) {
            return root;
        }
        if (path[from] != '/') {
            return null;
        }
        if (end - from == 1) {
            return root;
        }
        Object entry = root;
        int at = from;
        while (at < end) {
            if (!(entry instanceof Branch branch)) {
                return null;
            }
            int next = slashAfter(path, at + 1, end);
            entry = branch.children.find(path, at + 1, next);
            if (entry == null) {
                return null;
            }
            at = next;
        }
        return entry;
    }

    static int slashAfter(byte[] path, int from, int end) {
        for (int at = from; at < end; at++) {
            if (path[at] == '/') {
                return at;
            }
        }
        return end;
    }

    /// Tells everything to a sink: sessions, then ACLs (numbers above 0), then znodes depth first,
    /// parents before children. The order is the same for equal states.
    public void writeTo(SnapshotSink sink) throws IOException {
        owners.writeTo(sink);
        acls.forEach(sink::acl);
        var walk = new Walk(root);
        var fields = new Fields();
        do {
            fields.read(walk.entry());
            byte[] data =
                    fields.dataEnd < 0
                            ? null
                            : Arrays.copyOfRange(fields.data, fields.dataFrom, fields.dataEnd);
            sink.node(walk.path(), walk.pathEnd(), data, fields.acl, fields.persisted());
        } while (walk.next());
    }

    /// A walk over a znode and all below it, depth first, parents before children, without
    /// recursion since trees may be deeper than a thread's stack. Confined to one thread.
    static final class Walk {
        private final ArrayList<Trie.Cursor> cursors = new ArrayList<>();

        /// Where the path of the znode ends whose children the cursor of the same index yields.
        private int[] ends = new int[16];

        private byte[] path = new byte[256];
        private int pathEnd;
        private Object entry;

        Walk(Object start) {
            entry = start;
        }

        Object entry() {
            return entry;
        }

        /// The path below the start, which itself has the empty path; valid until the next step.
        byte[] path() {
            return path;
        }

        int pathEnd() {
            return pathEnd;
        }

        /// @return false behind the last
        boolean next() {
            if (entry instanceof Branch branch) {
                if (cursors.size() == ends.length) {
                    ends = Arrays.copyOf(ends, 2 * ends.length);
                }
                ends[cursors.size()] = pathEnd;
                cursors.add(branch.children.cursor());
            }
            while (!cursors.isEmpty()) {
                int last = cursors.size() - 1;
                Object child = cursors.get(last).next();
                if (child != null) {
                    entry = child;
                    pathEnd = ends[last];
                    append(Trie.packed(child));
                    return true;
                }
                cursors.remove(last);
            }
            return false;
        }

        private void append(byte[] packed) {
            int from = Trie.keyFrom(packed);
            int length = Trie.keyEnd(packed) - from;
            if (pathEnd + 1 + length > path.length) {
                path = Arrays.copyOf(path, Math.max(2 * path.length, pathEnd + 1 + length));
            }
            path[pathEnd] = '/';
            System.arraycopy(packed, from, path, pathEnd + 1, length);
            pathEnd += 1 + length;
        }
    }
}
