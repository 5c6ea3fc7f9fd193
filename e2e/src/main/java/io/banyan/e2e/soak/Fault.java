package io.banyan.e2e.soak;

/// What is done to an ensemble.
enum Fault {
    /// kill -9 of one or more servers, and a new start later.
    KILL,
    /// kill -9 of all servers at once.
    KILL_ALL,
    /// SIGSTOP of one server for some seconds.
    PAUSE,
    /// SIGSTOP of the leader.
    PAUSE_LEADER,
    /// The leader is killed.
    KILL_LEADER,
    /// One server is cut off from the others, in both directions or in one.
    CUT,
    /// One server's disk is full for a while.
    FULL_DISK,
    /// SIGTERM and start, one server after the other.
    ROLLING
}
