package io.banyan.server.net;

/// What happens on the client ports, for metrics. Called on the event loops, often.
public interface NetEvents {
    /// A connection was let in.
    void connected();

    void bytesReceived(int count);

    void bytesSent(int count);

    /// A connection was turned away at the door.
    void refused();

    /// A client that wants a session was let through.
    ///
    /// @param tokenDeficit of {@link ConnectionTokens}
    void shookHands(int tokenDeficit);

    /// A large request found no room.
    void largeRefused();

    /// A request waited too long for others.
    void throttled();

    /// A request waited longer than its session lives.
    void stale();

    /// A TLS handshake failed.
    void tlsFailed();

    /// A TLS handshake was not begun: there are too many.
    void tlsRefused();
}
