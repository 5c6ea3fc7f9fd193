package io.banyan.zab;

/// What a leader knows of one learner, by its connection.
final class LearnerLink {
    enum Phase {
        /// Connected, and silent so far.
        NEW,
        /// It said who it is; the epoch is not decided yet.
        INTRODUCED,
        /// It was told the epoch.
        ASKED,
        /// It promised to follow the epoch; what it needs is not decided yet.
        PROMISED,
        /// What it needs is being read from disk.
        READING,
        /// All it needs was sent, up to NEWLEADER, and every proposal since.
        SENT,
        /// It acknowledged NEWLEADER: its acknowledgements count.
        SETTLED,
        /// It was told UPTODATE.
        SERVING
    }

    final long link;
    Phase phase = Phase.NEW;
    long serverId = -1;
    boolean observer;

    /// Neither our configuration nor a change of it names this server. It may learn, but nothing
    /// that it says of itself decides anything, and nothing that it has is replaced.
    boolean guest;

    /// Understands what stands for all earlier ones, and frequent pings.
    boolean banyan;

    long acceptedEpoch;

    /// The end of its log when it promised.
    long lastZxid;

    long heardMillis;

    /// Everything up to here is durable there.
    long ackedZxid;

    /// Since when it owes us an acknowledgement; -1 if it does not.
    long owingSinceMillis = -1;

    /// For a learner whose history is read from disk: where the reading ends.
    long readUpTo;

    /// The last question of ours that it answered.
    long answeredQuestion;

    LearnerLink(long link, long nowMillis) {
        this.link = link;
        this.heardMillis = nowMillis;
    }

    boolean isForwarding() {
        return phase.compareTo(Phase.SENT) >= 0;
    }

    /// Whether what it acknowledges is its own history; whether that decides is up to {@link
    /// Quorums}.
    boolean counts() {
        return !observer && phase.compareTo(Phase.SETTLED) >= 0;
    }

    boolean isIntroduced() {
        return phase != Phase.NEW;
    }
}
