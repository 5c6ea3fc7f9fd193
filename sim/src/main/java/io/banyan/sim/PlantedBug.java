package io.banyan.sim;

import java.util.Locale;

/// Mistakes that the simulation can make on purpose around the production code, to show that its
/// checkers notice. `docs/simulation.md` says within how many seeds each must be caught.
public enum PlantedBug {
    NONE,
    /// A log is told to be synced when it was only appended.
    ACK_BEFORE_SYNC,
    /// Events leave a gateway behind the next reply.
    REPLY_BEFORE_WATCH,
    /// A one-shot watch fires twice.
    ONE_SHOT_NOT_CONSUMED,
    /// Every tenth event is lost.
    EVENT_LOST,
    /// Recovery leaves the last transaction of the log out.
    RECOVERY_SKIPS_LAST,
    /// A snapshot holds transactions that are logged only.
    SNAPSHOT_OF_UNCOMMITTED,
    /// The session clock runs three times too fast.
    EARLY_EXPIRY,
    /// A gateway answers a batch late: it adopts batches in pairs, the second one first.
    BATCHES_SWAPPED,
    /// A gateway misses every twentieth batch.
    BATCH_LOST,
    /// A frame of a client is handed over twice.
    REQUEST_TWICE,
    /// What a learner is given before it may serve is told to be durable when it is appended, and
    /// its epoch is saved before that (ZOOKEEPER-4643, 4646).
    EPOCH_BEFORE_HISTORY,
    /// The current epoch is told to be saved but is not.
    CURRENT_EPOCH_LOST,
    /// The accepted epoch is told to be saved but is not.
    ACCEPTED_EPOCH_LOST,
    /// A server that starts does not look at the epoch it had accepted, only at its current one.
    EPOCH_NOT_CHECKED,
    /// A truncation leaves the last of what it should remove on disk.
    TRUNCATION_KEEPS_TAIL,
    /// A truncation forgets the disk's tail but gives back the state with it.
    TRUNCATION_KEEPS_STATE,
    /// An image holds transactions that are logged only.
    IMAGE_OF_UNCOMMITTED,
    /// A part of history read for a learner lacks one transaction.
    HISTORY_WITH_A_GAP,
    /// A leader tells its learners that a proposal is committed when it proposes it.
    COMMIT_TOLD_EARLY,
    /// A leader tells its learners to serve without waiting for a quorum.
    UPTODATE_EARLY,
    /// A leader is never told which sessions its learners heard.
    TOUCHES_LOST,
    /// A learner forwards every twentieth request twice.
    FORWARDED_TWICE,
    /// A learner answers a sync by itself.
    SYNC_NOT_ASKED,
    /// A learner lets whoever comes back have the session, without asking the leader: who connects
    /// anew, and who stayed connected while there was no leader.
    RESUMPTION_NOT_ASKED,
    /// Connections outlive an election although the server got another history by it.
    OTHER_HISTORY_CONTINUES,
    /// A leader goes on where the counter of its epoch ends (ZOOKEEPER-1277).
    ROLLOVER_MISSED,
    /// The majority decides where groups and weights should.
    GROUPS_IGNORED,
    /// Clients who only read stay when a leader is found.
    READERS_NOT_DISMISSED,
    /// A server that starts does not know of a change of the members that waits in its log.
    CHANGE_FORGOTTEN,
    /// A leader tells its learners to activate a change of the members when it proposes it.
    ACTIVATION_TOLD_EARLY,
    /// A change of the members is committed by the old ones alone, who go on deciding.
    OLD_QUORUM_COMMITS,
    /// What makes a session global reaches the leader behind the request that wanted it.
    UPGRADE_BEHIND_REQUEST,
    /// The leader is never told that a session is to be global.
    UPGRADE_LOST,
    /// An observer master tells its observers of a transaction when it is proposed.
    INFORM_BEFORE_COMMIT,
    /// An observer master answers the syncs of its observers by itself.
    MASTER_ANSWERS_SYNC,
    /// An observer master gives sessions to the clients of its observers without asking the leader.
    MASTER_ANSWERS_RESUMPTION;

    /// Whether it shows only where sessions are local at first.
    boolean isOfLocalSessions() {
        return this == UPGRADE_BEHIND_REQUEST || this == UPGRADE_LOST;
    }

    /// Whether it shows only where observers learn from followers.
    boolean isOfObserverMasters() {
        return switch (this) {
            case INFORM_BEFORE_COMMIT, MASTER_ANSWERS_SYNC, MASTER_ANSWERS_RESUMPTION -> true;
            default -> false;
        };
    }

    /// Whether it shows only where members come and go.
    boolean isOfReconfig() {
        return switch (this) {
            case CHANGE_FORGOTTEN, ACTIVATION_TOLD_EARLY, OLD_QUORUM_COMMITS -> true;
            default -> false;
        };
    }

    static PlantedBug of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
