package io.banyan.tree;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// An immutable map from byte strings to entries: a compressed hash-array-mapped prefix tree
/// (CHAMP, Steindorfer and Vinju 2015).
///
/// An entry carries its own key: it is either a packed `byte[]` that begins with the key (length as
/// varint, then the key), or a {@link Keyed} whose `packed` does. So a slot costs one reference,
/// and a lookup ends in the very bytes that were looked for.
///
/// A node's `slots` hold its entries first, then its sub-nodes, each in the order of their five
/// bits of hash. Below the last bits stand collision nodes: both maps 0, entries sorted by key.
/// Nodes are kept canonical, so that equal content gives equal shape and therefore equal order of
/// iteration, in every JVM.
final class Trie {
    static final Trie EMPTY = new Trie(0, 0, new Object[0], null);

    private static final int BITS = 5;
    private static final int MASK = 31;

    /// First shift at which a 32-bit hash has no bits left.
    private static final int SHIFT_END = 35;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private int entryMap;
    private int nodeMap;
    private Object[] slots;

    /// Who may change this node in place; null for nobody.
    private final @Nullable Edit edit;

    private Trie(int entryMap, int nodeMap, Object[] slots, @Nullable Edit edit) {
        this.entryMap = entryMap;
        this.nodeMap = nodeMap;
        this.slots = slots;
        this.edit = edit;
    }

    // --- keys ---

    /// An entry that is nothing but its key.
    static byte[] keyOnly(byte[] key, int from, int end) {
        int length = end - from;
        int prefix = Varint.sizeOf(length);
        byte[] entry = new byte[prefix + length];
        Varint.put(entry, 0, length);
        System.arraycopy(key, from, entry, prefix, length);
        return entry;
    }

    /// The bytes that begin with the entry's key.
    static byte[] packed(Object entry) {
        return entry instanceof byte[] bytes ? bytes : ((Keyed) entry).packed;
    }

    /// Index of the key's first byte in {@link #packed}.
    static int keyFrom(byte[] packed) {
        return Varint.skip(packed, 0);
    }

    /// Index behind the key's last byte.
    static int keyEnd(byte[] packed) {
        return keyFrom(packed) + (int) Varint.get(packed, 0);
    }

    private static boolean hasKey(Object entry, byte[] key, int from, int end) {
        byte[] packed = packed(entry);
        int length = end - from;
        int start;
        // Nearly every key is shorter than 128 bytes: one byte of length.
        if (packed[0] >= 0) {
            if (packed[0] != length) {
                return false;
            }
            start = 1;
        } else {
            if (Varint.get(packed, 0) != length) {
                return false;
            }
            start = keyFrom(packed);
        }
        return Arrays.equals(packed, start, start + length, key, from, end);
    }

    private static int hashOf(Object entry) {
        byte[] packed = packed(entry);
        return hash(packed, keyFrom(packed), keyEnd(packed));
    }

    /// A hash of a byte string that is the same in every JVM.
    static int hash(byte[] key, int from, int end) {
        int length = end - from;
        long hash = length * 0x9E3779B97F4A7C15L;
        if (length >= 8) {
            int at = from;
            for (int last = end - 8; at < last; at += 8) {
                hash = mix(hash ^ (long) LONG.get(key, at));
            }
            // The last word may overlap the one before it.
            hash ^= (long) LONG.get(key, end - 8);
        } else if (length >= 4) {
            long high = (int) INT.get(key, end - 4);
            hash ^= high << 32 | ((int) INT.get(key, from) & 0xffffffffL);
        } else {
            for (int at = from; at < end; at++) {
                hash = hash << 8 ^ key[at];
            }
        }
        hash = mix(hash);
        return (int) (hash ^ hash >>> 32);
    }

    private static long mix(long value) {
        long mixed = (value ^ value >>> 32) * 0xD6E8FEB86659FD93L;
        return mixed ^ mixed >>> 29;
    }

    // --- queries ---

    boolean isEmpty() {
        return slots.length == 0;
    }

    @Nullable Object find(byte[] key, int from, int end) {
        return find(key, from, end, hash(key, from, end));
    }

    /// @param hash of the key, for those who need it again
    @Nullable Object find(byte[] key, int from, int end, int hash) {
        Trie node = this;
        for (int shift = 0; shift < SHIFT_END; shift += BITS) {
            int bit = bit(hash, shift);
            if ((node.entryMap & bit) != 0) {
                Object entry = node.slots[index(node.entryMap, bit)];
                return hasKey(entry, key, from, end) ? entry : null;
            }
            if ((node.nodeMap & bit) == 0) {
                return null;
            }
            node = node.child(bit);
        }
        int at = node.collisionIndex(key, from, end);
        return at < 0 ? null : node.slots[at];
    }

