package io.banyan.tree;

import io.banyan.wire.Acl;
import io.banyan.wire.ErrorCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The working copy of one transaction: a state in the making. Mutable, confined to one thread; the
/// state under it never changes, so dropping a draft undoes everything.
///
/// Evaluation and application both end here; no other place knows how a znode's creation, change or
/// end touches its parent, the digest, the ephemerals, the quotas.
final class Draft {
    /// Up to this much data a znode is packed again when its last child goes; above, copying it at
    /// every turn would cost more than the object saves.
    private static final int REPACKED_DATA_BYTES_MAX = 1024;

    private final TreeConfig config;
    private final long zxid;
    private final long wallMillis;
    private final @Nullable Edit edit;

    private Branch root;
    private long digest;
    private long sizeBytes;
    private Owners owners;
    private AclTable acls;
    private PathSet quotas;

    private List<Change> changes = List.of();

    private final Way way = new Way();

    /// Of the znode above the one that is changed.
    private final Fields parent = new Fields();

    /// @param edit null for a transaction of one step, which has nothing to gain from it
    Draft(TreeConfig config, State base, long zxid, long wallMillis, @Nullable Edit edit) {
        this.config = config;
        this.zxid = zxid;
        this.wallMillis = wallMillis;
        this.edit = edit;
        root = base.root;
        digest = base.digest();
        sizeBytes = base.sizeBytes;
        owners = base.owners;
        acls = base.acls;
        quotas = base.quotas;
    }

    /// The draft as a state. Nothing may be drafted afterwards.
    State finish() {
        return new State(zxid, digest, root, sizeBytes, owners, acls, quotas);
    }

    List<Change> changes() {
        return changes;
    }

    // --- looking ---

    /// Looks for a znode and remembers the way, so that what follows can change it.
    ///
    /// @return its entry, null if there is none; then {@link #parentFound} tells of its parent
    @Nullable Object seek(byte[] path, int from, int end) {
        return way.seek(root, path, from, end);
    }

    /// Whether the last {@link #seek} found the parent.
    boolean parentFound() {
        return way.parentFound();
    }

    List<Acl> acl(long number) {
        return acls.list(number);
    }

    boolean hasSession(long sessionId) {
        return owners.hasSession(sessionId);
    }

    List<byte[]> ephemeralsOf(long sessionId) {
        return owners.ephemeralsOf(sessionId);
    }

    // --- znodes ---

    /// Creates a znode, or, if it is there already, only sets its ACL and raises its parent, as the
    /// replay of a log over a fuzzy snapshot needs.
    ///
    /// @param node gets the new znode's fields; its data must be set
    /// @param parentCversion of the transaction, -1 for one more than now
    /// @return 0, NO_NODE without a parent, NODE_EXISTS
    int create(
            byte[] path,
            int from,
            int end,
            Fields node,
            List<Acl> acl,
            long owner,
            int parentCversion) {
        Object present = seek(path, from, end);
        if (!way.parentFound()) {
            return ErrorCode.NO_NODE;
        }
        if (present != null) {
            return recreate(path, from, end, present, acl, parentCversion);
        }
        long aclNumber = acls.numberOf(acl);
        acls = acls.used(acl, aclNumber, 1, edit);
        node.create(zxid, wallMillis, owner, aclNumber);
        byte[] entry = packed(node, path, from, end);
        account(0, node.digest, path, from, end);
        sizeBytes += end - from + node.dataLength();

        parent.read(way.parent());
        raise(parentCversion);
        parent.childCount++;
        storeParent(path, from, siblings().put(entry, way.nameHash(), edit), 1);
        changed(Change.Kind.CREATED, path, from, end, node.dataLength(), acl);

        owners = owners.with(owner, config, path, from, end, edit);
        quotaCreated(path, from, end, node.dataLength());
        return ErrorCode.OK;
    }

