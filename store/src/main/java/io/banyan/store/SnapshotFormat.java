package io.banyan.store;

/// Layout of ZooKeeper's snapshot files. All integers are big-endian; strings and buffers have
/// their length (4) before them.
///
/// | part | content |
/// |---|---|
/// | header | magic `ZKSN` (4), version 2 (4), dbid -1 (8) |
/// | sessions | count (4), then each id (8), timeout (4) |
/// | ACL map | count (4), then each key (8), vector of ACLs |
/// | nodes | each path, data, ACL key (8), persisted stat (60); parents before children |
/// | end of nodes | the path `/` |
/// | seal | Adler-32 of everything before (8), the string `/` |
/// | digest block, may be absent | zxid (8), version (4), digest (8), seal |
/// | zxid block, since 3.9, may be absent | zxid at the end of writing (8), seal |
///
/// A seal covers the earlier seals too.
final class SnapshotFormat {
    static final int MAGIC = 0x5a4b534e;
    static final int VERSION = 2;
    static final long DBID = -1;
    static final int HEADER_BYTES = 16;

    /// Checksum, and `/` with its length.
    static final int SEAL_BYTES = 13;

    static final int DIGEST_BLOCK_BYTES = 20 + SEAL_BYTES;
    static final int ZXID_BLOCK_BYTES = 8 + SEAL_BYTES;

    private SnapshotFormat() {}
}
