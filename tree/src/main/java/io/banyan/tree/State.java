package io.banyan.tree;

import io.banyan.wire.SnapshotSink;
import java.io.IOException;

/// Everything that is replicated, after one transaction: znodes, sessions, ACLs, quotas. An
/// immutable value that shares with its predecessors whatever did not change; any thread may read
/// it.
@SuppressWarnings("DoNotCallSuggester") // The bodies follow.
public final class State {
    State() {}

    /// The last transaction that is in this state.
    public long zxid() {
        throw new UnsupportedOperationException();
    }

    /// ZooKeeper's tree digest, 0 if digests are off.
    public long digest() {
        throw new UnsupportedOperationException();
    }

    /// Znodes as ZooKeeper counts them: the root twice, so that a fresh tree has 5.
    public int nodeCount() {
        throw new UnsupportedOperationException();
    }

    /// Bytes of all paths and data.
    public long approximateDataSize() {
        throw new UnsupportedOperationException();
    }

    public int ephemeralCount() {
        throw new UnsupportedOperationException();
    }

    public int sessionCount() {
        throw new UnsupportedOperationException();
    }

    public boolean hasSession(long sessionId) {
        throw new UnsupportedOperationException();
    }

    /// @return the negotiated timeout, -1 if there is no such session
    public int sessionTimeoutMillis(long sessionId) {
        throw new UnsupportedOperationException();
    }

    public void forEachSession(SessionVisitor visitor) {
        throw new UnsupportedOperationException();
    }

    /// The same content under another zxid.
    public State withZxid(long zxid) {
        throw new UnsupportedOperationException();
    }

    /// Tells everything to a sink: sessions, then ACLs (numbers above 0), then znodes depth first,
    /// parents before children. The order is the same for equal states.
    public void writeTo(SnapshotSink sink) throws IOException {
        throw new UnsupportedOperationException();
    }
}
