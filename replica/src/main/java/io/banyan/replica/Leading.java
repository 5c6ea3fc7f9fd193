package io.banyan.replica;

import io.banyan.replica.SessionExpiry.Live;
import io.banyan.tree.Applied;
import io.banyan.tree.Caller;
import io.banyan.tree.State;
import io.banyan.tree.WriteRequest;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.OpCode;
import io.banyan.wire.Zxid;
import java.util.ArrayDeque;
import java.util.List;
import java.util.NavigableMap;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/// Puts writes in order, those of its own clients and those of its learners' alike: checks the
/// session, and evaluates each once against everything proposed before it. A server on its own
/// leads itself.
///
/// Invariant: the sessions here are those of the committed state and of what is proposed.
final class Leading implements Role {
    private static final Caller NOBODY = Caller.of(List.of());
    private static final byte[] NO_BODY = {};

    /// So long a learner may still ask something under a session that has ended: it is lost before
    /// it lags that much. Where sessions may be a learner's own, such a request must not be taken
    /// for one of those.
    private static final int ENDED_MILLIS = 30_000;

    /// A client that came back with its session, and waits to hear whether it still has it.
    ///
    /// @param ticket null if it is a learner's client
    /// @param question see {@link Broadcast#confirm}
    private record Resumption(
            long sessionId, int timeoutMillis, Owner by, @Nullable Ticket ticket, long question) {}

    private final Standing standing;
    private final ReplicaConfig config;
    private final Broadcast broadcast;
    private final SessionExpiry sessions;
    private final Syncs syncs = new Syncs();
    private final ArrayDeque<Resumption> resumptions = new ArrayDeque<>();
    private long confirmedQuestion;

    private record Ended(long sessionId, long untilMillis) {}

    /// Sessions that are still known to have ended, oldest first.
    private final ArrayDeque<Ended> ended = new ArrayDeque<>();

    /// After everything proposed so far; what the next write is evaluated against.
    private State head;

    /// Last proposed, or what the epoch began with.
    private long lastZxid;

    /// When something was committed last, or nothing waited for it.
    private long progressMillis;

    private long nextReapMillis;
    private int reapedInMinute;
    private long reapMinuteEndMillis;

    /// @param lastZxid one less than that of the first proposal
    Leading(Standing standing, Broadcast broadcast, long lastZxid) {
        this.standing = standing;
        this.config = standing.config;
        this.broadcast = broadcast;
        this.head = standing.state();
        this.lastZxid = lastZxid;
        this.progressMillis = standing.nowMillis;
        this.nextReapMillis = standing.nowMillis + config.reapEveryMillis();
        this.sessions =
                new SessionExpiry(
                        config.tickMillis(),
                        config.stallMillisMax(),
                        config.gateways(),
                        standing.nowMillis);
        head.forEachSession((id, timeoutMillis, ephemerals) -> sessions.open(id, timeoutMillis));
    }

    /// See {@link Replica#sessionsByMillisLeft}.
    NavigableMap<Long, List<Long>> sessionsByMillisLeft() {
        return sessions.dueInMillis();
    }

    @Override
    public void tick(List<Effect> out) {
        long nowMillis = standing.nowMillis;
        if (!broadcast.isWaiting()) {
            progressMillis = nowMillis;
        }
        // A log that hangs keeps answers back, and soon we stop reading from whoever waits for
        // them: their pings stay in their sockets, and that is not their fault.
        if (nowMillis - progressMillis > config.tickMillis()) {
            sessions.stand(nowMillis);
            standing.locals().stand(nowMillis);
        } else {
            sessions.tick(nowMillis);
            standing.locals().tick(nowMillis, out);
        }
        for (var first = ended.peek();
                first != null && first.untilMillis() <= nowMillis;
                first = ended.peek()) {
            sessions.forgetClosed(ended.remove().sessionId());
        }
        for (Live due : sessions.expire()) {
            propose(request(due.id, OpCode.CLOSE_SESSION, NO_BODY), null, out);
        }
        if (nowMillis >= nextReapMillis) {
            nextReapMillis = nowMillis + config.reapEveryMillis();
            reap(out);
        }
    }

    /// Deletes containers that lost their last child and TTL nodes whose time is over.
    private void reap(List<Effect> out) {
        if (standing.nowMillis >= reapMinuteEndMillis) {
            reapMinuteEndMillis = standing.nowMillis + 60_000;
            reapedInMinute = 0;
        }
        for (byte[] path :
                standing.tree.reapable(head, standing.wallMillis, config.neverUsedMillisMax())) {
            if (reapedInMinute >= config.reapPerMinuteMax()) {
                return;
            }
            reapedInMinute++;
            var body = new JuteWriter(path.length + 4);
            body.writeBuffer(path);
            propose(request(0, OpCode.DELETE_CONTAINER, body.toByteArray()), null, out);
        }
    }

