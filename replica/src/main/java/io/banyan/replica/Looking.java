package io.banyan.replica;

import io.banyan.tree.Applied;
import io.banyan.tree.WriteRequest;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.OpCode;
import io.banyan.wire.Zxid;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A member without a leader, or one that is only getting its history: serves nobody. Whatever a
/// gateway still asks comes from connections that it is being told to close, unless this server
/// serves those who only read: then it gives them sessions that nobody else knows.
final class Looking implements Role {
    private final Standing standing;

    /// Whether clients who only read are served.
    private boolean readOnly;

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

    /// From now on this server answers reads.
    void beginReadOnly() {
        readOnly = true;
    }

    @Override
    public void tick(List<Effect> out) {
        if (readOnly) {
            standing.locals().tick(standing.nowMillis, out);
        } else {
            standing.locals().stand(standing.nowMillis);
        }
    }

    /// Of what readers write a gateway lets only the end of their sessions through.
    @Override
    public void write(WriteRequest request, Ticket ticket, List<Effect> out) {
        if (request.opcode() == OpCode.CLOSE_SESSION) {
            LocalSessions.Way _ = standing.locals().take(request, ticket, out);
        }
    }

    @Override
    public void sync(Ticket ticket, List<Effect> out) {}

    @Override
    public void openSession(int timeoutMillis, Ticket ticket, List<Effect> out) {
        if (readOnly) {
            long id = standing.newSessionId(taken -> false);
            standing.locals().open(id, timeoutMillis, ticket, out);
        }
    }

    @Override
    public void resumeSession(Input.ResumeSession resume, List<Effect> out) {
        if (readOnly && !standing.locals().resume(resume, out)) {
            // It may live in the ensemble, also if it is younger than our state, and there it has
            // to be kept alive: not a no for ever.
            out.add(
                    new Effect.Evict(
                            resume.ticket().connection,
                            "this server has no leader to ask for its session"));
        }
    }

    @Override
    public void heard(Input.Heard heard) {
        LocalSessions locals = standing.locals();
        for (int i = 0; i < heard.sessionIds().length; i++) {
            locals.heard(heard.sessionIds()[i], heard.timeoutsMillis()[i], heard.agesMillis()[i]);
        }
        locals.reported(heard.gateway());
    }

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
        standing.snapshots.appended(payload.length);
        standing.add(new Committed(applied, null));
        return null;
    }

    @Override
    public void delivered(List<Committed> batch) {}

    @Override
    public void settle(List<Effect> out) {}
}
