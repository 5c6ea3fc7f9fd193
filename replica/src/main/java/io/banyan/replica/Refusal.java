package io.banyan.replica;

/// A request that was refused at the door but is answered in its place.
record Refusal(int xid, int opcode, int error, long receivedNanos) implements Turn {}