    // ---- clients of this server

    @Override
    public void write(WriteRequest request, Ticket ticket, List<Effect> out) {
        write(request, ticket.connection, ticket, out);
    }

    @Override
    public void sync(Ticket ticket, List<Effect> out) {
        if (broadcast.isShared()) {
            sync(ticket.connection.sessionId, ticket.connection, ticket);
        } else {
            broadcast.propose(new Committed(null, ticket), out);
        }
    }

    @Override
    public void openSession(int timeoutMillis, Ticket ticket, List<Effect> out) {
        LongPredicate isTaken = taken -> sessions.find(taken) != null;
        if (standing.openLocally(timeoutMillis, ticket, isTaken, out)) {
            return;
        }
        openGlobally(standing.newSessionId(isTaken), timeoutMillis, ticket.connection, ticket, out);
    }

    private void openGlobally(
            long id, int timeoutMillis, Owner by, @Nullable Ticket ticket, List<Effect> out) {
        sessions.open(id, timeoutMillis).owner = by;
        var body = new JuteWriter(4);
        body.writeInt(timeoutMillis);
        propose(request(id, OpCode.CREATE_SESSION, body.toByteArray()), ticket, out);
    }

    @Override
    public void resumeSession(Input.ResumeSession resume, List<Effect> out) {
        if (!standing.locals().resume(resume, out)) {
            Ticket ticket = resume.ticket();
            resume(resume.sessionId(), resume.timeoutMillis(), ticket.connection, ticket, out);
        }
    }

    /// A leader that was replaced and does not know it would tell the client of a younger session
    /// that it is gone, or keep one that another server is about to expire. So the answer waits
    /// until a quorum has confirmed, after the question came, that this server leads.
    private void resume(
            long sessionId,
            int timeoutMillis,
            Owner by,
            @Nullable Ticket ticket,
            List<Effect> out) {
        boolean shared = broadcast.isShared();
        long question = shared ? broadcast.confirm() : 0;
        var resumption = new Resumption(sessionId, timeoutMillis, by, ticket, question);
        if (!shared) {
            resumed(resumption, out);
            return;
        }
        // It is heard now, whenever that is confirmed.
        Live live = sessions.find(sessionId);
        if (live != null) {
            sessions.touch(live, timeoutMillis, 0);
        }
        resumptions.add(resumption);
    }

    private void resumed(Resumption resumption, List<Effect> out) {
        long id = resumption.sessionId();
        Owner by = resumption.by();
        Ticket ticket = resumption.ticket();
        boolean valid = takeOver(id, resumption.timeoutMillis(), by, out);
        if (ticket != null) {
            out.add(new Effect.Resumed(ticket, id, valid));
        } else if (by instanceof LearnerLink learner) {
            broadcast.tell(learner, new Load.Revalidated(id, valid));
        }
    }

    private boolean takeOver(long sessionId, int timeoutMillis, Owner by, List<Effect> out) {
        Live live = sessions.find(sessionId);
        if (live == null || live.closing) {
            return false;
        }
        Owner former = live.owner;
        live.owner = by;
        sessions.touch(live, timeoutMillis, 0);
        if (former instanceof Connection connection && !former.equals(by)) {
            out.add(new Effect.Evict(connection, Effect.Evict.MOVED));
        }
        return true;
    }

    @Override
    public void heard(Input.Heard heard) {
        long[] ids = heard.sessionIds();
        LocalSessions locals = standing.locals();
        for (int i = 0; i < ids.length; i++) {
            int timeoutMillis = heard.timeoutsMillis()[i];
            int ageMillis = heard.agesMillis()[i];
            Live live = sessions.find(ids[i]);
            if (live != null) {
                sessions.touch(live, timeoutMillis, ageMillis);
            } else {
                locals.heard(ids[i], timeoutMillis, ageMillis);
            }
        }
        sessions.reported(heard.gateway());
        locals.reported(heard.gateway());
    }

    // ---- clients of learners

