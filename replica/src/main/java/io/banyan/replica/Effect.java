package io.banyan.replica;

import io.banyan.tree.State;
import io.banyan.zab.Configuration;
import io.banyan.zab.Message;
import io.banyan.zab.Notification;
import io.banyan.zab.Quorums;
import org.jspecify.annotations.Nullable;

/// What a {@link Replica} wants done. The order of a list of effects is their meaning.
public sealed interface Effect {
    /// Append this log entry. It is durable only once {@link Sync} of its zxid was answered.
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Append(long zxid, byte[] payload) implements Effect {}

    /// Make everything appended durable, then tell {@link Input.Synced} with this zxid.
    record Sync(long zxid) implements Effect {}

    /// Hand these transactions to every gateway.
    record Deliver(Batch batch) implements Effect {}

    /// Tell one gateway how the resumption of a session went.
    record Resumed(Ticket ticket, long sessionId, boolean valid) implements Effect {}

    /// Answer a request that became no transaction, in its place in the order of its connection.
    ///
    /// @param error an {@link io.banyan.wire.ErrorCode}
    record Answer(Ticket ticket, int error) implements Effect {}

    /// This connection has lost its session: close it.
    ///
    /// @param why for people
    record Evict(Connection connection, String why) implements Effect {
        static final String MOVED = "its session moved to another connection";
    }

    /// Begin a new log file with the next append.
    record RollLog() implements Effect {}

    /// Write this state, which holds committed transactions only, as a snapshot, while work goes
    /// on; then tell {@link Input.SnapshotDone}.
    record TakeSnapshot(State state) implements Effect {}

    /// Stop: going on could lose what was acknowledged.
    record Halt(String reason) implements Effect {}

    // ---- of an ensemble's member only: the election port

    /// Tell a server our vote. A newer one replaces one that still waits.
    record Notify(long serverId, Notification notification) implements Effect {}

    // ---- the quorum port

    /// Connect to a server's quorum port. {@link Input.LinkOpened} or {@link Input.LinkLost}
    /// follows.
    ///
    /// @param link the connection's number from now on; negative
    /// @param observerMaster to the port where a follower serves observers instead
    record Dial(long link, long serverId, boolean observerMaster) implements Effect {}

    record SendToPeer(long link, Message message) implements Effect {}

    /// Send packet SNAP with this zxid, then the state as ZooKeeper streams it, then its signature
    /// `BenWasHere`, in their place among the messages of the connection.
    record SendImage(long link, long zxid, State state) implements Effect {}

    /// Close a connection after what was sent before; {@link Input.LinkLost} is not expected.
    ///
    /// @param why for the log; null if it is not worth a line
    record HangUp(long link, @Nullable String why) implements Effect {}

    // ---- the log thread, in their place among appends and syncs

    /// Sync what is appended, then save the epoch durably, then tell {@link
    /// Input.AcceptedEpochSaved}.
    record SaveAcceptedEpoch(long epoch) implements Effect {}

    /// Sync what is appended, then save the epoch durably, then tell {@link
    /// Input.CurrentEpochSaved}.
    record SaveCurrentEpoch(long epoch) implements Effect {}

    /// Save the configurations, durable before whatever is asked after it: {@link QuorumsOnDisk}.
    record SaveQuorums(Quorums quorums) implements Effect {}

    /// From now on these are the members: roles, addresses and client ports may be others.
    record Activate(Configuration configuration) implements Effect {}

    /// Remove everything after this zxid from the history, durably, then tell {@link
    /// Input.Truncated}. If that fails: {@link Input.DiskFailed}.
    ///
    /// @param reload whether the state of what is left is wanted
    record Truncate(long zxid, boolean reload) implements Effect {}

    /// Make this state the whole history up to `zxid`, durably and all or nothing, then tell {@link
    /// Input.Installed}. No snapshot is being written meanwhile.
    record Install(long zxid, State state) implements Effect {}

    /// Read a part of the durable history for a learner, beside the log thread's work, then tell
    /// {@link Input.HistoryRead}.
    ///
    /// @param after first zxid not wanted
    /// @param upTo last zxid wanted
    record ReadHistory(long link, long after, long upTo) implements Effect {}

    // ---- gateways

    /// Every gateway adopts this state and serves clients, see {@link Gateway#onServe}.
    ///
    /// @param state everything committed so far
    /// @param epoch of the leader: this server has seen whatever was committed in earlier ones
    /// @param period counts up; what clients ask is dropped if they asked it in another period
    /// @param readOnly only reads, and only of clients that said that will do: this server has no
    ///   leader. Then `epoch` is 0
    /// @param continues the gateways come to this state by the batches delivered to them since they
    ///   ceased, so that connections and watches of then are still good
    record Serve(State state, long epoch, long period, boolean readOnly, boolean continues)
            implements Effect {}

    /// Every gateway stops serving its clients until {@link Serve}, see {@link Gateway#onCease};
    /// when it has stopped already, it closes their connections.
    ///
    /// @param why for people
    record Cease(String why) implements Effect {}

    // ---- people

    /// Write this line to the log.
    record Report(String line) implements Effect {}
}
