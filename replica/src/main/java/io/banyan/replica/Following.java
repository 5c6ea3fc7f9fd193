package io.banyan.replica;

import io.banyan.tree.Applied;
import io.banyan.tree.Caller;
import io.banyan.tree.WriteRequest;
import io.banyan.wire.Acl;
import io.banyan.wire.CreateRequest;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.OpCode;
import io.banyan.wire.Zxid;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/// Serves clients of its own under another server's lead, with a vote or without: sends their
/// writes there, and finds whose they were when they come back committed. What observers of this
/// server have to say goes the same way.
///
/// Sessions are the leader's to expire; here we only note whom we heard.
final class Following implements Role {
    private final Standing standing;
    private final Broadcast broadcast;

    /// Who waits for an answer of the leader.
    ///
    /// @param ticket null if an observer asked
    private record Asker(Owner by, @Nullable Ticket ticket) {
        static Asker of(Ticket ticket) {
            return new Asker(ticket.connection, ticket);
        }
    }

    /// No path, so that whoever leads refuses to create it.
    private static final String NO_PATH = "session moved";

    /// Unanswered writes of each session of this server's own clients, oldest first. The leader
    /// answers those of one session in the order in which we sent them, each by exactly one
    /// transaction.
    private final Map<Long, ArrayDeque<Ticket>> writes = new HashMap<>();

    private final ArrayDeque<Asker> syncs = new ArrayDeque<>();
    private final Map<Long, ArrayDeque<Asker>> resumptions = new HashMap<>();

    /// Where each session is that came in here: at which connection to this server, or at which
    /// observer. Some of them are gone.
    private final Map<Long, Owner> owners = new HashMap<>();

    private long[] touchedIds = new long[16];
    private int[] touchedTimeouts = new int[16];
    private int touchedCount;

    Following(Standing standing, Broadcast broadcast) {
        this.standing = standing;
        this.broadcast = broadcast;
    }

    @Override
    public void tick(List<Effect> out) {
        standing.locals().tick(standing.nowMillis, out);
    }

    @Override
    public void write(WriteRequest request, Ticket ticket, List<Effect> out) {
        long sessionId = request.sessionId();
        switch (standing.locals().take(request, ticket, out)) {
            case UNKNOWN -> {
                Owner owner = owners.get(sessionId);
                if (ticket.connection.equals(owner)) {
                    forward(request, ticket);
                } else if (owner == null) {
                    // It has ended. Nobody will read this: a connection ends before, or in its
                    // turn.
                    out.add(new Effect.Answer(ticket, ErrorCode.SESSION_EXPIRED));
                } else {
                    // To the leader this server is one: it could not tell that the session has
                    // moved from one of our connections to another.
                    dismiss(ticket, out);
                }
            }
            case MOVED -> dismiss(ticket, out);
            case ANSWERED -> {}
            case PASSES -> forward(request, ticket);
            case UPGRADES -> {
                // The leader takes the two in this order, so the session is there in time.
                int timeoutMillis = standing.locals().upgrade(sessionId);
                owners.put(sessionId, ticket.connection);
                createSession(sessionId, 0, timeoutMillis, ticket.connection.caller);
                forward(request, ticket);
            }
        }
    }

    private void forward(WriteRequest request, Ticket ticket) {
        writes.computeIfAbsent(request.sessionId(), id -> new ArrayDeque<>(4)).add(ticket);
        broadcast.tellLeader(new Load.Forward(request));
    }

    private void dismiss(Ticket ticket, List<Effect> out) {
        out.add(new Effect.Evict(ticket.connection, Effect.Evict.MOVED));
        standing.add(new Committed(null, ticket));
    }

    @Override
    public void sync(Ticket ticket, List<Effect> out) {
        syncs.add(Asker.of(ticket));
        broadcast.tellLeader(new Load.SyncAsked(ticket.connection.sessionId, ticket.xid));
    }

    @Override
    public void openSession(int timeoutMillis, Ticket ticket, List<Effect> out) {
        // Of one that is becoming global neither the state nor anybody else here may know yet.
        LongPredicate isTaken = taken -> writes.containsKey(taken) || owners.containsKey(taken);
        if (standing.openLocally(timeoutMillis, ticket, isTaken, out)) {
            return;
        }
        long id = standing.newSessionId(isTaken);
        owners.put(id, ticket.connection);
        writes.computeIfAbsent(id, fresh -> new ArrayDeque<>(4)).add(ticket);
        createSession(id, ticket.xid, timeoutMillis, ticket.connection.caller);
    }

    private void createSession(long id, int cxid, int timeoutMillis, Caller caller) {
        var body = new JuteWriter(4);
        body.writeInt(timeoutMillis);
        broadcast.tellLeader(
                new Load.Forward(
                        new WriteRequest(
                                id,
                                cxid,
                                OpCode.CREATE_SESSION,
                                body.toByteArray(),
                                0,
                                4,
                                caller)));
    }

    @Override
    public void resumeSession(Input.ResumeSession resume, List<Effect> out) {
        if (!standing.locals().resume(resume, out)) {
            resume(resume.sessionId(), resume.timeoutMillis(), Asker.of(resume.ticket()));
        }
    }

