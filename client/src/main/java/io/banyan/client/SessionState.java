package io.banyan.client;

/// What became of the session. Listeners hear of every change, in order.
public enum SessionState {
    /// Not connected yet; never reported to listeners.
    CONNECTING,
    /// A server with a quorum serves this session, and knows who we are where SASL is set up.
    CONNECTED,
    /// A server without a quorum serves it: it answers reads, perhaps of the past, and refuses
    /// writes.
    READ_ONLY,
    /// The connection is gone and another one is being made. The session goes on at the servers;
    /// ephemerals stay.
    DISCONNECTED,
    /// Disconnected, and for so long that the session may have ended by our own clock: others may
    /// hold what we held. No server has said so, and {@link #CONNECTED} may follow.
    LAPSED,
    /// A server said that the session is over: its ephemerals are gone. A client that renews its
    /// sessions, as it does by default, goes on with a new one.
    EXPIRED,
    /// The servers refuse what was given to `addAuth`, or who we are by SASL. The client has ended.
    AUTH_FAILED,
    /// The client was closed.
    CLOSED;

    /// Whether requests are being answered.
    public boolean isConnected() {
        return this == CONNECTED || this == READ_ONLY;
    }
}