    @Override
    public void carried(long link, Load load, List<Effect> out) {
        var learner = new LearnerLink(link);
        switch (load) {
            case Load.Forward forward -> forwarded(forward.request(), learner, out);
            case Load.SyncAsked sync -> sync(sync.sessionId(), learner, null);
            case Load.Revalidate ask ->
                    resume(ask.sessionId(), ask.timeoutMillis(), learner, null, out);
            case Load.Touched touched -> touched(touched);
            // A learner's mistake; it harms nobody.
            case Load.SyncDone _, Load.Revalidated _ -> {}
        }
    }

    private void forwarded(WriteRequest request, LearnerLink learner, List<Effect> out) {
        int opcode = request.opcode();
        if (opcode == OpCode.CREATE_SESSION) {
            openForwarded(request, learner, out);
        } else if (OpCode.isWrite(opcode)) {
            write(request, learner, null, out);
        } else {
            refuse(request, ErrorCode.UNIMPLEMENTED, null, out);
        }
    }

    private void openForwarded(WriteRequest request, LearnerLink learner, List<Effect> out) {
        int timeoutMillis;
        try {
            timeoutMillis = new JuteReader(request.body(), request.from(), request.end()).readInt();
        } catch (MalformedRecord e) {
            refuse(request, ErrorCode.MARSHALLING_ERROR, null, out);
            return;
        }
        Live live = sessions.find(request.sessionId());
        if (live == null || live.closing) {
            live = sessions.open(request.sessionId(), timeoutMillis);
        } else {
            // A learner of ZooKeeper that makes a session global may ask twice (ZOOKEEPER-2383).
            sessions.touch(live, timeoutMillis, 0);
        }
        live.owner = learner;
        propose(request, null, out);
    }

    private void touched(Load.Touched touched) {
        long[] ids = touched.sessionIds();
        for (int i = 0; i < ids.length; i++) {
            Live live = sessions.find(ids[i]);
            if (live != null) {
                sessions.touch(live, touched.timeoutsMillis()[i], 0);
            }
        }
    }

    @Override
    public Load.Touched touched() {
        return Load.Touched.NOBODY;
    }

    // ---- what waits for a quorum to confirm that this server leads

    private void sync(long sessionId, Owner by, @Nullable Ticket ticket) {
        syncs.add(new Syncs.Pending(sessionId, by, ticket, broadcast.confirm()), lastZxid);
    }

    int pendingSyncs() {
        return syncs.size();
    }

    /// See {@link Broadcast#confirm}.
    void confirmed(long question) {
        confirmedQuestion = question;
    }

    @Override
    public void settle(List<Effect> out) {
        for (var next = resumptions.peek();
                next != null && next.question() <= confirmedQuestion;
                next = resumptions.peek()) {
            resumed(resumptions.remove(), out);
        }
        if (!syncs.isEmpty()) {
            answerSyncs(out);
        }
    }

    private void answerSyncs(List<Effect> out) {
        long committedZxid = broadcast.isWaiting() ? standing.state().zxid() : lastZxid;
        for (var next = syncs.next(committedZxid, confirmedQuestion);
                next != null;
                next = syncs.next(committedZxid, confirmedQuestion)) {
            if (next.ticket != null) {
                standing.add(new Committed(null, next.ticket));
            } else if (next.by instanceof LearnerLink learner) {
                broadcast.tell(learner, new Load.SyncDone());
            }
            for (Syncs.Held held : syncs.release(next.sessionId)) {
                switch (held) {
                    case Syncs.HeldWrite later ->
                            write(later.request(), later.by(), later.ticket(), out);
                    case Syncs.HeldSync later -> syncs.place(later.sync(), lastZxid);
                }
            }
        }
    }

    // ---- proposals

    private void write(WriteRequest request, Owner by, @Nullable Ticket ticket, List<Effect> out) {
        if (syncs.isShut(request.sessionId())) {
            syncs.hold(new Syncs.HeldWrite(request, by, ticket));
            return;
        }
        Live live = sessions.find(request.sessionId());
        if (live == null) {
            writeLocally(request, ticket, out);
            return;
        }
        if (live.closing) {
            refuse(request, ErrorCode.SESSION_EXPIRED, ticket, out);
            return;
        }
        if (request.opcode() == OpCode.CLOSE_SESSION) {
            // Whoever knows the session may end it, as in ZooKeeper: a client that closed and moved
            // on before it had an answer still means it.
            sessions.close(live);
        } else if (live.owner == null && by instanceof LearnerLink) {
            // The first to speak for it under this leader.
            live.owner = by;
        } else if (!by.equals(live.owner)) {
            refuse(request, ErrorCode.SESSION_MOVED, ticket, out);
            return;
        }
        carryOut(request, ticket, out);
    }

