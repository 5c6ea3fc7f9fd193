package io.banyan.replica;

import io.banyan.tree.Applied;
import io.banyan.tree.WriteRequest;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.Zxid;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A member without a leader, or one that is only getting its history: serves nobody. Whatever a
/// gateway still asks comes from connections that it is being told to close.
final class Looking implements Role {
    private final Standing standing;

    /// Of the last transaction that disagreed, -1 if none did or a later one agreed.
    private long disagreedZxid = -1;

    Looking(Standing standing) {
        this.standing = standing;
    }

    /// Whether the tree is not the leader's although everything has been applied; to be asked
    /// before this server serves.
    ///
    /// @return null, or why it must not
    @Nullable String disagreement() {
        return disagreedZxid < 0 ? null : Replica.differs(disagreedZxid);
    }

    @Override
    public void tick(List<Effect> out) {}

    @Override
    public void write(WriteRequest request, Ticket ticket, List<Effect> out) {}

    @Override
    public void sync(Ticket ticket, List<Effect> out) {}

    @Override
    public void openSession(int timeoutMillis, Ticket ticket, List<Effect> out) {}

    @Override
    public void resumeSession(Input.ResumeSession resume, List<Effect> out) {}

    @Override
    public void heard(Input.Heard heard) {}

    @Override
    public void carried(long link, Load load, List<Effect> out) {}

    @Override
    public Load.Touched touched() {
        return Load.Touched.NOBODY;
    }

    /// History that we missed. An image that a ZooKeeper server streamed while it worked may hold
    /// some of it already: until all of it is here the digests need not agree.
    @Override
    public @Nullable String apply(long zxid, byte[] payload) {
        Applied applied;
        try {
            applied = standing.tree.apply(standing.state(), payload);
        } catch (MalformedRecord e) {
            return "transaction " + Zxid.hex(zxid) + " cannot be read: " + e.getMessage();
        }
        disagreedZxid = applied.digestAgrees() ? -1 : zxid;
        standing.logged(payload.length);
        standing.add(new Committed(applied, null));
        return null;
    }

    @Override
    public void delivered(List<Committed> batch) {}

    @Override
    public void settle(List<Effect> out) {}
}
