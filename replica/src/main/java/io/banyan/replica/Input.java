package io.banyan.replica;

import io.banyan.tree.State;
import io.banyan.tree.WriteRequest;
import io.banyan.zab.Entry;
import io.banyan.zab.Message;
import io.banyan.zab.Notification;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

    // ---- of an ensemble's member only

    /// A vote came in on the election port.
    record Notified(long serverId, Notification notification) implements Input {}

    /// There is a connection to this server's election port, or there is none any more.
    record ElectionLink(long serverId, boolean up) implements Input {}

    /// A connection on the quorum port is there: one asked for by {@link Effect.Dial}, or one from
    /// outside.
    ///
    /// @param link positive and never used before if it comes from outside
    record LinkOpened(long link) implements Input {}

    /// An observer has connected to the port where a follower serves observers.
    ///
    /// @param link positive and never used before, on either port
    record ObserverLinkOpened(long link) implements Input {}

    /// A connection on the quorum port is gone, or could not be made.
    record LinkLost(long link, String why) implements Input {}

    /// A message came on the quorum port.
    record FromPeer(long link, Message message) implements Input {}

    /// {@link Effect.SaveAcceptedEpoch} is done.
    record AcceptedEpochSaved(long epoch) implements Input {}

    /// {@link Effect.SaveCurrentEpoch} is done.
    record CurrentEpochSaved(long epoch) implements Input {}

    /// {@link Effect.Truncate} is done.
    ///
    /// @param reloaded what is on disk now, if that was asked for
    record Truncated(long zxid, @Nullable State reloaded) implements Input {}

    /// {@link Effect.Install} is done.
    record Installed(long zxid) implements Input {}

    /// {@link Effect.ReadHistory} is done.
    ///
    /// @param entries contiguous, from the first to the last one wanted; null if that could not be
    ///   had
    record HistoryRead(long link, @Nullable List<Entry> entries) implements Input {}
}
