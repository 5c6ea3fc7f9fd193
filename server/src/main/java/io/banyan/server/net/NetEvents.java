package io.banyan.server.net;

/// What happens on the client ports, for metrics. Called on the event loops, often.
public interface NetEvents {
    /// A connection was let in.
    void connected();

    void bytesReceived(int count);

    void bytesSent(int count);

    /// A connection was turned away at the door.
    void refused();
}
