package io.banyan.tree;

import org.jspecify.annotations.Nullable;

/// A znode that has children, or has had some and too much data to be packed again at once.
///
/// `packed` is the znode as it was when it got its first child, or its data changed last; it is
/// shared by all later versions, so that a child's change never copies the parent's data. The
/// fields here are those that children change.
final class Branch extends Keyed {
    final Trie children;
    final long pzxid;

    /// Creations of children, as stored.
    final int cversion;

    final int childCount;

    /// Znodes below, at any depth.
    final int descendants;

    final int digest;

    Branch(
            byte[] packed,
            Trie children,
            long pzxid,
            int cversion,
            int childCount,
            int descendants,
            int digest) {
        super(packed);
        this.children = children;
        this.pzxid = pzxid;
        this.cversion = cversion;
        this.childCount = childCount;
        this.descendants = descendants;
        this.digest = digest;
    }

    /// The same znode after something happened further below.
    ///
    /// @param hash of the child's name
    Branch withChild(Object child, int hash, int descendantsMore, @Nullable Edit edit) {
        return new Branch(
                packed,
                children.put(child, hash, edit),
                pzxid,
                cversion,
                childCount,
                descendants + descendantsMore,
                digest);
    }

    static int descendants(Object entry) {
        return entry instanceof Branch branch ? branch.descendants : 0;
    }
}