    private void resume(long sessionId, int timeoutMillis, Asker asker) {
        resumptions.computeIfAbsent(sessionId, first -> new ArrayDeque<>(1)).add(asker);
        broadcast.tellLeader(new Load.Revalidate(sessionId, timeoutMillis));
    }

    @Override
    public void heard(Input.Heard heard) {
        LocalSessions locals = standing.locals();
        locals.reported(heard.gateway());
        if (locals.count() == 0) {
            touch(heard.sessionIds(), heard.timeoutsMillis());
            return;
        }
        // Of those that only this server knows the leader is not told.
        int length = heard.sessionIds().length;
        var ids = new long[length];
        var timeouts = new int[length];
        int n = 0;
        for (int i = 0; i < length; i++) {
            long id = heard.sessionIds()[i];
            int timeoutMillis = heard.timeoutsMillis()[i];
            if (!locals.heard(id, timeoutMillis, heard.agesMillis()[i])) {
                ids[n] = id;
                timeouts[n++] = timeoutMillis;
            }
        }
        touch(Arrays.copyOf(ids, n), Arrays.copyOf(timeouts, n));
    }

    private void touch(long[] ids, int[] timeoutsMillis) {
        if (touchedCount + ids.length > touchedIds.length) {
            int capacity = Math.max(touchedCount + ids.length, 2 * touchedCount);
            touchedIds = Arrays.copyOf(touchedIds, capacity);
            touchedTimeouts = Arrays.copyOf(touchedTimeouts, capacity);
        }
        System.arraycopy(ids, 0, touchedIds, touchedCount, ids.length);
        System.arraycopy(timeoutsMillis, 0, touchedTimeouts, touchedCount, ids.length);
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
                Asker asker = syncs.poll();
                if (asker == null) {
                    return;
                }
                if (asker.ticket() != null) {
                    standing.add(new Committed(null, asker.ticket()));
                } else if (asker.by() instanceof LearnerLink observer) {
                    broadcast.tell(observer, done);
                }
            }
            case Load.Revalidated answer -> revalidated(answer, out);
            case Load.Forward forward -> forwarded(forward, new LearnerLink(link));
            case Load.SyncAsked sync -> {
                syncs.add(new Asker(new LearnerLink(link), null));
                broadcast.tellLeader(sync);
            }
            case Load.Revalidate revalidate ->
                    resume(
                            revalidate.sessionId(),
                            revalidate.timeoutMillis(),
                            new Asker(new LearnerLink(link), null));
            case Load.Touched touched -> touch(touched.sessionIds(), touched.timeoutsMillis());
        }
    }

    /// An observer's client wants to write.
    private void forwarded(Load.Forward forward, LearnerLink observer) {
        WriteRequest request = forward.request();
        Owner owner = owners.get(request.sessionId());
        if (request.opcode() == OpCode.CREATE_SESSION) {
            owners.put(request.sessionId(), observer);
        } else if (owner == null) {
            // One that only the observer knows cannot move, and nobody would tell us of its end.
            if (standing.state().hasSession(request.sessionId())) {
                owners.put(request.sessionId(), observer);
            }
        } else if (!owner.equals(observer) && request.opcode() != OpCode.CLOSE_SESSION) {
            broadcast.tellLeader(new Load.Forward(refused(request)));
            return;
        }
        broadcast.tellLeader(forward);
    }

    /// The session has moved from that observer to another place of this server, and to the leader
    /// these two are one. A follower cannot answer an observer: only a transaction can, so the
    /// leader is asked for something that it refuses, in the name of the request.
    private static WriteRequest refused(WriteRequest late) {
        var body = new JuteWriter(64);
        new CreateRequest(NO_PATH, new byte[0], Acl.OPEN, 0).encode(body);
        byte[] bytes = body.toByteArray();
        return new WriteRequest(
                late.sessionId(),
                late.cxid(),
                OpCode.CREATE,
                bytes,
                0,
                bytes.length,
                late.caller());
    }

    private void revalidated(Load.Revalidated answer, List<Effect> out) {
        long id = answer.sessionId();
        ArrayDeque<Asker> waiting = resumptions.get(id);
        if (waiting == null) {
            return;
        }
        Asker asker = waiting.remove();
        if (waiting.isEmpty()) {
            resumptions.remove(id);
        }
        if (answer.valid()) {
            Owner former = owners.put(id, asker.by());
            if (former instanceof Connection connection && !former.equals(asker.by())) {
                out.add(new Effect.Evict(connection, Effect.Evict.MOVED));
            }
        }
        if (asker.ticket() != null) {
            out.add(new Effect.Resumed(asker.ticket(), id, answer.valid()));
        } else if (asker.by() instanceof LearnerLink observer) {
            broadcast.tell(observer, answer);
        }
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
        standing.snapshots.appended(payload.length);
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
        // What makes a session global stands before the client's own request, under number 0.
        boolean isUpgrade =
                applied.type() == OpCode.CREATE_SESSION && first.opcode != OpCode.CREATE_SESSION;
        if (first.xid != applied.cxid() || isExpiry || isUpgrade) {
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
                owners.remove(applied.sessionId());
            }
        }
    }

    @Override
    public void settle(List<Effect> out) {}
}
