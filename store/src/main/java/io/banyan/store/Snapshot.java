package io.banyan.store;

import org.jspecify.annotations.Nullable;

/// What a snapshot file says about itself, after it was read in full and its seals matched.
///
/// @param name of the file
/// @param zxid from the name: replay starts behind it
/// @param digest of the digest block, null where the file has none
/// @param lastZxid of ZooKeeper 3.9's trailer, -1 where the file has none; at or behind `zxid`
///   where the file was written while transactions went on
/// @param nodes znodes in it, the root included
public record Snapshot(
        String name,
        long zxid,
        @Nullable ZxidDigest digest,
        long lastZxid,
        int sessions,
        long nodes,
        long bytes) {}
