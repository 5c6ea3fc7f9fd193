package io.banyan.server.host;

import io.banyan.store.Recovery;
import io.banyan.store.Snapshot;
import io.banyan.tree.Loader;
import io.banyan.tree.State;
import io.banyan.tree.ZnodeTree;
import io.banyan.wire.SnapshotSink;
import org.jspecify.annotations.Nullable;

/// Builds the state from what recovery finds. Confined to the starting thread.
public final class RecoveredTree implements Recovery.Target {
    private final ZnodeTree tree;
    private State state;
    private @Nullable Loader loader;
    private @Nullable Snapshot snapshot;

    public RecoveredTree(ZnodeTree tree) {
        this.tree = tree;
        this.state = tree.fresh();
    }

    @Override
    public SnapshotSink newSnapshot() {
        Loader fresh = tree.loader();
        loader = fresh;
        return fresh;
    }

    @Override
    public void snapshotLoaded(Snapshot loaded) {
        if (loader == null) {
            throw new IllegalStateException("a snapshot was loaded that was never begun");
        }
        snapshot = loaded;
        state = loader.finish(loaded.zxid());
        loader = null;
    }

    @Override
    public void txn(long zxid, byte[] payload) {
        state = tree.replay(state, payload);
    }

    public State state() {
        return state;
    }

    /// The snapshot that the state began with, null if there was none.
    public @Nullable Snapshot snapshot() {
        return snapshot;
    }
}
