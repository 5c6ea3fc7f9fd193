package io.banyan.server.host;

/// What happens on the threads behind the gateways, for logs and metrics. Called on those threads.
public interface HostEvents {
    /// @param txns made durable by this sync
    /// @param nanos that it took
    void synced(int txns, long nanos);

    void snapshotTaken(long zxid, long bytes, long nanos);

    void snapshotFailed(long zxid, Throwable cause);

    /// Clients are served from now on, or not any more. Only of a member of an ensemble.
    ///
    /// @param why not; empty if they are
    void serving(boolean serving, String why);

    /// The server cannot go on; it is told once.
    void halted(String reason);
}