    private int recreate(
            byte[] path, int from, int end, Object present, List<Acl> acl, int parentCversion) {
        if (!way.leadsToRoot()) {
            parent.read(way.parent());
            raise(parentCversion);
            storeParent(path, from, siblings(), 0);
        }
        var node = new Fields();
        node.read(present);
        // Storing the parent has moved the spine on, not the znode itself.
        seek(path, from, end);
        replaceAcl(path, node, present, acl);
        return ErrorCode.NODE_EXISTS;
    }

    /// The parent's part of a creation: replicas may be ahead of the transaction, so it only rises.
    private void raise(int parentCversion) {
        int raised = parentCversion == -1 ? parent.cversion + 1 : parentCversion;
        if (raised > parent.cversion) {
            parent.cversion = raised;
            parent.pzxid = zxid;
        }
    }

    /// Deletes a znode that has no children.
    ///
    /// @return 0; NO_NODE if it is not there, its parent's pzxid rises even so; NOT_EMPTY
    int delete(byte[] path, int from, int end) {
        Object present = seek(path, from, end);
        if (!way.parentFound() || way.leadsToRoot()) {
            return ErrorCode.NO_NODE;
        }
        parent.read(way.parent());
        var node = new Fields();
        if (present != null) {
            node.read(present);
            if (node.childCount > 0) {
                return ErrorCode.NOT_EMPTY;
            }
        }
        parent.pzxid = Math.max(parent.pzxid, zxid);
        if (present == null) {
            storeParent(path, from, siblings(), 0);
            return ErrorCode.NO_NODE;
        }
        account(node.digest, 0, path, from, end);
        sizeBytes -= end - from + node.dataLength();
        List<Acl> acl = acls.list(node.acl);
        acls = acls.released(node.acl, edit);

        parent.childCount--;
        Trie remaining = siblings().remove(path, way.nameFrom(), way.nameEnd(), edit);
        storeParent(path, from, remaining, -1);
        changed(Change.Kind.DELETED, path, from, end, 0, acl);

        owners = owners.without(node.owner, config, path, from, end, edit);
        quotaDeleted(path, from, end, node.dataLength());
        return ErrorCode.OK;
    }

    /// Deletes a znode as a transaction says, and whatever is below it.
    ///
    /// A leader deletes nothing that has children. But over a fuzzy snapshot the transaction may
    /// mean an earlier znode of that name, and the one that is there came later: it must go even
    /// so, or it would take over what happens to its predecessors in between. Its own creation
    /// follows.
    int deleteWithAllBelow(byte[] path, int from, int end) {
        int err = delete(path, from, end);
        if (err != ErrorCode.NOT_EMPTY) {
            return err;
        }
        var below = new ArrayList<byte[]>();
        Object start = seek(path, from, end);
        if (start == null) {
            throw new IllegalStateException("a znode with children is gone");
        }
        var walk = new State.Walk(start);
        while (walk.next()) {
            byte[] child = Arrays.copyOfRange(path, from, end + walk.pathEnd());
            System.arraycopy(walk.path(), 0, child, end - from, walk.pathEnd());
            below.add(child);
        }
        for (byte[] child : below.reversed()) {
            deleteQuietly(child);
        }
        return delete(path, from, end);
    }

    /// Gives a znode new data.
    ///
    /// @param node gets the znode's fields as they are afterwards
    /// @param dataEnd index behind the data, -1 for null
    int setData(
            byte[] path,
            int from,
            int end,
            Fields node,
            byte[] data,
            int dataFrom,
            int dataEnd,
            int version) {
        Object present = seek(path, from, end);
        if (present == null) {
            return ErrorCode.NO_NODE;
        }
        node.read(present);
        int lengthBefore = node.dataLength();
        node.mzxid = zxid;
        node.mtime = wallMillis;
        node.version = version;
        node.data(data, dataFrom, dataEnd);
        int more = node.dataLength() - lengthBefore;
        sizeBytes += more;
        storeTarget(path, from, end, node, present);
        changed(Change.Kind.DATA_CHANGED, path, from, end, node.dataLength(), acls.list(node.acl));
        quotaChanged(path, from, end, 0, more);
        return ErrorCode.OK;
    }

