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
/// Confined to the replica thread.
final class Syncs {
    /// A sync on its way.
    ///
    /// @param ticket null if a learner asked
    record Pending(
            long sessionId, Owner by, @Nullable Ticket ticket, long afterZxid, long question) {}

    /// What a session asked behind a sync.
    ///
    /// @param request null if it is another sync
    record Held(@Nullable WriteRequest request, Owner by, @Nullable Ticket ticket) {}

    private static final class Gate {
        int syncs;
        final ArrayDeque<Held> held = new ArrayDeque<>(2);
    }

    /// Oldest first; neither zxids nor questions fall along it.
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

    /// Whether a sync of this session has to wait, which it need not behind syncs only.
    boolean isHolding(long sessionId) {
        Gate gate = gates.get(sessionId);
        return gate != null && !gate.held.isEmpty();
    }

    void hold(long sessionId, Held later) {
        Gate gate = gates.get(sessionId);
        if (gate == null) {
            throw new IllegalStateException("no sync to wait behind");
        }
        gate.held.add(later);
    }

    void add(Pending sync) {
        pending.add(sync);
        gates.computeIfAbsent(sync.sessionId(), id -> new Gate()).syncs++;
    }

    /// The next sync that can be answered, null if there is none now. {@link #release} says what
    /// may go on behind it.
    @Nullable Pending next(long committedZxid, long confirmedQuestion) {
        Pending first = pending.peek();
        if (first == null
                || first.afterZxid() > committedZxid
                || first.question() > confirmedQuestion) {
            return null;
        }
        return pending.remove();
    }

    /// A sync of this session was answered.
    ///
    /// @return what was held behind it, to be asked again in this order; empty while there are
    ///   other syncs to wait for
    ArrayDeque<Held> release(long sessionId) {
        Gate gate = gates.get(sessionId);
        if (gate == null || --gate.syncs > 0) {
            return new ArrayDeque<>(0);
        }
        gates.remove(sessionId);
        return gate.held;
    }
}
