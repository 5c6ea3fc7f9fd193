package io.banyan.replica;

import io.banyan.zab.Configuration;
import io.banyan.zab.Quorums;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How proposals become committed, seen from the replica: they go in in order and come out in the
/// same order, each at most once, those and only those that are durable where they have to be.
///
/// {@link Solo} is the engine of a server on its own, {@link ZabBroadcast} that of a member of an
/// ensemble.
sealed interface Broadcast permits Solo, ZabBroadcast {
    /// Proposes the next transaction (or, without one, a place in the order: a sync).
    void propose(Committed proposal, List<Effect> out);

    /// The end of a round of inputs: now is the time to ask for what several proposals share.
    void roundEnded(List<Effect> out);

    /// Everything up to this zxid is durable here.
    ///
    /// @param to receives what this made committed, in order
    void synced(long zxid, Standing to);

    /// Whether somebody else could lead without our knowing it.
    boolean isShared();

    /// Whether something proposed is not committed yet.
    boolean isWaiting();

    /// Takes what became committed without any sync, as a sync with nothing before it does.
    void drain(Standing to);

    /// No further transaction has a number in this epoch.
    ///
    /// @return whether the one after may be proposed in the next epoch at once; otherwise this
    ///   server does not lead any more
    boolean endEpoch();

    /// Tells a learner, or an observer of this follower, at once; nothing happens if it is gone.
    void tell(LearnerLink learner, Load load);

    /// Asks whether this server still leads; to be asked only by a leader of others.
    ///
    /// @return a number: {@link Leading#confirmed} of it, or of a later one, is the answer
    long confirm();

    /// Who decides at this moment; null of a server on its own.
    @Nullable Quorums quorums();

    /// Whether enough members of this configuration are with this leader to decide.
    boolean isSynced(Configuration members);

    /// Tells the leader.
    void tellLeader(Load load);
}
