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

    private static final byte[] QUOTA = Paths.utf8("/zookeeper/quota");
    private static final byte[] MEMBERSHIP = Paths.utf8("/zookeeper/config");
    private static final byte[] LIMITS_NAME = Paths.utf8("/zookeeper_limits");
    private static final byte[] STATS_NAME = Paths.utf8("/zookeeper_stats");

    private final TreeConfig config;
    private final long zxid;
    private final long wallMillis;
    private final @Nullable Edit edit;

    private Branch root;
    private long digest;
    private long sizeBytes;
    private Trie sessions;
    private int sessionCount;
    private Trie ephemerals;
    private int ephemeralCount;
    private AclTable acls;
    private PathSet containers;
    private PathSet ttls;
    private PathSet quotas;

    private List<Change> changes = List.of();

    /// The znodes from the root down to the parent of what {@link #seek} looked for, and where in
    /// the path the name of each one's child is.
    private Object[] spine = new Object[8];

    private int[] nameFrom = new int[8];
    private int[] nameEnd = new int[8];

    /// Of those names, in the tries.
    private int[] nameHash = new int[8];

    private int depth;
    private boolean parentFound;

    /// What the spine was made for: checking first and changing then needs one walk, not two.
    private byte @Nullable [] soughtPath;

    private int soughtFrom;
    private int soughtEnd;
    private @Nullable Branch soughtRoot;
    private @Nullable Object soughtEntry;

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
        sessions = base.sessions;
        sessionCount = base.sessionCount();
        ephemerals = base.ephemerals;
        ephemeralCount = base.ephemeralCount();
        acls = base.acls;
        containers = base.containers;
        ttls = base.ttls;
        quotas = base.quotas;
    }

    /// The draft as a state. Nothing may be drafted afterwards.
    State finish() {
        return new State(
                zxid,
                digest,
                root,
                sizeBytes,
                sessions,
                sessionCount,
                ephemerals,
                ephemeralCount,
                acls,
                containers,
                ttls,
                quotas);
    }

    List<Change> changes() {
        return changes;
    }

    // --- looking ---

    /// Looks for a znode and remembers the way, so that what follows can change it.
    ///
    /// @return its entry, null if there is none; then {@link #parentFound} tells of its parent
    @SuppressWarnings("ReferenceEquality") // the same array and root: anything else is a new walk
    @Nullable Object seek(byte[] path, int from, int end) {
        boolean sameWay = path == soughtPath && from == soughtFrom && root == soughtRoot;
        if (!sameWay || end != soughtEnd) {
            // A parent first, and then its child, is how most changes begin.
            Object above = sameWay && isBelowSought(path, end) ? soughtEntry : null;
            soughtEntry = above == null ? walk(path, from, end) : walk(path, end, above, soughtEnd);
            soughtPath = path;
            soughtFrom = from;
            soughtEnd = end;
            soughtRoot = root;
        }
        return soughtEntry;
    }

    private @Nullable Object walk(byte[] path, int from, int end) {
        depth = 0;
        parentFound = true;
        if (from == end || (end - from == 1 && path[from] == '/')) {
            return root;
        }
        if (path[from] != '/') {
            parentFound = false;
            return null;
        }
        return walk(path, end, root, from);
    }

    private boolean isBelowSought(byte[] path, int end) {
        return depth > 0 && end > soughtEnd && path[soughtEnd] == '/';
    }

    /// @param start a znode on the way, to which the spine leads
    /// @param startEnd index behind the path of that znode
    private @Nullable Object walk(byte[] path, int end, Object start, int startEnd) {
        Object entry = start;
        int at = startEnd;
        while (true) {
            int next = State.slashAfter(path, at + 1, end);
            int hash = Trie.hash(path, at + 1, next);
            push(entry, at + 1, next, hash);
            Object child =
                    entry instanceof Branch branch
                            ? branch.children.find(path, at + 1, next, hash)
                            : null;
            if (next == end) {
                return child;
            }
            if (child == null) {
                parentFound = false;
                return null;
            }
            entry = child;
            at = next;
        }
    }

    private void push(Object entry, int from, int end, int hash) {
        if (depth == spine.length) {
            spine = Arrays.copyOf(spine, 2 * depth);
            nameFrom = Arrays.copyOf(nameFrom, 2 * depth);
            nameEnd = Arrays.copyOf(nameEnd, 2 * depth);
            nameHash = Arrays.copyOf(nameHash, 2 * depth);
        }
        spine[depth] = entry;
        nameFrom[depth] = from;
        nameEnd[depth] = end;
        nameHash[depth] = hash;
        depth++;
    }

    /// Whether the last {@link #seek} found the parent.
    boolean parentFound() {
        return parentFound;
    }

    List<Acl> acl(long number) {
        return acls.list(number);
    }

    boolean hasSession(long sessionId) {
        byte[] key = State.sessionKey(sessionId);
        return sessions.find(key, 0, key.length) != null;
    }

    List<byte[]> ephemeralsOf(long sessionId) {
        PathSet paths = State.ephemeralsOf(ephemerals, sessionId);
        return paths == null ? List.of() : paths.toList();
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
        if (!parentFound) {
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

        int level = depth - 1;
        Object above = spine[level];
        parent.read(above);
        raise(parentCversion);
        parent.childCount++;
        Trie children = above instanceof Branch branch ? branch.children : Trie.EMPTY;
        storeParent(path, from, level, children.put(entry, nameHash[level], edit), 1);
        changed(Change.Kind.CREATED, path, from, end, acl);

        own(path, from, end, owner);
        quotaCreated(path, from, end, node.dataLength());
        return ErrorCode.OK;
    }

    private int recreate(
            byte[] path, int from, int end, Object present, List<Acl> acl, int parentCversion) {
        if (depth > 0) {
            int level = depth - 1;
            Object above = spine[level];
            parent.read(above);
            raise(parentCversion);
            storeParent(path, from, level, ((Branch) above).children, 0);
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
        if (!parentFound || depth == 0) {
            return ErrorCode.NO_NODE;
        }
        int level = depth - 1;
        Object above = spine[level];
        parent.read(above);
        var node = new Fields();
        if (present != null) {
            node.read(present);
            if (node.childCount > 0) {
                return ErrorCode.NOT_EMPTY;
            }
        }
        parent.pzxid = Math.max(parent.pzxid, zxid);
        if (present == null) {
            Trie children = above instanceof Branch branch ? branch.children : Trie.EMPTY;
            storeParent(path, from, level, children, 0);
            return ErrorCode.NO_NODE;
        }
        account(node.digest, 0, path, from, end);
        sizeBytes -= end - from + node.dataLength();
        List<Acl> acl = acls.list(node.acl);
        acls = acls.released(node.acl, edit);

        parent.childCount--;
        Trie children =
                ((Branch) above).children.remove(path, nameFrom[level], nameEnd[level], edit);
        storeParent(path, from, level, children, -1);
        changed(Change.Kind.DELETED, path, from, end, acl);

        disown(path, from, end, node.owner);
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
        changed(Change.Kind.DATA_CHANGED, path, from, end, acls.list(node.acl));
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
            int end = depth == 0 ? 0 : nameEnd[depth - 1];
            storePacked(path, node, present, depth == 0 ? 0 : nameFrom[depth - 1], end);
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
        if (!hasSession(sessionId)) {
            sessionCount++;
        }
        sessions = sessions.put(State.sessionEntry(sessionId, timeoutMillis), edit);
    }

    /// Ends a session: deletes the paths that the transaction lists, then whatever else it owns.
    void closeSession(long sessionId, List<byte[]> listed) {
        for (byte[] path : listed) {
            deleteQuietly(path);
        }
        for (byte[] path : ephemeralsOf(sessionId)) {
            deleteQuietly(path);
        }
        if (hasSession(sessionId)) {
            byte[] key = State.sessionKey(sessionId);
            sessions = sessions.remove(key, 0, key.length, edit);
            sessionCount--;
        }
    }

    /// Deletes the ephemerals of sessions that are not there.
    void deleteOrphans() {
        var orphaned = new ArrayList<byte[]>();
        ephemerals.forEach(entry -> {
            if (!hasSession(State.sessionOf(entry))) {
                orphaned.addAll(((PathSet) entry).toList());
            }
        });
        for (byte[] path : orphaned) {
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
        int level = depth - 1;
        return node.pack(path, nameFrom[level], nameEnd[level]);
    }

    /// Stores a znode whose own fields have changed, under the way that {@link #seek} went.
    private void storeTarget(byte[] path, int from, int end, Fields node, Object present) {
        if (config.digestEnabled()) {
            int before = node.digest;
            node.digest(path, depth == 0 ? end : from, end);
            account(before, node.digest, path, from, end);
        }
        int level = depth - 1;
        storePacked(
                path,
                node,
                present,
                depth == 0 ? 0 : nameFrom[level],
                depth == 0 ? 0 : nameEnd[level]);
    }

    private void storePacked(
            byte[] path, Fields node, Object present, int nameStart, int nameStop) {
        byte[] bytes = node.pack(path, nameStart, nameStop);
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
        storeUpwards(depth - 1, entry, 0);
    }

    /// Stores the parent at a level of the spine with other children, and with `parent`'s fields.
    private void storeParent(byte[] path, int from, int level, Trie children, int descendantsMore) {
        Object above = spine[level];
        if (config.digestEnabled()) {
            // The root's path is empty for the digest.
            int end = level == 0 ? from : nameEnd[level - 1];
            int before = parent.digest;
            parent.digest(path, from, end);
            account(before, parent.digest, path, from, end);
        }
        boolean repack =
                parent.childCount == 0
                        && level > 0
                        && parent.dataLength() <= REPACKED_DATA_BYTES_MAX;
        Object entry;
        if (repack) {
            entry = parent.pack(path, nameFrom[level - 1], nameEnd[level - 1]);
        } else {
            entry =
                    new Branch(
                            Trie.packed(above),
                            children,
                            parent.pzxid,
                            parent.cversion,
                            parent.childCount,
                            Branch.descendants(above) + descendantsMore,
                            parent.digest);
        }
        storeUpwards(level - 1, entry, descendantsMore);
    }

    private void storeUpwards(int level, Object child, int descendantsMore) {
        Object entry = child;
        for (int i = level; i >= 0; i--) {
            entry = ((Branch) spine[i]).withChild(entry, nameHash[i], descendantsMore, edit);
        }
        root = (Branch) entry;
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

    private void changed(Change.Kind kind, byte[] path, int from, int end, List<Acl> acl) {
        List<Acl> parentAcl = List.of();
        if (depth > 0 && kind != Change.Kind.DATA_CHANGED) {
            parentAcl = acls.list(parent.acl);
        }
        var change = new Change(kind, Arrays.copyOfRange(path, from, end), acl, parentAcl);
        if (changes.isEmpty()) {
            changes = List.of(change);
            return;
        }
        if (changes.size() == 1) {
            changes = new ArrayList<>(changes);
        }
        changes.add(change);
    }

    private void own(byte[] path, int from, int end, long owner) {
        switch (OwnerKind.of(owner, config)) {
            case PERSISTENT -> {}
            case EPHEMERAL -> {
                byte[] key = State.sessionKey(owner);
                PathSet before = State.ephemeralsOf(ephemerals, owner);
                PathSet set = before == null ? PathSet.under(key) : before;
                ephemerals = ephemerals.put(set.with(path, from, end, edit), edit);
                ephemeralCount++;
            }
            case CONTAINER -> containers = containers.with(path, from, end, edit);
            case TTL -> ttls = ttls.with(path, from, end, edit);
        }
    }

    private void disown(byte[] path, int from, int end, long owner) {
        switch (OwnerKind.of(owner, config)) {
            case PERSISTENT -> {}
            case EPHEMERAL -> {
                byte[] key = State.sessionKey(owner);
                PathSet before = State.ephemeralsOf(ephemerals, owner);
                if (before == null) {
                    throw new IllegalStateException("an ephemeral its session does not know");
                }
                PathSet after = before.without(path, from, end, edit);
                ephemerals =
                        after.size() == 0
                                ? ephemerals.remove(key, 0, key.length, edit)
                                : ephemerals.put(after, edit);
                ephemeralCount--;
            }
            case CONTAINER -> containers = containers.without(path, from, end, edit);
            case TTL -> ttls = ttls.without(path, from, end, edit);
        }
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
        QuotaText limits = quotaText(path, from, quotaEnd, LIMITS_NAME);
        QuotaText usage = quotaText(path, from, quotaEnd, STATS_NAME);
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

    private @Nullable QuotaText quotaText(byte[] path, int from, int quotaEnd, byte[] name) {
        byte[] at = quotaPath(path, from, quotaEnd, name);
        Object entry = seek(at, 0, at.length);
        if (entry == null) {
            return null;
        }
        var node = new Fields();
        node.read(entry);
        return QuotaText.parse(node.data, node.dataFrom, node.dataEnd);
    }

    private static byte[] quotaPath(byte[] path, int from, int quotaEnd, byte[] name) {
        int length = quotaEnd - from;
        byte[] at = Arrays.copyOf(QUOTA, QUOTA.length + length + name.length);
        System.arraycopy(path, from, at, QUOTA.length, length);
        System.arraycopy(name, 0, at, QUOTA.length + length, name.length);
        return at;
    }

    private void quotaCreated(byte[] path, int from, int end, int dataLength) {
        if (isBelowQuota(path, from, end)) {
            int quotaFrom = from + QUOTA.length;
            if (hasName(path, from, end, LIMITS_NAME)) {
                int quotaEnd = end - LIMITS_NAME.length;
                if (quotaEnd > quotaFrom) { // The root never has a quota.
                    quotas = quotas.with(path, quotaFrom, quotaEnd, edit);
                }
            } else if (hasName(path, from, end, STATS_NAME)) {
                recount(path, quotaFrom, end - STATS_NAME.length);
            }
        }
        quotaChanged(path, from, end, 1, dataLength);
    }

    private void quotaDeleted(byte[] path, int from, int end, int dataLength) {
        if (isBelowQuota(path, from, end) && hasName(path, from, end, LIMITS_NAME)) {
            quotas = quotas.without(path, from + QUOTA.length, end - LIMITS_NAME.length, edit);
        }
        quotaChanged(path, from, end, -1, -dataLength);
    }

    private void quotaChanged(byte[] path, int from, int end, int countMore, int bytesMore) {
        int quotaEnd = quotaEnd(path, from, end);
        if (quotaEnd < 0) {
            return;
        }
        QuotaText usage = quotaText(path, from, quotaEnd, STATS_NAME);
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
        byte[] at = quotaPath(path, from, quotaEnd, STATS_NAME);
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

    private static boolean isBelowQuota(byte[] path, int from, int end) {
        return Paths.startsWith(path, from, end, QUOTA) && end - from > QUOTA.length;
    }

    private static boolean hasName(byte[] path, int from, int end, byte[] slashName) {
        return end - from > slashName.length
                && Arrays.equals(path, end - slashName.length, end, slashName, 0, slashName.length);
    }

    /// For a loader: what every tree has. As in ZooKeeper these znodes come without a trace in
    /// their parents' stats, all zero but for the aversion of the configuration's.
    void completeSystemNodes() {
        completeSystemNode(Paths.utf8("/zookeeper"), Acl.OPEN, 0);
        completeSystemNode(QUOTA, Acl.OPEN, 0);
        completeSystemNode(MEMBERSHIP, Acl.READ_ONLY, -1);
    }

    /// See {@link ZnodeTree#withMembership}.
    void membership(byte[] text, long version) {
        Object entry = seek(MEMBERSHIP, 0, MEMBERSHIP.length);
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
        storeTarget(MEMBERSHIP, 0, MEMBERSHIP.length, node, entry);
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
        int level = depth - 1;
        Object above = spine[level];
        parent.read(above);
        parent.childCount++;
        Trie children = above instanceof Branch branch ? branch.children : Trie.EMPTY;
        storeParent(path, 0, level, children.put(entry, nameHash[level], edit), 1);
    }

    /// For a loader: finds the quotas among the znodes and counts what they hold.
    void rebuildQuotas() {
        Object start = seek(QUOTA, 0, QUOTA.length);
        if (start == null) {
            return;
        }
        var found = new ArrayList<byte[]>();
        var walk = new State.Walk(start);
        do {
            if (hasName(walk.path(), 0, walk.pathEnd(), LIMITS_NAME)) {
                found.add(Arrays.copyOf(walk.path(), walk.pathEnd() - LIMITS_NAME.length));
            }
        } while (walk.next());
        for (byte[] path : found) {
            if (path.length > 0) {
                quotas = quotas.with(path, 0, path.length, edit);
                recount(path, 0, path.length);
            }
        }
    }
}
