package io.banyan.tree;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An immutable set of paths, maybe under a session: the ephemerals of one, the containers, the TTL
/// nodes, the paths with a quota.
final class PathSet extends Keyed {
    static final PathSet EMPTY = new PathSet(new byte[] {0}, Trie.EMPTY, 0);

    private final Trie paths;
    private final int size;

    private PathSet(byte[] packed, Trie paths, int size) {
        super(packed);
        this.paths = paths;
        this.size = size;
    }

    /// An empty set that is an entry under a session's key.
    static PathSet under(byte[] key) {
        return new PathSet(Trie.keyOnly(key, 0, key.length), Trie.EMPTY, 0);
    }

    int size() {
        return size;
    }

    boolean contains(byte[] path, int from, int end) {
        return paths.find(path, from, end) != null;
    }

    PathSet with(byte[] path, int from, int end, @Nullable Edit edit) {
        if (contains(path, from, end)) {
            return this;
        }
        return new PathSet(packed, paths.put(Trie.keyOnly(path, from, end), edit), size + 1);
    }

    PathSet without(byte[] path, int from, int end, @Nullable Edit edit) {
        if (!contains(path, from, end)) {
            return this;
        }
        return new PathSet(packed, paths.remove(path, from, end, edit), size - 1);
    }

    /// Copies of the paths, in the order of the trie.
    List<byte[]> toList() {
        var list = new ArrayList<byte[]>(size);
        paths.forEach(entry -> list.add(pathOf(entry)));
        return list;
    }

    private static byte[] pathOf(Object entry) {
        byte[] packed = Trie.packed(entry);
        return Arrays.copyOfRange(packed, Trie.keyFrom(packed), Trie.keyEnd(packed));
    }
}
