package io.banyan.nacos.tree;

import io.banyan.wire.Stat;

/// A znode as it is in one view.
///
/// @param data never null; not to be modified
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record Node(byte[] data, Stat stat) {}
