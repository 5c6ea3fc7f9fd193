package io.banyan.replica;

import io.banyan.tree.WriteRequest;

/// What the state machines of leader and learner tell each other: the load of {@link
/// io.banyan.zab.Message.Carried}, and of {@link io.banyan.zab.Message.Ping} that of a learner.
public sealed interface Load {
    /// A learner's client wants to write (REQUEST). Its transaction, a refusal too, comes back as
    /// any other and is recognised by session and cxid.
    ///
    /// @param request with {@link io.banyan.wire.OpCode#CREATE_SESSION} the body is the timeout
    record Forward(WriteRequest request) implements Load {}

    /// A learner's client wants what was committed before (REQUEST with opcode sync).
    ///
    /// @param sessionId whose it is, for people
    record SyncAsked(long sessionId, int cxid) implements Load {}

    /// Everything that was committed when the oldest unanswered {@link SyncAsked} arrived has been
    /// sent (SYNC).
    record SyncDone() implements Load {}

    /// A client brought its session to a learner (REVALIDATE).
    ///
    /// @param timeoutMillis as negotiated there
    record Revalidate(long sessionId, int timeoutMillis) implements Load {}

    /// The leader's answer to {@link Revalidate}.
    record Revalidated(long sessionId, boolean valid) implements Load {}

    /// Whom a learner heard (PING).
    ///
    /// @param timeoutsMillis of each; a session may be in it more than once
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Touched(long[] sessionIds, int[] timeoutsMillis) implements Load {
        static final Touched NOBODY = new Touched(new long[0], new int[0]);

        public Touched {
            if (sessionIds.length != timeoutsMillis.length) {
                throw new IllegalArgumentException(
                        "sessions=" + sessionIds.length + " timeouts=" + timeoutsMillis.length);
            }
        }
    }
}
