package io.banyan.replica;

import io.banyan.tree.Applied;
import io.banyan.tree.WriteRequest;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.OpCode;
import io.banyan.wire.Zxid;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Serves clients of its own under another server's lead, with a vote or without: sends their
/// writes there, and finds whose they were when they come back committed.
///
/// Sessions are the leader's to expire; here we only note whom we heard.
final class Following implements Role {
    private final Standing standing;
    private final Broadcast broadcast;

    /// Unanswered writes of each session, oldest first. The leader answers those of one session in
    /// the order in which we sent them, each by exactly one transaction.
    private final Map<Long, ArrayDeque<Ticket>> writes = new HashMap<>();

    private final ArrayDeque<Ticket> syncs = new ArrayDeque<>();
    private final Map<Long, ArrayDeque<Ticket>> resumptions = new HashMap<>();

    /// Whose connection to this server each session is; of some sessions it is gone.
    private final Map<Long, Connection> connections = new HashMap<>();

    private long[] touchedIds = new long[16];
    private int[] touchedTimeouts = new int[16];
    private int touchedCount;

    Following(Standing standing, Broadcast broadcast) {
        this.standing = standing;
        this.broadcast = broadcast;
    }

    @Override
    public void tick(List<Effect> out) {}

    @Override
    public void write(WriteRequest request, Ticket ticket, List<Effect> out) {
        long sessionId = request.sessionId();
        if (!ticket.connection.equals(connections.get(sessionId))) {
            // To the leader this server is one: it could not tell that the session has moved from
            // one of our connections to another.
            out.add(new Effect.Evict(ticket.connection));
            standing.add(new Committed(null, ticket));
            return;
        }
        writes.computeIfAbsent(sessionId, id -> new ArrayDeque<>(4)).add(ticket);
        broadcast.tellLeader(new Load.Forward(request));
    }

    @Override
    public void sync(Ticket ticket, List<Effect> out) {
        syncs.add(ticket);
        broadcast.tellLeader(new Load.SyncAsked(ticket.connection.sessionId, ticket.xid));
    }

    @Override
    public void openSession(int timeoutMillis, Ticket ticket, List<Effect> out) {
        long id =
                standing.newSessionId(
                        taken -> standing.state().hasSession(taken) || writes.containsKey(taken));
        connections.put(id, ticket.connection);
        writes.computeIfAbsent(id, fresh -> new ArrayDeque<>(4)).add(ticket);
        var body = new JuteWriter(4);
        body.writeInt(timeoutMillis);
        broadcast.tellLeader(
                new Load.Forward(
                        new WriteRequest(
                                id,
                                ticket.xid,
                                OpCode.CREATE_SESSION,
                                body.toByteArray(),
                                0,
                                4,
                                ticket.connection.caller)));
    }

    @Override
    public void resumeSession(Input.ResumeSession resume, List<Effect> out) {
        long id = resume.sessionId();
        resumptions.computeIfAbsent(id, first -> new ArrayDeque<>(1)).add(resume.ticket());
        broadcast.tellLeader(new Load.Revalidate(id, resume.timeoutMillis()));
    }

    @Override
    public void heard(Input.Heard heard) {
        long[] ids = heard.sessionIds();
        if (touchedCount + ids.length > touchedIds.length) {
            int capacity = Math.max(touchedCount + ids.length, 2 * touchedCount);
            touchedIds = Arrays.copyOf(touchedIds, capacity);
            touchedTimeouts = Arrays.copyOf(touchedTimeouts, capacity);
        }
        System.arraycopy(ids, 0, touchedIds, touchedCount, ids.length);
        System.arraycopy(heard.timeoutsMillis(), 0, touchedTimeouts, touchedCount, ids.length);
        touchedCount += ids.length;
    }

    @Override
    public Load.Touched touched() {
        if (touchedCount == 0) {
            return Load.Touched.NOBODY;
        }
        var touched =
                new Load.Touched(
                        Arrays.copyOf(touchedIds, touchedCount),
                        Arrays.copyOf(touchedTimeouts, touchedCount));
        touchedCount = 0;
        return touched;
    }

    @Override
    public void carried(long link, Load load, List<Effect> out) {
        switch (load) {
            case Load.SyncDone done -> {
                Ticket ticket = syncs.poll();
                if (ticket != null) {
                    standing.add(new Committed(null, ticket));
                }
            }
            case Load.Revalidated answer -> revalidated(answer, out);
            // A leader's mistake; it harms nobody.
            case Load.Forward _, Load.SyncAsked _, Load.Revalidate _, Load.Touched _ -> {}
        }
    }

    private void revalidated(Load.Revalidated answer, List<Effect> out) {
        long id = answer.sessionId();
        ArrayDeque<Ticket> waiting = resumptions.get(id);
        if (waiting == null) {
            return;
        }
        Ticket ticket = waiting.remove();
        if (waiting.isEmpty()) {
            resumptions.remove(id);
        }
        if (answer.valid()) {
            Connection former = connections.put(id, ticket.connection);
            if (former != null && !former.equals(ticket.connection)) {
                out.add(new Effect.Evict(former));
            }
        }
        out.add(new Effect.Resumed(ticket, id, answer.valid()));
    }

    @Override
    public @Nullable String apply(long zxid, byte[] payload) {
        Applied applied;
        try {
            applied = standing.tree.apply(standing.state(), payload);
        } catch (MalformedRecord e) {
            return "the leader's transaction "
                    + Zxid.hex(zxid)
                    + " cannot be read: "
                    + e.getMessage();
        }
        if (applied.zxid() != zxid) {
            return "the leader's transaction "
                    + Zxid.hex(zxid)
                    + " calls itself "
                    + Zxid.hex(applied.zxid());
        }
        standing.logged(payload.length);
        standing.add(new Committed(applied, asker(applied)));
        return applied.digestAgrees() ? null : Replica.differs(zxid);
    }

    /// Who waits for this transaction here.
    private @Nullable Ticket asker(Applied applied) {
        long sessionId = applied.sessionId();
        ArrayDeque<Ticket> waiting = writes.get(sessionId);
        if (waiting == null) {
            return null;
        }
        Ticket first = waiting.element();
        // The session may have moved here while its writes elsewhere were under way; and a leader
        // that expires it does so under number 0.
        boolean isExpiry =
                applied.type() == OpCode.CLOSE_SESSION && first.opcode != OpCode.CLOSE_SESSION;
        if (first.xid != applied.cxid() || isExpiry) {
            return null;
        }
        waiting.remove();
        if (waiting.isEmpty()) {
            writes.remove(sessionId);
        }
        return first;
    }

    @Override
    public void delivered(List<Committed> batch) {
        for (Committed each : batch) {
            Applied applied = each.applied();
            if (applied != null && applied.type() == OpCode.CLOSE_SESSION) {
                connections.remove(applied.sessionId());
            }
        }
    }

    @Override
    public void settle(List<Effect> out) {}
}
