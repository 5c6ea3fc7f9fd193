/// A load generator that speaks ZooKeeper's client protocol, and a server that answers it with
/// canned replies.
///
/// In: server addresses, a {@link io.banyan.bench.load.Work} and how hard to press. Out: {@link
/// io.banyan.bench.load.Measured}: replies counted and latencies by read and write.
///
/// One thread drives all connections, since the generator shares the machine with the server that
/// it measures: what it spends on a request is taken from that server. Therefore requests are
/// copies of a prebuilt frame with the xid and a few digits patched in, nothing is allocated for a
/// request, all connections share one buffer in each direction, and the clock is read once for a
/// batch.
///
/// Invariant: replies of a session come in the order of its requests. The generator checks every
/// xid, so a server that breaks the order fails the run instead of winning it.
@NullMarked
package io.banyan.bench.load;

import org.jspecify.annotations.NullMarked;