    /// Every entry, in an order that depends on nothing but the keys.
    void forEach(Consumer<Object> visitor) {
        int entries = entryCount();
        for (int i = 0; i < entries; i++) {
            visitor.accept(slots[i]);
        }
        for (int i = entries; i < slots.length; i++) {
            ((Trie) slots[i]).forEach(visitor);
        }
    }

    /// The same order as {@link #forEach}, a step at a time.
    Cursor cursor() {
        return new Cursor(this);
    }

    // --- changes ---

    /// This trie with `entry`, in place of the one with the same key if there is one.
    Trie put(Object entry, @Nullable Edit token) {
        return put(entry, hashOf(entry), 0, token);
    }

    /// @param hash of the entry's key
    Trie put(Object entry, int hash, @Nullable Edit token) {
        return put(entry, hash, 0, token);
    }

    private Trie put(Object entry, int hash, int shift, @Nullable Edit token) {
        if (shift >= SHIFT_END) {
            return putColliding(entry, token);
        }
        int bit = bit(hash, shift);
        if ((entryMap & bit) != 0) {
            int at = index(entryMap, bit);
            Object present = slots[at];
            byte[] packed = packed(entry);
            if (hasKey(present, packed, keyFrom(packed), keyEnd(packed))) {
                return withSlot(at, entry, token);
            }
            Trie below = pair(present, hashOf(present), entry, hash, shift + BITS, token);
            return withEntryMovedDown(bit, below, token);
        }
        if ((nodeMap & bit) != 0) {
            int at = nodeIndex(bit);
            Trie before = (Trie) slots[at];
            Trie after = before.put(entry, hash, shift + BITS, token);
            return before == after ? this : withSlot(at, after, token);
        }
        return withInserted(index(entryMap, bit), entry, entryMap | bit, token);
    }

    /// This trie without the entry of that key; the same trie if there is none.
    Trie remove(byte[] key, int from, int end, @Nullable Edit token) {
        return remove(key, from, end, hash(key, from, end), 0, token);
    }

    private Trie remove(byte[] key, int from, int end, int hash, int shift, @Nullable Edit token) {
        if (shift >= SHIFT_END) {
            int at = collisionIndex(key, from, end);
            return at < 0 ? this : withRemoved(at, 0, token);
        }
        int bit = bit(hash, shift);
        if ((entryMap & bit) != 0) {
            int at = index(entryMap, bit);
            return hasKey(slots[at], key, from, end)
                    ? withRemoved(at, entryMap & ~bit, token)
                    : this;
        }
        if ((nodeMap & bit) == 0) {
            return this;
        }
        int at = nodeIndex(bit);
        Trie before = (Trie) slots[at];
        Trie after = before.remove(key, from, end, hash, shift + BITS, token);
        if (after.nodeMap == 0 && after.slots.length == 1) {
            // Canonical: a lone entry stands in the highest node that has room for it.
            return withEntryMovedUp(bit, after.slots[0], token);
        }
        return before == after ? this : withSlot(at, after, token);
    }

    private static Trie pair(
            Object first,
            int firstHash,
            Object second,
            int secondHash,
            int shift,
            @Nullable Edit token) {
        if (shift >= SHIFT_END) {
            boolean ordered = compareKeys(first, second) < 0;
            Object[] both = ordered ? slots(first, second) : slots(second, first);
            return new Trie(0, 0, both, token);
        }
        int firstBit = bit(firstHash, shift);
        int secondBit = bit(secondHash, shift);
        if (firstBit == secondBit) {
            Trie below = pair(first, firstHash, second, secondHash, shift + BITS, token);
            return new Trie(0, firstBit, new Object[] {below}, token);
        }
        // Bits compare as unsigned: bit 31 is the last, not the first.
        boolean ordered = Integer.compareUnsigned(firstBit, secondBit) < 0;
        Object[] both = ordered ? slots(first, second) : slots(second, first);
        return new Trie(firstBit | secondBit, 0, both, token);
    }

    private static Object[] slots(Object first, Object second) {
        return new Object[] {first, second};
    }

    private Trie putColliding(Object entry, @Nullable Edit token) {
        byte[] packed = packed(entry);
        int at = collisionIndex(packed, keyFrom(packed), keyEnd(packed));
        return at >= 0 ? withSlot(at, entry, token) : withInserted(-at - 1, entry, 0, token);
    }