    /// Gives a znode another ACL.
    ///
    /// @param node gets the znode's fields as they are afterwards
    int setAcl(byte[] path, int from, int end, Fields node, List<Acl> acl, int aversion) {
        Object present = seek(path, from, end);
        if (present == null) {
            return ErrorCode.NO_NODE;
        }
        node.read(present);
        node.aversion = aversion;
        exchangeAcl(node, acl);
        storeTarget(path, from, end, node, present);
        return ErrorCode.OK;
    }

    private void replaceAcl(byte[] path, Fields node, Object present, List<Acl> acl) {
        long before = node.acl;
        exchangeAcl(node, acl);
        if (node.acl != before) {
            storePacked(path, node, present);
        }
    }

    private void exchangeAcl(Fields node, List<Acl> acl) {
        long before = node.acl;
        long after = acls.numberOf(acl);
        if (after != before) {
            acls = acls.used(acl, after, 1, edit).released(before, edit);
            node.acl = after;
        }
    }

    // --- sessions ---

    void createSession(long sessionId, int timeoutMillis) {
        owners = owners.withSession(sessionId, timeoutMillis, edit);
    }

    /// Ends a session: deletes the paths that the transaction lists, then whatever else it owns.
    void closeSession(long sessionId, List<byte[]> listed) {
        for (byte[] path : listed) {
            deleteQuietly(path);
        }
        for (byte[] path : ephemeralsOf(sessionId)) {
            deleteQuietly(path);
        }
        owners = owners.withoutSession(sessionId, edit);
    }

    /// Deletes the ephemerals of sessions that are not there.
    void deleteOrphans() {
        for (byte[] path : owners.orphans()) {
            deleteQuietly(path);
        }
    }

    private void deleteQuietly(byte[] path) {
        int _ = delete(path, 0, path.length); // Gone already is as good as gone now.
    }

    // --- storing ---

    private byte[] packed(Fields node, byte[] path, int from, int end) {
        if (config.digestEnabled()) {
            node.digest(path, from, end);
        }
        return node.pack(path, way.nameFrom(), way.nameEnd());
    }

    /// Stores a znode whose own fields have changed, under the way that {@link #seek} went.
    private void storeTarget(byte[] path, int from, int end, Fields node, Object present) {
        if (config.digestEnabled()) {
            int before = node.digest;
            // The root's path is empty for the digest.
            node.digest(path, way.leadsToRoot() ? end : from, end);
            account(before, node.digest, path, from, end);
        }
        storePacked(path, node, present);
    }

    private void storePacked(byte[] path, Fields node, Object present) {
        byte[] bytes = node.pack(path, way.nameFrom(), way.nameEnd());
        Object entry = bytes;
        if (present instanceof Branch branch) {
            entry =
                    new Branch(
                            bytes,
                            branch.children,
                            node.pzxid,
                            node.cversion,
                            node.childCount,
                            branch.descendants,
                            node.digest);
        }
        root = way.with(entry, edit);
    }

    /// Children of the parent of what was sought.
    private Trie siblings() {
        return way.parent() instanceof Branch branch ? branch.children : Trie.EMPTY;
    }

    /// Stores that parent with other children, and with `parent`'s fields.
    private void storeParent(byte[] path, int from, Trie children, int descendantsMore) {
        boolean isRoot = way.parentIsRoot();
        if (config.digestEnabled()) {
            int end = isRoot ? from : way.parentNameEnd();
            int before = parent.digest;
            parent.digest(path, from, end);
            account(before, parent.digest, path, from, end);
        }
        boolean repack =
                parent.childCount == 0 && !isRoot && parent.dataLength() <= REPACKED_DATA_BYTES_MAX;
        Object above = way.parent();
        Object entry =
                repack
                        ? parent.pack(path, way.parentNameFrom(), way.parentNameEnd())
                        : new Branch(
                                Trie.packed(above),
                                children,
                                parent.pzxid,
                                parent.cversion,
                                parent.childCount,
                                Branch.descendants(above) + descendantsMore,
                                parent.digest);
        root = way.withParent(entry, descendantsMore, edit);
    }

    // --- bookkeeping ---

