package io.banyan.tree;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one transaction did. Immutable, and so are the arrays by agreement.
public final class Applied {
    private final State state;
    private final long zxid;
    private final int type;
    private final long sessionId;
    private final int cxid;
    private final byte[] payload;
    private final int err;
    private final byte @Nullable [] reply;
    private final List<Change> changes;
    private final boolean digestAgrees;

    Applied(
            State state,
            long zxid,
            int type,
            long sessionId,
            int cxid,
            byte[] payload,
            int err,
            byte @Nullable [] reply,
            List<Change> changes,
            boolean digestAgrees) {
        this.state = state;
        this.zxid = zxid;
        this.type = type;
        this.sessionId = sessionId;
        this.cxid = cxid;
        this.payload = payload;
        this.err = err;
        this.reply = reply;
        this.changes = changes;
        this.digestAgrees = digestAgrees;
    }

    /// The state after the transaction.
    public State state() {
        return state;
    }

    public long zxid() {
        return zxid;
    }

    /// Type of the transaction, {@link io.banyan.wire.OpCode#ERROR} for a refusal.
    public int type() {
        return type;
    }

    public long sessionId() {
        return sessionId;
    }

    public int cxid() {
        return cxid;
    }

    /// Header, record and digest: exactly the payload of the log entry. Not to be modified.
    public byte[] payload() {
        return payload;
    }

    /// Error code for the reply's header. A failed multi has 0: its body tells.
    public int err() {
        return err;
    }

    /// The reply's body without its header; null if it has none. Not to be modified.
    public byte @Nullable [] reply() {
        return reply;
    }

    /// In the order in which the watches must fire.
    public List<Change> changes() {
        return changes;
    }

    /// Whether the digest behind the transaction is that of {@link #state}; true if there is none
    /// to compare. Over a fuzzy snapshot it cannot agree before the log has caught up; otherwise a
    /// false means that this server and the leader hold different trees.
    public boolean digestAgrees() {
        return digestAgrees;
    }
}
