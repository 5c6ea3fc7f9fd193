package io.banyan.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class TrieTest {
    @Test
    void behavesAsASortedMapUnderRandomChanges() {
        for (int seed = 0; seed < 20; seed++) {
            var random = new Random(seed);
            var model = new TreeMap<String, byte[]>();
            Trie trie = Trie.EMPTY;
            for (int i = 0; i < 3_000; i++) {
                String key = "k".repeat(random.nextInt(12)) + random.nextInt(400);
                byte[] bytes = World.utf8(key);
                if (random.nextInt(3) == 0) {
                    trie = trie.remove(bytes, 0, bytes.length, null);
                    model.remove(key);
                } else {
                    byte[] entry = entry(key, i);
                    trie = trie.put(entry, null);
                    model.put(key, entry);
                }
                byte[] padded = World.utf8("<<" + key + ">");
                assertThat(trie.find(padded, 2, padded.length - 1)).isSameAs(model.get(key));
            }
            assertThat(keys(trie).stream().sorted().toList())
                    .isEqualTo(List.copyOf(model.keySet()));
        }
    }

    @Test
    void iteratesInAnOrderThatDependsOnTheKeysAlone() {
        var keys = new ArrayList<String>();
        for (int i = 0; i < 2_000; i++) {
            keys.add("node-" + i);
        }
        List<String> expected = keys(trieOf(keys, null));

        Collections.shuffle(keys, new Random(1));
        Trie shuffled = trieOf(keys, new Edit());
        for (int i = 0; i < 2_000; i++) {
            shuffled = shuffled.put(entry("gone-" + i, 0), null);
        }
        for (int i = 0; i < 2_000; i++) {
            byte[] key = World.utf8("gone-" + i);
            shuffled = shuffled.remove(key, 0, key.length, null);
        }

        assertThat(keys(shuffled)).isEqualTo(expected);
        var byCursor = new ArrayList<String>();
        Trie.Cursor cursor = shuffled.cursor();
        for (Object next = cursor.next(); next != null; next = cursor.next()) {
            byCursor.add(key(next));
        }
        assertThat(byCursor).isEqualTo(expected);
    }

    @Test
    void keysOfEqualHashLiveSideBySide() {
        int count = 50;
        List<byte[]> colliding = collidingKeys(count);
        var hashes = new HashSet<Integer>();
        for (byte[] key : colliding) {
            hashes.add(Trie.hash(key, 0, key.length));
        }
        assertThat(hashes).hasSize(1);

        Trie trie = Trie.EMPTY;
        for (byte[] key : colliding) {
            trie = trie.put(Trie.keyOnly(key, 0, 8), null);
        }
        Trie full = trie;
        var backwards = new ArrayList<byte[]>(colliding);
        Collections.reverse(backwards);
        Trie other = Trie.EMPTY;
        for (byte[] key : backwards) {
            other = other.put(Trie.keyOnly(key, 0, 8), null);
        }
        assertThat(hexKeys(other)).isEqualTo(hexKeys(full)).hasSize(count);

        for (int i = 0; i < count; i++) {
            byte[] key = colliding.get(i);
            assertThat(trie.find(key, 0, 8)).isNotNull();
            byte[] replaced = Trie.keyOnly(key, 0, 8);
            trie = trie.put(replaced, null);
            assertThat(trie.find(key, 0, 8)).isSameAs(replaced);
            trie = trie.remove(key, 0, 8, null);
            assertThat(trie.find(key, 0, 8)).isNull();
            assertThat(trie.remove(key, 0, 8, null)).isSameAs(trie);
        }
        assertThat(trie.isEmpty()).isTrue();
        assertThat(hexKeys(full)).hasSize(count);
    }

    @Test
    void theLastOfCollidingKeysMovesUpToWhereALoneKeyStands() {
        List<byte[]> two = collidingKeys(2);
        byte[] stays = two.get(0);
        Trie alone = Trie.EMPTY.put(Trie.keyOnly(stays, 0, 8), null);

        Trie both = alone.put(Trie.keyOnly(two.get(1), 0, 8), null);
        Trie again = both.remove(two.get(1), 0, 8, null);

        // Eight levels of nodes less: a second key beside it does not have to go below it.
        Trie.Cursor cursor = again.cursor();
        assertThat(cursor.next()).isNotNull();
        assertThat(cursor.next()).isNull();
        assertThat(again.find(stays, 0, 8)).isNotNull();
    }

    @Test
    void editingInPlaceNeverShowsInATrieThatWasThereBefore() {
        for (int seed = 0; seed < 20; seed++) {
            var random = new Random(seed);
            Trie before = Trie.EMPTY;
            for (int i = 0; i < 500; i++) {
                before = before.put(entry("n" + random.nextInt(1_000), i), null);
            }
            List<byte[]> content = entries(before);

            var edit = new Edit();
            Trie after = before;
            for (int i = 0; i < 2_000; i++) {
                String key = "n" + random.nextInt(1_000);
                byte[] bytes = World.utf8(key);
                after =
                        random.nextBoolean()
                                ? after.put(entry(key, 10_000 + i), edit)
                                : after.remove(bytes, 0, bytes.length, edit);
            }

            assertThat(entries(before)).containsExactlyElementsOf(content);
        }
    }

    @Test
    void keysOfAnyLengthAreFound() {
        Trie trie = Trie.EMPTY;
        for (int length = 0; length < 400; length++) {
            trie = trie.put(entry("x".repeat(length), length), null);
        }
        for (int length = 0; length < 400; length++) {
            byte[] key = World.utf8("x".repeat(length));
            Object found = trie.find(key, 0, length);
            assertThat(found).isNotNull();
            byte[] packed = Trie.packed(found);
            assertThat(Trie.keyEnd(packed) - Trie.keyFrom(packed)).isEqualTo(length);
        }
        assertThat(trie.find(World.utf8("x".repeat(400)), 0, 400)).isNull();
    }

    @Test
    void varintsComeBackAsTheyWent() {
        byte[] bytes = new byte[12];
        for (int shift = 0; shift < 64; shift++) {
            for (long delta = -2; delta <= 2; delta++) {
                long value = (1L << shift) + delta;
                int end = Varint.put(bytes, 1, value);
                assertThat(end - 1).isEqualTo(Varint.sizeOf(value));
                assertThat(Varint.get(bytes, 1)).isEqualTo(value);
                assertThat(Varint.skip(bytes, 1)).isEqualTo(end);
                assertThat(Varint.unzigzag(Varint.zigzag(value))).isEqualTo(value);
            }
        }
    }

    private static Trie trieOf(List<String> keys, Edit edit) {
        Trie trie = Trie.EMPTY;
        for (String key : keys) {
            trie = trie.put(entry(key, 0), edit);
        }
        return trie;
    }

    private static byte[] entry(String key, int payload) {
        byte[] bytes = World.utf8(key);
        byte[] only = Trie.keyOnly(bytes, 0, bytes.length);
        byte[] entry = java.util.Arrays.copyOf(only, only.length + 4);
        ByteBuffer.wrap(entry).putInt(only.length, payload);
        return entry;
    }

    private static List<byte[]> entries(Trie trie) {
        var list = new ArrayList<byte[]>();
        trie.forEach(entry -> list.add((byte[]) entry));
        return list;
    }

    private static String key(Object entry) {
        byte[] packed = Trie.packed(entry);
        int from = Trie.keyFrom(packed);
        return new String(packed, from, Trie.keyEnd(packed) - from);
    }

    private static List<String> keys(Trie trie) {
        return entries(trie).stream().map(TrieTest::key).toList();
    }

    private static List<String> hexKeys(Trie trie) {
        return entries(trie).stream().map(java.util.HexFormat.of()::formatHex).toList();
    }

    /// Eight-byte keys of one hash, made by running the hash backwards.
    private static List<byte[]> collidingKeys(int count) {
        long inverse = 1;
        for (int i = 0; i < 6; i++) {
            inverse *= 2 - 0xD6E8FEB86659FD93L * inverse;
        }
        var keys = new ArrayList<byte[]>();
        for (long high = 1; high <= count; high++) {
            long mixed = high << 32 | (high ^ 0x12345678L);
            long product = mixed ^ mixed >>> 29 ^ mixed >>> 58;
            long folded = product * inverse;
            long word = folded ^ folded >>> 32 ^ 8 * 0x9E3779B97F4A7C15L;
            keys.add(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(word).array());
        }
        return keys;
    }
}
