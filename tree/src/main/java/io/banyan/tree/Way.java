package io.banyan.tree;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The way down a tree to one znode, or to where it would be; and up again, with what has changed
/// there. Mutable, confined to one thread.
final class Way {
    /// The znodes from the root down to the parent, and where in the path the name of each one's
    /// child is.
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

    // --- down ---

    /// Looks for a znode and remembers the way.
    ///
    /// @param path not modified until the next call
    /// @return its entry, null if there is none; then {@link #parentFound} tells of its parent
    @SuppressWarnings("ReferenceEquality") // the same array and root: anything else is a new walk
    @Nullable Object seek(Branch root, byte[] path, int from, int end) {
        boolean same = path == soughtPath && from == soughtFrom && root == soughtRoot;
        if (!same || end != soughtEnd) {
            // A parent first, and then its child, is how most changes begin.
            Object above = same && isBelowSought(path, end) ? soughtEntry : null;
            soughtEntry =
                    above == null ? walk(root, path, from, end) : walk(path, end, above, soughtEnd);
            soughtPath = path;
            soughtFrom = from;
            soughtEnd = end;
            soughtRoot = root;
        }
        return soughtEntry;
    }

    private @Nullable Object walk(Branch root, byte[] path, int from, int end) {
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

    // --- what is there ---

    /// Whether it was the root that was sought, which has neither parent nor name.
    boolean leadsToRoot() {
        return depth == 0;
    }

    boolean parentFound() {
        return parentFound;
    }

    /// Entry of the parent of what was sought.
    Object parent() {
        return spine[depth - 1];
    }

    boolean parentIsRoot() {
        return depth == 1;
    }

    /// Where in the path the name of what was sought begins; 0 for the root.
    int nameFrom() {
        return depth == 0 ? 0 : nameFrom[depth - 1];
    }

    /// Index behind that name; 0 for the root.
    int nameEnd() {
        return depth == 0 ? 0 : nameEnd[depth - 1];
    }

    int nameHash() {
        return nameHash[depth - 1];
    }

    /// As {@link #nameFrom}, of a parent that is not the root.
    int parentNameFrom() {
        return nameFrom[depth - 2];
    }

    int parentNameEnd() {
        return nameEnd[depth - 2];
    }

    // --- up ---

    /// @param entry in place of what was sought
    /// @return the new root
    Branch with(Object entry, @Nullable Edit edit) {
        return upwards(depth - 1, entry, 0, edit);
    }

    /// @param parent in its place
    /// @param descendantsMore how many more znodes are below it now
    /// @return the new root
    Branch withParent(Object parent, int descendantsMore, @Nullable Edit edit) {
        return upwards(depth - 2, parent, descendantsMore, edit);
    }

    private Branch upwards(int level, Object child, int descendantsMore, @Nullable Edit edit) {
        Object entry = child;
        for (int i = level; i >= 0; i--) {
            entry = ((Branch) spine[i]).withChild(entry, nameHash[i], descendantsMore, edit);
        }
        return (Branch) entry;
    }
}
