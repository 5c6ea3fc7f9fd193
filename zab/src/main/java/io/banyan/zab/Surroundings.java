package io.banyan.zab;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Everything that {@link Zab} wants done or known. Calls come while Zab handles an input, in an
/// order that is their meaning; none may call back into Zab.
public interface Surroundings {
    // ---- the election port

    /// Tells a server our vote. May be lost or late; a newer one may replace one still waiting.
    void notify(long serverId, Notification notification);

    // ---- the quorum port: connections that keep the order of messages

    /// Connects to a server. {@link Zab#linkOpened} or {@link Zab#linkLost} follows.
    ///
    /// @param link the connection's number from now on; negative, never used before
    void dial(long link, long serverId);

    /// As {@link #dial}, to the port where a follower serves observers.
    void dialObserverMaster(long link, long serverId);

    void send(long link, Message message);

    /// Sends {@link Message.Snap} with the state at this zxid.
    ///
    /// @param undelivered what comes after the delivered state, up to `zxid`; empty as a rule
    void sendImage(long link, long zxid, List<Entry> undelivered);

    /// Closes a connection, after what was sent before. No {@link Zab#linkLost} follows.
    ///
    /// @param why for the operator's log; null if it is not worth a line
    void hangUp(long link, @Nullable String why);

    // ---- the disk: one writer carries all of this out in the order asked

    void append(long zxid, byte[] payload);

    /// Makes everything appended durable; {@link Zab#synced} follows.
    void sync(long zxid);

    /// Saves the epoch, after everything asked before is durable; {@link Zab#acceptedEpochSaved}
    /// follows.
    void saveAcceptedEpoch(long epoch);

    /// As {@link #saveAcceptedEpoch}; {@link Zab#currentEpochSaved} follows.
    void saveCurrentEpoch(long epoch);

    /// Forgets every transaction after this zxid, on disk and in the state machine, durably; {@link
    /// Zab#truncated} follows. If it cannot be done the server has to stop.
    void truncate(long zxid);

    /// Saves who decides, so that {@link ZabConfig#quorums} of the next start knows it; durable
    /// before anything of what is asked after it. Nothing follows.
    default void saveQuorums(Quorums quorums) {}

    /// Makes this image the whole history, on disk, durably, and in the state machine; {@link
    /// Zab#installed} follows.
    void install(long zxid, Object image);

    /// Reads history for a learner from disk; {@link Zab#historyRead} follows. Zab asks only for
    /// what is durable.
    ///
    /// @param after first zxid not wanted
    /// @param upTo last zxid wanted
    void readHistory(long link, long after, long upTo);

    // ---- the state machine above

    /// From now on nothing can be proposed and clients cannot be served, until {@link #leading} or
    /// {@link #following}.
    ///
    /// @param why for people
    void looking(String why);

    /// The next transaction is committed. A leader's own come back in the order of {@link
    /// Zab#propose}.
    void deliver(long zxid, byte[] payload);

    /// The members that a transaction leads to; null if it is about something else. Asked only
    /// where the members may change.
    default @Nullable Configuration configurationOf(long zxid, byte[] payload) {
        return null;
    }

    /// This configuration is committed, and newer than all before: it holds from now on.
    default void activated(Configuration configuration) {}

    /// This server leads: everything before the epoch is delivered, the next proposal has the zxid
    /// `epoch << 32 | 1`.
    void leading(long epoch);

    /// This server follows (or observes) and may serve clients; everything committed so far is
    /// delivered.
    ///
    /// @param observing without a vote
    void following(long leaderId, long epoch, boolean observing);

    /// A message of the other state machine.
    ///
    /// @param link whom it came from
    /// @param serverId whom it came from: a learner if this server leads, else the leader
    void carried(long link, long serverId, Object load);

    /// A quorum followed this leader when {@link Zab#confirm} gave this number, or later.
    void confirmed(long question);

    /// Sessions heard since the last call, for the leader.
    Object touched();

    /// Something that an operator should read.
    void report(String line);
}
