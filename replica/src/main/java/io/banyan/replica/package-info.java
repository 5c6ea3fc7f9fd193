/// One server's brain, without a thread, a clock, a file or a socket of its own.
///
/// Two kinds of single-threaded owners live here. The {@link io.banyan.replica.Replica} decides the
/// order of writes: in come {@link io.banyan.replica.Input}s, out go {@link
/// io.banyan.replica.Effect}s, and a batch of committed transactions for every gateway. A {@link
/// io.banyan.replica.Gateway} owns connections: in come frames and batches, out go replies and
/// watch events. The host (the server, or the simulator) moves bytes and messages between them.
///
/// Invariant: a gateway shows a connection nothing of a transaction before the connection has been
/// told of the watches that the transaction fired, and never an older state than it showed before.
@NullMarked
package io.banyan.replica;

import org.jspecify.annotations.NullMarked;