    private static long unsigned(int value) {
        return value & 0xffffffffL;
    }

    /// Exchanges one znode's digest for another in the tree's; 0 stands for no znode.
    private void account(int before, int after, byte[] path, int from, int end) {
        if (config.digestEnabled() && !Paths.isSystem(path, from, end)) {
            digest += unsigned(after) - unsigned(before);
        }
    }

    private void changed(
            Change.Kind kind, byte[] path, int from, int end, int dataBytes, List<Acl> acl) {
        List<Acl> parentAcl = List.of();
        if (!way.leadsToRoot() && kind != Change.Kind.DATA_CHANGED) {
            parentAcl = acls.list(parent.acl);
        }
        byte[] ownPath = Arrays.copyOfRange(path, from, end);
        var change = new Change(kind, ownPath, dataBytes, acl, parentAcl);
        if (changes.isEmpty()) {
            changes = List.of(change);
            return;
        }
        if (changes.size() == 1) {
            changes = new ArrayList<>(changes);
        }
        changes.add(change);
    }

    // --- quotas ---

    /// The longest path with a quota that holds `path`.
    ///
    /// @return where it ends in `path`, -1 if there is none
    private int quotaEnd(byte[] path, int from, int end) {
        if (quotas.size() == 0) {
            return -1;
        }
        for (int at = end; at > from; at = Paths.lastSlash(path, from, at)) {
            if (quotas.contains(path, from, at)) {
                return at;
            }
        }
        return -1;
    }

    /// Whether a write would go beyond a hard limit.
    ///
    /// @param countMore znodes, `bytesMore` bytes of data that it adds
    boolean exceedsQuota(byte[] path, int from, int end, int countMore, int bytesMore) {
        int quotaEnd = config.enforceQuota() ? quotaEnd(path, from, end) : -1;
        if (quotaEnd < 0) {
            return false;
        }
        QuotaText limits = quotaText(QuotaPaths.limitsOf(path, from, quotaEnd));
        QuotaText usage = quotaText(QuotaPaths.usageOf(path, from, quotaEnd));
        if (limits == null || usage == null) {
            return false;
        }
        // A soft limit only ever warns, and where a hard one is set it alone counts.
        boolean tooMany =
                countMore != 0
                        && limits.countHardLimit() > -1
                        && usage.count() + countMore > limits.countHardLimit();
        boolean tooLarge =
                bytesMore != 0
                        && limits.bytesHardLimit() > -1
                        && usage.bytes() + bytesMore > limits.bytesHardLimit();
        return tooMany || tooLarge;
    }

    private @Nullable QuotaText quotaText(byte[] at) {
        Object entry = seek(at, 0, at.length);
        if (entry == null) {
            return null;
        }
        var node = new Fields();
        node.read(entry);
        return QuotaText.parse(node.data, node.dataFrom, node.dataEnd);
    }

    private void quotaCreated(byte[] path, int from, int end, int dataLength) {
        if (QuotaPaths.isBelow(path, from, end)) {
            int limitedFrom = from + QuotaPaths.ROOT.length;
            int limitedEnd = QuotaPaths.endOfLimited(path, limitedFrom, end);
            int usedEnd = QuotaPaths.endOfUsed(path, limitedFrom, end);
            if (limitedEnd > limitedFrom) { // The root never has a quota.
                quotas = quotas.with(path, limitedFrom, limitedEnd, edit);
            } else if (usedEnd >= 0) {
                recount(path, limitedFrom, usedEnd);
            }
        }
        quotaChanged(path, from, end, 1, dataLength);
    }

    private void quotaDeleted(byte[] path, int from, int end, int dataLength) {
        if (QuotaPaths.isBelow(path, from, end)) {
            int limitedFrom = from + QuotaPaths.ROOT.length;
            int limitedEnd = QuotaPaths.endOfLimited(path, limitedFrom, end);
            if (limitedEnd > limitedFrom) {
                quotas = quotas.without(path, limitedFrom, limitedEnd, edit);
            }
        }
        quotaChanged(path, from, end, -1, -dataLength);
    }

