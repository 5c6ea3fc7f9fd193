package io.banyan.client;

/// Something that goes on until it is closed: a watch, a listener. Closing it twice is fine, from
/// any thread; an event that is on its way may still arrive.
public interface Registration extends AutoCloseable {
    /// Does not wait and does not fail.
    @Override
    void close();
}
