package io.banyan.replica;

import io.banyan.tree.Applied;
import io.banyan.zab.Configuration;
import io.banyan.zab.Quorums;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The broadcast of a server on its own: committed is what its log has synced.
///
/// Confined to the replica thread.
final class Solo implements Broadcast {
    private final ArrayDeque<Committed> proposals = new ArrayDeque<>();
    private long appendedZxid;
    private long syncAskedZxid;
    private long syncedZxid;

    /// @param lastZxid of the recovered state: on disk already
    Solo(long lastZxid) {
        appendedZxid = lastZxid;
        syncAskedZxid = lastZxid;
        syncedZxid = lastZxid;
    }

    @Override
    public void propose(Committed proposal, List<Effect> out) {
        Applied applied = proposal.applied();
        if (applied != null) {
            Check.that(applied.zxid() > appendedZxid, "zxids rise", applied.zxid(), appendedZxid);
            appendedZxid = applied.zxid();
            out.add(new Effect.Append(applied.zxid(), applied.payload()));
        }
        proposals.add(proposal);
    }

    @Override
    public void roundEnded(List<Effect> out) {
        if (appendedZxid > syncAskedZxid) {
            syncAskedZxid = appendedZxid;
            out.add(new Effect.Sync(appendedZxid));
        }
    }

    @Override
    public void synced(long zxid, Standing to) {
        Check.that(zxid <= appendedZxid, "only what was appended is synced", zxid, appendedZxid);
        syncedZxid = Math.max(syncedZxid, zxid);
        drain(to);
    }

    @Override
    public boolean isShared() {
        return false;
    }

    @Override
    public boolean isWaiting() {
        return !proposals.isEmpty();
    }

    @Override
    public void drain(Standing to) {
        for (Committed head = proposals.peek(); head != null; head = proposals.peek()) {
            Applied applied = head.applied();
            if (applied != null && applied.zxid() > syncedZxid) {
                return;
            }
            to.add(proposals.remove());
        }
    }

    @Override
    public boolean endEpoch() {
        return true;
    }

    @Override
    public void tell(LearnerLink learner, Load load) {
        throw new IllegalStateException("a server on its own has no learner " + learner);
    }

    @Override
    public long confirm() {
        throw new IllegalStateException("a server on its own needs nobody to confirm it");
    }

    @Override
    public void tellLeader(Load load) {
        throw new IllegalStateException("a server on its own has no leader for " + load);
    }

    @Override
    public @Nullable Quorums quorums() {
        return null;
    }

    @Override
    public boolean isSynced(Configuration members) {
        return false;
    }
}
