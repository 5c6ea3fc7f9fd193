/// Records and codec of ZooKeeper's client protocol, transaction log and snapshots.
///
/// In: byte arrays that others read from sockets and files. Out: byte arrays they are to write.
/// {@link io.banyan.wire.OpCode} numbers the requests; the record of each is named after its shape,
/// since several share one, and says which. Transactions are in {@link io.banyan.wire.txn}.
///
/// Nothing here does I/O, knows a clock or keeps state between calls; every decoder treats its
/// input as hostile and answers {@link io.banyan.wire.MalformedRecord} instead of trusting a
/// length.
///
/// Invariant: what {@code encode} wrote, {@code decode} reads back equal, and the bytes are those
/// that Apache ZooKeeper 3.9 writes for the same record (golden bytes in the tests were captured
/// from it).
@NullMarked
package io.banyan.wire;

import org.jspecify.annotations.NullMarked;
