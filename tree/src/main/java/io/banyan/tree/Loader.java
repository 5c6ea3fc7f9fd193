package io.banyan.tree;

import io.banyan.wire.Acl;
import io.banyan.wire.SnapshotSink;
import io.banyan.wire.StatPersisted;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Builds a state from what a snapshot tells. Confined to one thread, used once.
///
/// A snapshot that cannot be (a znode without parent, an unknown ACL number) is answered with
/// {@link io.banyan.wire.MalformedRecord}.
@SuppressWarnings("DoNotCallSuggester") // The bodies follow.
public final class Loader implements SnapshotSink {
    Loader() {}

    @Override
    public void session(long sessionId, int timeoutMillis) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void acl(long key, List<Acl> acl) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void node(
            byte[] path, int pathEnd, byte @Nullable [] data, long aclKey, StatPersisted stat) {
        throw new UnsupportedOperationException();
    }

    /// @param zxid the snapshot's, from the name of its file
    public State finish(long zxid) {
        throw new UnsupportedOperationException();
    }
}
