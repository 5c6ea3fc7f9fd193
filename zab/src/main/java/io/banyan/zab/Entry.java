package io.banyan.zab;

/// One transaction of the history.
///
/// @param zxid epoch in the high 32 bits, counter in the low
/// @param payload opaque; shared, never modified
@SuppressWarnings("ArrayRecordComponent") // shared, never compared
public record Entry(long zxid, byte[] payload) {}
