package io.banyan.zab;

/// What a server says of itself in an election. The order is that of the numbers on the wire.
public enum PeerState {
    LOOKING,
    FOLLOWING,
    LEADING,
    OBSERVING
}
