package io.banyan.server.door;

/// An open front door.
public interface Door extends AutoCloseable {
    /// Stops listening and ends all threads of its own. Called once, before the gateways stop; may
    /// block for a moment.
    @Override
    void close();
}
