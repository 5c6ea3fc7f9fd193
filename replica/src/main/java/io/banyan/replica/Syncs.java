package io.banyan.replica;

import io.banyan.tree.WriteRequest;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The syncs that a leader of others owes an answer, and what their sessions asked after them.
///
/// A sync promises that whatever anybody has been told to be committed is seen by the reads behind
/// it. A leader that was replaced and does not know it yet would break that promise, so a sync
/// waits until a quorum has confirmed, after it came, that this server leads; and until everything
/// proposed before it is committed. Later writes of the same session wait behind it, or reads
/// between the sync and such a write could see the write. Other sessions go on.
///
/// Syncs are answered in the order in which they came, whosever they are: a learner knows an answer
/// by nothing but its turn among all that it asked. So one that came behind a held write keeps its
/// turn, and those who come later wait for it.
///
/// Confined to the replica thread.
final class Syncs {
    /// A sync on its way.
    static final class Pending {
        private static final long NOT_YET_KNOWN = Long.MAX_VALUE;

        final long sessionId;
        final Owner by;

        /// Null if a learner asked.
        final @Nullable Ticket ticket;

        private final long question;

        /// The answer comes behind this transaction; the writes that its session asked before have
        /// to be proposed before there is a number.
        private long afterZxid = NOT_YET_KNOWN;

        Pending(long sessionId, Owner by, @Nullable Ticket ticket, long question) {
            this.sessionId = sessionId;
            this.by = by;
            this.ticket = ticket;
            this.question = question;
        }
    }

    /// What a session asked behind a sync.
    sealed interface Held {}

    record HeldWrite(WriteRequest request, Owner by, @Nullable Ticket ticket) implements Held {}

    /// A sync behind a held write.
    record HeldSync(Pending sync) implements Held {}

    private static final class Gate {
        /// Unanswered and not held.
        int syncs;

        final ArrayDeque<Held> held = new ArrayDeque<>(2);
    }

    /// Oldest first; questions do not fall along it. What its head waits for never waits for a
    /// later one: what is held of a session is behind a sync of it.
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();

    private final Map<Long, Gate> gates = new HashMap<>();

    boolean isEmpty() {
        return pending.isEmpty();
    }

    int size() {
        return pending.size();
    }

    /// Whether a write of this session has to wait.
    boolean isShut(long sessionId) {
        return !gates.isEmpty() && gates.containsKey(sessionId);
    }

    /// A write behind the syncs of its session, for which {@link #isShut} holds.
    void hold(HeldWrite later) {
        Gate gate = gates.get(later.request().sessionId());
        if (gate == null) {
            throw new IllegalStateException("no sync to wait behind");
        }
        gate.held.add(later);
    }

    /// @param lastZxid of the last proposal
    void add(Pending sync, long lastZxid) {
        pending.add(sync);
        place(sync, lastZxid);
    }

    /// Finds out what a sync that has its turn waits for; again when what was held is released.
    void place(Pending sync, long lastZxid) {
        Gate gate = gates.computeIfAbsent(sync.sessionId, id -> new Gate());
        if (gate.held.isEmpty()) {
            gate.syncs++;
            sync.afterZxid = lastZxid;
        } else {
            gate.held.add(new HeldSync(sync));
        }
    }

    /// The next sync that can be answered, null if there is none now. {@link #release} says what
    /// may go on behind it.
    @Nullable Pending next(long committedZxid, long confirmedQuestion) {
        Pending first = pending.peek();
        if (first == null
                || first.afterZxid > committedZxid
                || first.question > confirmedQuestion) {
            return null;
        }
        return pending.remove();
    }

    /// A sync of this session was answered.
    ///
    /// @return what was held behind it, to be asked again in this order, a sync by {@link #place};
    ///   empty while there are other syncs to wait for
    ArrayDeque<Held> release(long sessionId) {
        Gate gate = gates.get(sessionId);
        if (gate == null || --gate.syncs > 0) {
            return new ArrayDeque<>(0);
        }
        gates.remove(sessionId);
        return gate.held;
    }
}
