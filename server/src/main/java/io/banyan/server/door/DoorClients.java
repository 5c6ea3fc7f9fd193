package io.banyan.server.door;

/// Makes sessions inside this process. Thread-safe.
public interface DoorClients {
    /// Connects with a new session.
    ///
    /// @param name who it is for, shown to operators as the peer
    /// @param timeoutMillis how long the session outlives its last request; negotiated like any
    ///   other client's
    DoorSession open(String name, int timeoutMillis);

    /// Connects with a session that exists already, wherever it was connected; another connection
    /// of it, on any server, loses it.
    DoorSession resume(String name, long sessionId, int timeoutMillis);
}