    /// A write under a session that is not in the state: perhaps one that only its server knows.
    ///
    /// @param ticket null if a learner's client asks
    private void writeLocally(WriteRequest request, @Nullable Ticket ticket, List<Effect> out) {
        long sessionId = request.sessionId();
        if (ticket == null) {
            boolean mayBeLocal =
                    config.newSessions().areLocal()
                            && request.opcode() != OpCode.CLOSE_SESSION
                            && !SessionIds.isOf(config.serverId(), sessionId);
            if (mayBeLocal) {
                carryOut(request, null, out);
            } else {
                refuse(request, ErrorCode.SESSION_EXPIRED, null, out);
            }
            return;
        }
        switch (standing.locals().take(request, ticket, out)) {
            case UNKNOWN -> refuse(request, ErrorCode.SESSION_EXPIRED, ticket, out);
            case MOVED -> refuse(request, ErrorCode.SESSION_MOVED, ticket, out);
            case ANSWERED -> {}
            case PASSES -> carryOut(request, ticket, out);
            case UPGRADES -> {
                int timeoutMillis = standing.locals().upgrade(sessionId);
                openGlobally(sessionId, timeoutMillis, ticket.connection, null, out);
                carryOut(request, ticket, out);
            }
        }
    }

    private void carryOut(WriteRequest request, @Nullable Ticket ticket, List<Effect> out) {
        if (request.opcode() == OpCode.RECONFIG) {
            reconfigure(request, ticket, out);
        } else {
            propose(request, ticket, out);
        }
    }

    private void reconfigure(WriteRequest request, @Nullable Ticket ticket, List<Effect> out) {
        if (!hasNextZxid()) {
            return;
        }
        switch (Reconfiguration.decide(config, broadcast, request, lastZxid + 1)) {
            case Reconfiguration.No no -> refuse(request, no.error(), ticket, out);
            case Reconfiguration.Yes yes ->
                    propose(
                            standing.tree.evaluateReconfig(
                                    head, request, yes.text(), lastZxid + 1, standing.wallMillis),
                            ticket,
                            out);
        }
    }

    private void propose(WriteRequest request, @Nullable Ticket ticket, List<Effect> out) {
        if (hasNextZxid()) {
            Applied applied =
                    standing.tree.evaluate(head, request, lastZxid + 1, standing.wallMillis);
            propose(applied, ticket, out);
        }
    }

    /// A refusal is a transaction too: it takes its place in the order, so that its reply does.
    private void refuse(
            WriteRequest request, int error, @Nullable Ticket ticket, List<Effect> out) {
        if (hasNextZxid()) {
            Applied refusal =
                    standing.tree.refuse(
                            head,
                            request.sessionId(),
                            request.cxid(),
                            error,
                            lastZxid + 1,
                            standing.wallMillis);
            propose(refusal, ticket, out);
        }
    }

    /// The counter of an epoch never reaches its end: the next number would be in an epoch that
    /// nobody has agreed on (ZOOKEEPER-1277).
    private boolean hasNextZxid() {
        if (Zxid.counter(lastZxid + 1) < config.counterEnd()) {
            return true;
        }
        if (!broadcast.endEpoch()) {
            return false;
        }
        lastZxid = Zxid.of(Zxid.epoch(lastZxid) + 1, 0);
        return true;
    }

    private void propose(Applied applied, @Nullable Ticket ticket, List<Effect> out) {
        head = applied.state();
        lastZxid = applied.zxid();
        broadcast.propose(new Committed(applied, ticket), out);
        standing.snapshots.appended(applied.payload().length);
    }

    private static WriteRequest request(long sessionId, int opcode, byte[] body) {
        return new WriteRequest(sessionId, 0, opcode, body, 0, body.length, NOBODY);
    }

    // ---- what became of them

    @Override
    public @Nullable String apply(long zxid, byte[] payload) {
        throw new IllegalStateException(
                Zxid.hex(zxid) + " is committed, which this leader did not propose");
    }

    @Override
    public void delivered(List<Committed> batch) {
        for (Committed each : batch) {
            Applied applied = each.applied();
            if (applied != null && applied.type() == OpCode.CLOSE_SESSION) {
                forget(applied.sessionId());
            }
        }
        progressMillis = standing.nowMillis;
    }

    private void forget(long sessionId) {
        if (config.newSessions().areLocal()) {
            ended.add(new Ended(sessionId, standing.nowMillis + ENDED_MILLIS));
        } else {
            sessions.forget(sessionId);
        }
    }
}
