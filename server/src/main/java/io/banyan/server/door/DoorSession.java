package io.banyan.server.door;

import java.util.concurrent.CompletableFuture;

/// A connection without a socket and its session. Thread-safe.
///
/// It keeps all of ZooKeeper's promises to a client, and asks the same of it: who sends nothing for
/// the session's timeout loses the session. When the connection ends, for whatever reason, the
/// session goes on until its timeout; {@link DoorClients#resume} comes back to it.
public interface DoorSession {
    /// Requests that may wait for a turn; more are refused with {@link Disconnected}.
    int WAITING_MAX = 50_000;

    /// The session's id, once the session is there.
    ///
    /// @return fails with {@link Expired} if the session to be resumed does not exist any more, and
    ///   with {@link Disconnected} if the connection ended first
    CompletableFuture<Long> opened();

    /// Sends a request; requests of one thread keep their order, also before the session is there.
    ///
    /// @param opcode an {@link io.banyan.wire.OpCode}
    /// @param body the request's record without its header; not to be modified afterwards
    /// @return fails with {@link Disconnected} if the connection ends before the reply: then it is
    ///   unknown whether the request was carried out
    CompletableFuture<Reply> request(int opcode, byte[] body);

    /// Says that the client lives; nobody answers.
    void touch();

    /// Ends the connection. The session goes on.
    void detach();

    /// Completes with the reason once the connection has ended.
    CompletableFuture<String> closed();

    /// The answer to a request.
    ///
    /// @param error an {@link io.banyan.wire.ErrorCode}
    /// @param zxid the state in which it was answered
    /// @param body empty if there is an error
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Reply(int error, long zxid, byte[] body) {}

    /// The connection is not there, or not any more.
    final class Disconnected extends RuntimeException {
        private static final long serialVersionUID = 1;

        public Disconnected(String reason) {
            super(reason, null, false, false);
        }
    }

    /// The session is not there any more; its ephemerals are gone.
    final class Expired extends RuntimeException {
        private static final long serialVersionUID = 1;

        public Expired(String reason) {
            super(reason, null, false, false);
        }
    }
}
