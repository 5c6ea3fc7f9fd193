package io.banyan.sim;

import io.banyan.replica.QuorumsOnDisk;
import io.banyan.store.Recovery;
import io.banyan.store.Snapshot;
import io.banyan.tree.Loader;
import io.banyan.tree.Replay;
import io.banyan.tree.State;
import io.banyan.wire.SnapshotSink;
import io.banyan.zab.Configuration;
import io.banyan.zab.Entry;
import io.banyan.zab.Quorums;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Builds the state from what recovery finds, and remembers what that was.
final class RecoveredState implements Recovery.Target {
    private final World world;
    private final long upTo;
    private final List<Entry> entries = new ArrayList<>();
    private Replay replay;
    private @Nullable Loader loader;
    private byte @Nullable [] held;
    private boolean changed;
    private @Nullable Configuration beforeChange;

    /// @param upTo transactions behind this one are left out
    RecoveredState(World world, long upTo) {
        this.world = world;
        this.upTo = upTo;
        this.replay = world.tree().replay(world.tree().fresh());
    }

    @Override
    public SnapshotSink newSnapshot() {
        Loader fresh = world.tree().loader();
        loader = fresh;
        return fresh;
    }

    @Override
    public void snapshotLoaded(Snapshot loaded) {
        if (loader == null) {
            throw new IllegalStateException("a snapshot that was never begun");
        }
        State state = loader.finish(loaded.zxid());
        replay = world.tree().replay(state);
        entries.clear();
        changed = false;
        world.sameState().check(state, loaded.name());
        entries.add(new Entry(loaded.zxid(), new byte[0]));
    }

    @Override
    public void txn(long zxid, byte[] payload) {
        if (zxid > upTo) {
            return;
        }
        entries.add(new Entry(zxid, payload));
        if (QuorumsOnDisk.isChange(payload)) {
            changed = true;
            beforeChange = QuorumsOnDisk.in(replay.state());
        }
        if (!world.plants().has(PlantedBug.RECOVERY_SKIPS_LAST)) {
            replay.txn(payload);
            return;
        }
        if (held != null) {
            replay.txn(held);
        }
        held = payload;
    }

    /// Who decides, as this server knows it when it starts.
    Quorums quorums(Configuration own, List<Quorums> saved) {
        Configuration last = QuorumsOnDisk.in(replay.state());
        Quorums found = QuorumsOnDisk.recovered(own, saved, changed, beforeChange, last);
        return world.plants().has(PlantedBug.CHANGE_FORGOTTEN)
                ? new Quorums(found.current(), found.current())
                : found;
    }

    State finish() {
        return world.tree().withoutOrphans(replay.state());
    }

    /// Zxids in order, that of the snapshot first.
    ///
    /// @param begun the state in the end, where there was no snapshot
    List<Long> path(State begun) {
        var path = new ArrayList<Long>();
        entries.forEach(each -> path.add(each.zxid()));
        if (path.isEmpty()) {
            path.add(begun.zxid());
        }
        if (held != null && path.size() > 1) {
            path.removeLast();
        }
        return path;
    }

    long snapshotZxid(State begun) {
        return entries.isEmpty() ? begun.zxid() : entries.getFirst().zxid();
    }

    /// The newest transactions behind the snapshot, in order.
    List<Entry> newest(int count) {
        int behind = entries.size() - 1;
        return behind <= 0
                ? List.of()
                : List.copyOf(
                        entries.subList(entries.size() - Math.min(count, behind), entries.size()));
    }
}
