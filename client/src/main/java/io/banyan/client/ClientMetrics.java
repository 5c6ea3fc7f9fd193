package io.banyan.client;

/// What a client tells its meters. Every method has a default that does nothing.
///
/// They are called on the network thread, for every request: they must be quick and must not block.
public interface ClientMetrics {
    /// Meters nothing.
    ClientMetrics NONE = new ClientMetrics() {};

    /// A request has its answer, or failed.
    ///
    /// @param operation as ZooKeeper's tools name it: `create`, `getData`, ...
    /// @param nanos since it was made
    /// @param failed whether the caller gets an exception
    default void requestDone(String operation, long nanos, boolean failed) {}

    /// A session is served by a server.
    ///
    /// @param server as it was in the connect string
    /// @param nanos from dialing to the end of the handshake
    default void connected(String server, long nanos) {}

    /// A connection was lost, or could not be made.
    default void connectionFailed(String server, String reason) {}

    /// A watch event came.
    default void watchEvent(WatchEvent.Type type) {}

    /// @param waiting deliveries that the event thread has not begun
    default void eventsWaiting(int waiting) {}
}