    private void quotaChanged(byte[] path, int from, int end, int countMore, int bytesMore) {
        int quotaEnd = quotaEnd(path, from, end);
        if (quotaEnd < 0) {
            return;
        }
        QuotaText usage = quotaText(QuotaPaths.usageOf(path, from, quotaEnd));
        if (usage != null) {
            storeUsage(path, from, quotaEnd, usage.plus(countMore, bytesMore));
        }
    }

    /// Counts what is below a path with a quota, itself included, into its usage.
    private void recount(byte[] path, int from, int end) {
        Object start = seek(path, from, end);
        if (start == null) {
            return;
        }
        long count = 0;
        long bytes = 0;
        var walk = new State.Walk(start);
        var node = new Fields();
        do {
            node.read(walk.entry());
            count++;
            bytes += node.dataLength();
        } while (walk.next());
        storeUsage(path, from, end, new QuotaText(count, bytes, Map.of()));
    }

    /// Writes the usage into its znode, which stays as it was but for the data: no version, no
    /// watch, no digest.
    private void storeUsage(byte[] path, int from, int quotaEnd, QuotaText usage) {
        byte[] at = QuotaPaths.usageOf(path, from, quotaEnd);
        Object entry = seek(at, 0, at.length);
        if (entry == null) {
            return;
        }
        var node = new Fields();
        node.read(entry);
        byte[] text = usage.toBytes();
        sizeBytes += text.length - node.dataLength();
        node.data(text, 0, text.length);
        storeTarget(at, 0, at.length, node, entry);
    }

    /// For a loader: what every tree has. As in ZooKeeper these znodes come without a trace in
    /// their parents' stats, all zero but for the aversion of the configuration's.
    void completeSystemNodes() {
        completeSystemNode(Paths.utf8("/zookeeper"), Acl.OPEN, 0);
        completeSystemNode(QuotaPaths.ROOT, Acl.OPEN, 0);
        completeSystemNode(Paths.CONFIG, Acl.READ_ONLY, -1);
    }

    /// See {@link ZnodeTree#withMembership}.
    void membership(byte[] text, long version) {
        Object entry = seek(Paths.CONFIG, 0, Paths.CONFIG.length);
        if (entry == null) {
            throw new IllegalStateException("a tree without a znode for its membership");
        }
        var node = new Fields();
        node.read(entry);
        sizeBytes += text.length - node.dataLength();
        node.mzxid = version;
        node.mtime = wallMillis;
        node.version = -1;
        node.data(text, 0, text.length);
        storeTarget(Paths.CONFIG, 0, Paths.CONFIG.length, node, entry);
    }

    private void completeSystemNode(byte[] path, List<Acl> acl, int aversion) {
        if (seek(path, 0, path.length) != null) {
            return;
        }
        long aclNumber = acls.numberOf(acl);
        acls = acls.used(acl, aclNumber, 1, edit);
        var node = new Fields();
        node.create(0, 0, 0, aclNumber);
        node.aversion = aversion;
        byte[] entry = packed(node, path, 0, path.length);
        account(0, node.digest, path, 0, path.length);
        sizeBytes += path.length;
        parent.read(way.parent());
        parent.childCount++;
        storeParent(path, 0, siblings().put(entry, way.nameHash(), edit), 1);
    }

    /// For a loader: finds the quotas among the znodes and counts what they hold.
    void rebuildQuotas() {
        Object start = seek(QuotaPaths.ROOT, 0, QuotaPaths.ROOT.length);
        if (start == null) {
            return;
        }
        var found = new ArrayList<byte[]>();
        var walk = new State.Walk(start);
        do {
            int limitedEnd = QuotaPaths.endOfLimited(walk.path(), 0, walk.pathEnd());
            if (limitedEnd > 0) { // The root never has a quota.
                found.add(Arrays.copyOf(walk.path(), limitedEnd));
            }
        } while (walk.next());
        for (byte[] path : found) {
            quotas = quotas.with(path, 0, path.length, edit);
            recount(path, 0, path.length);
        }
    }
}
