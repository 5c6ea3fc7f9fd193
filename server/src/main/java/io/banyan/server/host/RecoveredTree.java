package io.banyan.server.host;

import io.banyan.replica.QuorumsOnDisk;
import io.banyan.store.Recovery;
import io.banyan.store.Snapshot;
import io.banyan.tree.Loader;
import io.banyan.tree.Replay;
import io.banyan.tree.State;
import io.banyan.tree.ZnodeTree;
import io.banyan.wire.SnapshotSink;
import io.banyan.zab.Configuration;
import io.banyan.zab.Entry;
import io.banyan.zab.Quorums;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Builds the state from what recovery finds. Confined to the starting thread.
public final class RecoveredTree implements Recovery.Target {
    private final ZnodeTree tree;
    private Replay replay;
    private @Nullable Loader loader;
    private @Nullable Snapshot snapshot;
    private final int newestMax;
    private final long newestBytesMax;
    private final ArrayDeque<Entry> newest = new ArrayDeque<>();
    private long newestBytes;
    private boolean changed;
    private @Nullable Configuration beforeChange;

    public RecoveredTree(ZnodeTree tree) {
        this(tree, 0, 0);
    }

    /// @param newestMax how many of the last transactions to keep
    /// @param newestBytesMax how many bytes of them
    public RecoveredTree(ZnodeTree tree, int newestMax, long newestBytesMax) {
        this.tree = tree;
        this.replay = tree.replay(tree.fresh());
        this.newestMax = newestMax;
        this.newestBytesMax = newestBytesMax;
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
        replay = tree.replay(loader.finish(loaded.zxid()));
        loader = null;
    }

    @Override
    public void txn(long zxid, byte[] payload) {
        if (QuorumsOnDisk.isChange(payload)) {
            changed = true;
            beforeChange = QuorumsOnDisk.in(replay.state());
        }
        replay.txn(payload);
        if (newestMax > 0) {
            newest.add(new Entry(zxid, payload));
            newestBytes += payload.length;
        }
        while (newest.size() > newestMax || newestBytes > newestBytesMax) {
            newestBytes -= newest.remove().payload().length;
        }
    }

    public State state() {
        return replay.state();
    }

    /// Who decides, as this server knows it when it starts: see {@link QuorumsOnDisk#recovered}.
    public Quorums quorums(Configuration own, List<Quorums> saved) {
        return QuorumsOnDisk.recovered(
                own, saved, changed, beforeChange, QuorumsOnDisk.in(replay.state()));
    }

    /// The last transactions behind the snapshot, as many as were to be kept.
    public List<Entry> newest() {
        return List.copyOf(newest);
    }

    /// The snapshot that the state began with, null if there was none.
    public @Nullable Snapshot snapshot() {
        return snapshot;
    }
}
