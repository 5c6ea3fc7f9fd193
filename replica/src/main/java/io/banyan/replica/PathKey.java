package io.banyan.replica;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A path as a key of a hash table: a range of UTF-8 bytes with its hash.
///
/// A key kept in a table owns its bytes. One instance of each table is a probe that is pointed at
/// foreign bytes for the length of one look-up, so that a look-up allocates nothing.
final class PathKey {
    private byte[] bytes;
    private int from;
    private int end;
    private int hash;

    PathKey(byte[] bytes) {
        this.bytes = bytes;
        pointAt(bytes, 0, bytes.length);
    }

    PathKey pointAt(byte[] newBytes, int newFrom, int newEnd) {
        bytes = newBytes;
        from = newFrom;
        end = newEnd;
        int h = 1;
        for (int i = newFrom; i < newEnd; i++) {
            h = 31 * h + newBytes[i];
        }
        hash = h;
        return this;
    }

    /// A key that owns its bytes.
    PathKey keep() {
        return new PathKey(Arrays.copyOfRange(bytes, from, end));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PathKey that
                && hash == that.hash
                && Arrays.equals(bytes, from, end, that.bytes, that.from, that.end);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return new String(bytes, from, end - from, StandardCharsets.UTF_8);
    }
}
