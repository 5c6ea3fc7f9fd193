package io.banyan.zab;

import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One server's part in the ensemble. Confined to one thread.
public final class Zab {
    /// @param nowMillis monotonic, as in {@link #tick}
    public Zab(
            ZabConfig config,
            Past past,
            Surroundings surroundings,
            RandomGenerator random,
            long nowMillis) {}

    /// Begins to look for a leader. To be called once.
    public void start() {}

    /// Time has come to this.
    public void tick(long nowMillis) {}

    /// When {@link #tick} is wanted at the latest, on the same clock.
    public long wakeAtMillis() {
        return 0;
    }

    /// The end of a round of inputs: what several of them share is asked for now.
    public void endRound() {}

    /// A vote came in.
    public void notified(long serverId, Notification notification) {}

    /// Whether there is a connection to this server's election port.
    public void electionLink(long serverId, boolean up) {}

    /// A connection on the quorum port is there: one we dialled, or one from outside.
    ///
    /// @param link positive and never used before if it comes from outside
    public void linkOpened(long link) {}

    /// A connection is gone, or could not be made.
    public void linkLost(long link, String why) {}

    public void received(long link, Message message) {}

    /// Everything appended up to and including this zxid is durable.
    public void synced(long zxid) {}

    public void acceptedEpochSaved(long epoch) {}

    public void currentEpochSaved(long epoch) {}

    public void truncated(long zxid) {}

    public void installed(long zxid) {}

    /// @param entries contiguous, from the one after `after` up to `upTo`; null if the disk cannot
    ///   show that nothing is missing, or it would be too much
    public void historyRead(long link, long after, @Nullable List<Entry> entries) {}

    /// Proposes the next transaction. Only while leading; zxids of an epoch are contiguous.
    public void propose(long zxid, byte[] payload) {}

    /// Sends to a learner (while leading).
    public void carry(long link, Object load) {}

    /// Sends to the leader (while following).
    public void carryToLeader(Object load) {}

    /// Gives up leading, so that a new epoch begins.
    public void abdicate(String why) {}

    /// Zxid of the last transaction delivered.
    public long deliveredZxid() {
        return 0;
    }

    /// Zxid of the last transaction in the log, delivered or not.
    public long loggedZxid() {
        return 0;
    }

    /// What this server is in the ensemble now, for operators.
    public PeerState state() {
        return PeerState.LOOKING;
    }

    /// Id of the leader, or -1 while there is none.
    public long leaderId() {
        return -1;
    }

    /// The epoch led or followed; the current one while there is none.
    public long epoch() {
        return 0;
    }

    /// For operators, while leading: those who learn from this server.
    public List<Learner> learners() {
        return List.of();
    }

    /// @param synced whether it has what it needs to be served as a member
    public record Learner(
            long link, long serverId, boolean observer, boolean synced, long ackedZxid) {}
}
