package io.banyan.replica;

/// A read that stands behind an unfinished write of its connection.
///
/// @param body request record without header, a copy of its own
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
record WaitingRead(int xid, int opcode, byte[] body, long receivedNanos) implements Turn {}
