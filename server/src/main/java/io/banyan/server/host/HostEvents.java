package io.banyan.server.host;

import io.banyan.zab.Configuration;
import io.banyan.zab.PeerState;
import io.banyan.zab.Quorums;

/// What happens on the threads behind the gateways, for logs and metrics. Called on those threads.
public interface HostEvents {
    /// @param txns made durable by this sync
    /// @param nanos that it took
    void synced(int txns, long nanos);

    void snapshotTaken(long zxid, long bytes, long nanos);

    void snapshotFailed(long zxid, Throwable cause);

    /// Clients are served from now on, or not any more. Only of a member of an ensemble.
    ///
    /// @param why not; empty if they are
    void serving(boolean serving, String why);

    /// A member begins to look for a leader.
    void looking();

    /// It has found one, or is one.
    ///
    /// @param millis that it looked
    void elected(long millis);

    /// Clients are served.
    ///
    /// @param as LEADING, FOLLOWING or OBSERVING
    /// @param syncMillis since the election was over
    /// @param unavailableMillis since they were served last, or since the start
    void available(PeerState as, long syncMillis, long unavailableMillis);

    /// A learner is given what it misses.
    ///
    /// @param image as an image of the tree, not as a part of the history
    void learnerSynced(boolean image);

    /// A quorum has these proposals of this leader.
    ///
    /// @param millis since they were made
    void acknowledged(int txns, long millis);

    /// What came from the leader in one round.
    void followed(int proposals, int commits);

    /// Other members are to decide, now or soon.
    default void membersKnown(Quorums quorums) {}

    /// These are the members from now on.
    default void activated(Configuration configuration) {}

    /// The server cannot go on; it is told once.
    void halted(String reason);
}
