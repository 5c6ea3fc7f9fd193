package io.banyan.replica;

import io.banyan.tree.State;

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

    /// This connection lost its session to another one: close it.
    record Evict(Connection connection) implements Effect {}

    /// Begin a new log file with the next append.
    record RollLog() implements Effect {}

    /// Write this state, which holds committed transactions only, as a snapshot, while work goes
    /// on; then tell {@link Input.SnapshotDone}.
    record TakeSnapshot(State state) implements Effect {}

    /// Stop: going on could lose what was acknowledged.
    record Halt(String reason) implements Effect {}
}
