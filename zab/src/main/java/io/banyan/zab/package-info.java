/// Election and atomic broadcast: who leads, and what is committed in which order.
///
/// One {@link io.banyan.zab.Zab} is one server's part in it: a deterministic step machine without a
/// clock, a thread, a socket or a file. In: messages of other servers, what the disk has finished,
/// time, and the proposals of the state machine above. Out, through {@link
/// io.banyan.zab.Surroundings}: messages, work for the disk, and the committed transactions in
/// order. Payloads are opaque here.
///
/// The protocol is ZooKeeper's: fast leader election, then Zab 1.0 (Junqueira, Reed, Serafini:
/// "Zab: High-performance broadcast for primary-backup systems", 2011) with discovery,
/// synchronisation and broadcast. Confined to one thread.
///
/// Invariants: nothing is acknowledged that is not durable here; acceptedEpoch >= currentEpoch >=
/// the epoch of anything acknowledged; what was delivered is in the history of every later leader.
@NullMarked
package io.banyan.zab;

import org.jspecify.annotations.NullMarked;
