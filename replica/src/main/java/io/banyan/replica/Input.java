package io.banyan.replica;

import io.banyan.tree.WriteRequest;

/// What can happen to a {@link Replica}.
public sealed interface Input {
    /// Time has come to this. The host sends it before every round of other inputs and when the
    /// replica asked to be woken; the replica knows no other clock.
    ///
    /// @param nowMillis monotonic; only differences mean something
    /// @param wallMillis wall clock, for stamps that clients see
    record Tick(long nowMillis, long wallMillis) implements Input {}

    /// A client's write, in its place among the writes of its session.
    record Write(WriteRequest request, Ticket ticket) implements Input {}

    /// A client's sync: answered when everything proposed before it has been applied.
    record Sync(Ticket ticket) implements Input {}

    /// A client without a session wants one.
    ///
    /// @param timeoutMillis negotiated already
    record OpenSession(int timeoutMillis, Ticket ticket) implements Input {}

    /// A client comes back with a session whose password was right.
    record ResumeSession(long sessionId, int timeoutMillis, Ticket ticket) implements Input {}

    /// What a gateway heard since its last report. Also says, by arriving, that it serves.
    ///
    /// @param sessionIds sessions that sent anything
    /// @param agesMillis for each, how long before the report it was last heard
    /// @param timeoutsMillis for each, its timeout on this connection
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Heard(int gateway, long[] sessionIds, int[] agesMillis, int[] timeoutsMillis)
            implements Input {}

    /// Everything appended up to and including this zxid is on disk.
    record Synced(long zxid) implements Input {}

    /// The snapshot asked for by {@link Effect.TakeSnapshot} is on disk, or failed.
    record SnapshotDone(boolean failed) implements Input {}

    /// An operator wants a snapshot now.
    record SnapshotWanted() implements Input {}

    /// The log cannot be written any more. Nothing further may be acknowledged.
    record DiskFailed(String reason) implements Input {}
}
