/// What one server keeps on disk: transaction log, snapshots, epoch files, in ZooKeeper's formats.
///
/// In: transactions as opaque payloads behind a 32-byte header, a tree told through {@link
/// io.banyan.wire.SnapshotSink}, epochs. Out: the same after a restart, and from {@link
/// io.banyan.store.TxnLog#sync} the zxid up to which all is durable.
///
/// Callers: the log thread ({@link io.banyan.store.TxnLog}), a snapshot thread ({@link
/// io.banyan.store.SnapshotWriter}, {@link io.banyan.store.Purge}), start-up ({@link
/// io.banyan.store.Recovery}). All files are reached through {@link io.banyan.store.Disk}.
///
/// Invariant: whatever was reported durable is recovered, in order, without a gap, after a crash at
/// any call and whatever subset of unsynced pieces the disk kept; and nothing is recovered that was
/// not appended. Damage that contradicts this is an error with instructions, never a guess.
@NullMarked
package io.banyan.store;

import org.jspecify.annotations.NullMarked;