    /// @return index of the entry with that key, `-insertion - 1` if there is none
    private int collisionIndex(byte[] key, int from, int end) {
        for (int i = 0; i < slots.length; i++) {
            byte[] packed = packed(slots[i]);
            int order =
                    Arrays.compareUnsigned(packed, keyFrom(packed), keyEnd(packed), key, from, end);
            if (order == 0) {
                return i;
            }
            if (order > 0) {
                return -i - 1;
            }
        }
        return -slots.length - 1;
    }

    private static int compareKeys(Object first, Object second) {
        byte[] a = packed(first);
        byte[] b = packed(second);
        return Arrays.compareUnsigned(a, keyFrom(a), keyEnd(a), b, keyFrom(b), keyEnd(b));
    }

    // --- one node's slots ---

    private static int bit(int hash, int shift) {
        return 1 << (hash >>> shift & MASK);
    }

    private static int index(int map, int bit) {
        return Integer.bitCount(map & (bit - 1));
    }

    private int nodeIndex(int bit) {
        return Integer.bitCount(entryMap) + index(nodeMap, bit);
    }

    private Trie child(int bit) {
        return (Trie) slots[nodeIndex(bit)];
    }

    private int entryCount() {
        // A collision node has no maps: all its slots are entries.
        return nodeMap == 0 ? slots.length : Integer.bitCount(entryMap);
    }

    private boolean mayEdit(@Nullable Edit token) {
        return token != null && token == edit;
    }

    private Trie withSlot(int at, Object value, @Nullable Edit token) {
        if (mayEdit(token)) {
            slots[at] = value;
            return this;
        }
        Object[] copy = slots.clone();
        copy[at] = value;
        return new Trie(entryMap, nodeMap, copy, token);
    }

    private Trie withInserted(int at, Object value, int newEntryMap, @Nullable Edit token) {
        Object[] grown = new Object[slots.length + 1];
        System.arraycopy(slots, 0, grown, 0, at);
        grown[at] = value;
        System.arraycopy(slots, at, grown, at + 1, slots.length - at);
        return withSlots(newEntryMap, nodeMap, grown, token);
    }

    private Trie withRemoved(int at, int newEntryMap, @Nullable Edit token) {
        if (slots.length == 1) {
            return EMPTY;
        }
        Object[] shrunk = new Object[slots.length - 1];
        System.arraycopy(slots, 0, shrunk, 0, at);
        System.arraycopy(slots, at + 1, shrunk, at, shrunk.length - at);
        return withSlots(newEntryMap, nodeMap, shrunk, token);
    }

    private Trie withEntryMovedDown(int bit, Trie below, @Nullable Edit token) {
        int from = index(entryMap, bit);
        int to = Integer.bitCount(entryMap) - 1 + index(nodeMap, bit);
        Object[] moved = slots.clone();
        System.arraycopy(slots, from + 1, moved, from, to - from);
        moved[to] = below;
        return withSlots(entryMap & ~bit, nodeMap | bit, moved, token);
    }

    private Trie withEntryMovedUp(int bit, Object entry, @Nullable Edit token) {
        int from = nodeIndex(bit);
        int to = index(entryMap, bit);
        Object[] moved = slots.clone();
        System.arraycopy(slots, to, moved, to + 1, from - to);
        moved[to] = entry;
        return withSlots(entryMap | bit, nodeMap & ~bit, moved, token);
    }

    private Trie withSlots(
            int newEntryMap, int newNodeMap, Object[] newSlots, @Nullable Edit token) {
        if (mayEdit(token)) {
            entryMap = newEntryMap;
            nodeMap = newNodeMap;
            slots = newSlots;
            return this;
        }
        return new Trie(newEntryMap, newNodeMap, newSlots, token);
    }

    /// A walk over a trie's entries. Confined to one thread.
    static final class Cursor {
        private final Trie[] nodes = new Trie[SHIFT_END / BITS + 1];
        private final int[] next = new int[SHIFT_END / BITS + 1];
        private int depth;

        private Cursor(Trie root) {
            nodes[0] = root;
        }

        /// @return the next entry, null behind the last
        @Nullable Object next() {
            while (depth >= 0) {
                Trie node = nodes[depth];
                int at = next[depth]++;
                if (at == node.slots.length) {
                    depth--;
                } else if (at < node.entryCount()) {
                    return node.slots[at];
                } else {
                    depth++;
                    nodes[depth] = (Trie) node.slots[at];
                    next[depth] = 0;
                }
            }
            return null;
        }
    }
}
