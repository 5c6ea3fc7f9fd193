package io.banyan.tree;

/// Numbers in as few bytes as they need: seven bits a byte, low bits first, the eighth bit says
/// that more follow. Signed numbers that are mostly small go through {@link #zigzag} first.
final class Varint {
    private Varint() {}

    static int sizeOf(long value) {
        return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
    }

    /// @return index behind the number
    static int put(byte[] bytes, int at, long value) {
        int to = at;
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[to++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[to++] = (byte) rest;
        return to;
    }

    static long get(byte[] bytes, int at) {
        long value = 0;
        for (int from = at, shift = 0; ; from++, shift += 7) {
            byte next = bytes[from];
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    /// @return index behind the number that starts at `at`
    static int skip(byte[] bytes, int at) {
        int to = at;
        while (bytes[to] < 0) {
            to++;
        }
        return to + 1;
    }

    static long zigzag(long value) {
        return value << 1 ^ value >> 63;
    }

    static long unzigzag(long value) {
        return value >>> 1 ^ -(value & 1);
    }
}
