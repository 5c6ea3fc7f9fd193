package io.banyan.store;

/// Settings of the store, parsed once by the server.
///
/// @param preAllocBytes step in which zeros are written ahead of a log's content
///   (`zookeeper.preAllocSize` x 1024), at most 1 MiB of it; 0 or less: no preallocation
/// @param forceSync false: `sync` hands bytes to the operating system only
///   (`zookeeper.forceSync=no`), so a power failure may lose acknowledged writes
/// @param logBytesMax a log file beyond this is closed and the next one begun
///   (`zookeeper.txnLogSizeLimitInKb` x 1024); 0 or less: no limit
/// @param entryBytesMax longest payload taken for real when reading (`jute.maxbuffer` plus
///   `zookeeper.jute.maxbuffer.extrasize`)
/// @param compression of new snapshots (`zookeeper.snapshot.compression.method`)
/// @param writeDigest adds the digest block to new snapshots (`zookeeper.digest.enabled`)
/// @param writeLastZxid adds ZooKeeper 3.9's trailer to new snapshots
///   (`zookeeper.serializeLastProcessedZxid.enabled`)
public record StoreConfig(
        long preAllocBytes,
        boolean forceSync,
        long logBytesMax,
        int entryBytesMax,
        Compression compression,
        boolean writeDigest,
        boolean writeLastZxid) {

    /// ZooKeeper's defaults.
    public static final StoreConfig DEFAULT =
            new StoreConfig(64L << 20, true, 0, 2 * 1_048_575, Compression.NONE, true, true);

    public StoreConfig {
        if (entryBytesMax < 1) {
            throw new IllegalArgumentException("entryBytesMax=" + entryBytesMax);
        }
    }

    public StoreConfig withPreAllocBytes(long bytes) {
        return new StoreConfig(
                bytes,
                forceSync,
                logBytesMax,
                entryBytesMax,
                compression,
                writeDigest,
                writeLastZxid);
    }

    public StoreConfig withLogBytesMax(long bytes) {
        return new StoreConfig(
                preAllocBytes,
                forceSync,
                bytes,
                entryBytesMax,
                compression,
                writeDigest,
                writeLastZxid);
    }

    public StoreConfig withCompression(Compression method) {
        return new StoreConfig(
                preAllocBytes,
                forceSync,
                logBytesMax,
                entryBytesMax,
                method,
                writeDigest,
                writeLastZxid);
    }
}
