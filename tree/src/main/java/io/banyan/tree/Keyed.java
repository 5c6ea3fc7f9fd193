package io.banyan.tree;

/// An entry of a {@link Trie} that is more than bytes; its key stands in front of `packed`.
abstract class Keyed {
    /// Length of the key as varint, the key, then whatever the entry keeps there. Never modified.
    final byte[] packed;

    Keyed(byte[] packed) {
        this.packed = packed;
    }
}
