package io.banyan.zab;

import org.jspecify.annotations.Nullable;

/// What a leader and its learners say to each other on the quorum port. A connection keeps their
/// order; what is lost with it is lost from some message on.
public sealed interface Message {
    /// A learner introduces itself (FOLLOWERINFO, OBSERVERINFO).
    ///
    /// @param configVersion of the membership the learner knows; 0 without reconfiguration
    /// @param banyan whether the learner understands acknowledgements and commits that stand for
    ///   all earlier ones, and frequent pings
    record LearnerInfo(
            long serverId, boolean observer, long acceptedEpoch, long configVersion, boolean banyan)
            implements Message {}

    /// The leader announces its epoch (LEADERINFO).
    ///
    /// @param banyan as in {@link LearnerInfo}, of the leader
    record LeaderInfo(long epoch, boolean banyan) implements Message {}

    /// The learner promises to follow no older epoch.
    ///
    /// @param lastZxid last in the learner's log
    /// @param currentEpoch the learner's, or -1 if it had accepted this epoch before
    record AckEpoch(long lastZxid, long currentEpoch) implements Message {}

    /// What the learner has is a prefix of the leader's history: the rest follows.
    record Diff(long zxid) implements Message {}

    /// The learner has to forget everything after this zxid; then as {@link Diff}.
    record Trunc(long zxid) implements Message {}

    /// The learner gets everything up to this zxid anew.
    ///
    /// @param image the state at that zxid; what it is, only the state machine knows
    record Snap(long zxid, Object image) implements Message {}

    /// Ends what the new epoch begins with.
    ///
    /// @param config text of the newest configuration; empty if the leader sent none
    /// @param newest what `config` says; null where the members never change
    /// @param committed the newest one that the leader knows to be committed; null if it does not
    ///   say so, as ZooKeeper's do not
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record NewLeader(
            long epoch,
            byte[] config,
            @Nullable Configuration newest,
            @Nullable Configuration committed)
            implements Message {
        public NewLeader(long epoch, byte[] config) {
            this(epoch, config, null, null);
        }
    }

    /// The epoch is established: clients may be served.
    record UpToDate() implements Message {}

    record Ack(long zxid) implements Message {}

    @SuppressWarnings("ArrayRecordComponent") // shared, never compared
    record Proposal(long zxid, byte[] payload) implements Message {}

    record Commit(long zxid) implements Message {}

    /// The commit of a transaction that changes the members (COMMITANDACTIVATE).
    ///
    /// @param designatedLeader who should lead from now on
    record CommitAndActivate(long zxid, long designatedLeader) implements Message {}

    /// Proposal and commit in one, for observers.
    @SuppressWarnings("ArrayRecordComponent") // shared, never compared
    record Inform(long zxid, byte[] payload) implements Message {}

    /// As {@link Inform}, of a transaction that changes the members (INFORMANDACTIVATE).
    @SuppressWarnings("ArrayRecordComponent") // shared, never compared
    record InformAndActivate(long zxid, long designatedLeader, byte[] payload) implements Message {}

    /// Sign of life. The learner answers with one of its own.
    ///
    /// @param touched from a learner: which sessions it heard, as the state machine knows them;
    ///   null from a leader
    record Ping(long zxid, @Nullable Object touched) implements Message {}

    /// Something between the state machines of leader and learner, in its place among the others.
    record Carried(Object load) implements Message {}
}
