package io.banyan.e2e.raw;

/// What arrives on a connection, in its order.
public sealed interface Packet {

    /// One frame without its length.
    ///
    /// @param payload never changed after arrival
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    record Frame(byte[] payload) implements Packet {}

    /// The end: the server closed or reset the connection. Nothing follows.
    record Closed() implements Packet {}
}
