package io.banyan.replica;

import io.banyan.replica.SessionExpiry.Live;
import io.banyan.tree.Applied;
import io.banyan.tree.Caller;
import io.banyan.tree.State;
import io.banyan.tree.WriteRequest;
import io.banyan.tree.ZnodeTree;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.OpCode;
import io.banyan.wire.ReconfigRequest;
import io.banyan.zab.Past;
import io.banyan.zab.ZabConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Puts writes in order: checks the session, evaluates each once against everything proposed before
/// it, and tells the gateways what became committed.
///
/// A deterministic step function. The host calls {@link #step} with inputs of one round, the first
/// of them a {@link Input.Tick}, then {@link #endRound}, and carries out the effects in their
/// order. Confined to one thread; it never blocks and reads no clock. It throws only if an
/// invariant of its own is broken; the host then stops the server.
public final class Replica {
    private static final Caller NOBODY = Caller.of(List.of());
    private static final byte[] NO_BODY = {};

    private final ReplicaConfig config;
    private final ZnodeTree tree;
    private final Broadcast broadcast;
    private final SessionExpiry sessions;
    private final SnapshotPolicy snapshots;
    private final List<Committed> committed = new ArrayList<>();

    /// After everything proposed so far; what the next write is evaluated against.
    private State head;

    /// After everything committed so far; what is told to gateways and written to snapshots.
    private State state;

    private long nextSessionId;
    private long nowMillis;
    private long wallMillis;

    /// When something was committed last, or nothing waited for it.
    private long progressMillis;

    private long nextReapMillis;
    private int reapedInMinute;
    private long reapMinuteEndMillis;
    private boolean snapshotDue;
    private boolean snapshotRunning;
    private boolean halted;

    /// @param recovered the state on disk: every session in it gets its whole timeout anew
    /// @param nowMillis the host's monotonic clock, as in {@link Input.Tick}
    /// @param wallMillis the wall clock; new session ids start from it
    public Replica(
            ReplicaConfig config,
            ZnodeTree tree,
            State recovered,
            long nowMillis,
            long wallMillis,
            RandomGenerator random) {
        this.config = config;
        this.tree = tree;
        this.broadcast = new Solo(recovered.zxid());
        this.snapshots = new SnapshotPolicy(config.snapCount(), config.snapSizeBytes(), random);
        this.head = recovered;
        this.state = recovered;
        this.nowMillis = nowMillis;
        this.wallMillis = wallMillis;
        this.progressMillis = nowMillis;
        this.nextSessionId = SessionIds.first(config.serverId(), wallMillis);
        this.nextReapMillis = nowMillis + config.reapEveryMillis();
        this.sessions =
                new SessionExpiry(
                        config.tickMillis(), config.stallMillisMax(), config.gateways(), nowMillis);
        recovered.forEachSession(
                (id, timeoutMillis, ephemerals) -> sessions.open(id, timeoutMillis));
    }

    /// A server of an ensemble. It serves nobody before {@link Effect.Serve}.
    ///
    /// @param recovered everything on disk, committed or not; its zxid is that of `past`
    public static Replica member(
            ReplicaConfig config,
            ZnodeTree tree,
            State recovered,
            ZabConfig zabConfig,
            Past past,
            long nowMillis,
            long wallMillis,
            RandomGenerator random) {
        Check.that(past.lastZxid() == recovered.zxid(), "past", past.lastZxid(), recovered.zxid());
        Check.that(zabConfig.serverId() == config.serverId(), "id", 0, config.serverId());
        return new Replica(config, tree, recovered, nowMillis, wallMillis, random);
    }

    /// When the next {@link Input.Tick} is wanted at the latest, on its clock.
    public long wakeAtMillis() {
        return nowMillis + config.tickMillis();
    }

    /// Takes one input and adds what is to be done about it.
    public void step(Input input, List<Effect> out) {
        if (halted) {
            return;
        }
        switch (input) {
            case Input.Tick tick -> onTick(tick, out);
            case Input.Write write -> onWrite(write, out);
            case Input.Sync sync -> broadcast.propose(new Committed(null, sync.ticket()), out);
            case Input.OpenSession open -> onOpenSession(open, out);
            case Input.ResumeSession resume -> onResumeSession(resume, out);
            case Input.Heard heard -> onHeard(heard);
            case Input.Synced synced -> broadcast.synced(synced.zxid(), committed);
            case Input.SnapshotDone done -> snapshotRunning = false;
            case Input.SnapshotWanted wanted -> snapshotDue = true;
            case Input.DiskFailed failed -> {
                halted = true;
                out.add(new Effect.Halt(failed.reason()));
            }
            case Input.Notified _,
                    Input.ElectionLink _,
                    Input.LinkOpened _,
                    Input.LinkLost _,
                    Input.FromPeer _,
                    Input.AcceptedEpochSaved _,
                    Input.CurrentEpochSaved _,
                    Input.Truncated _,
                    Input.Installed _,
                    Input.HistoryRead _ ->
                    throw new IllegalStateException("no member of an ensemble: " + input);
        }
    }

    /// Ends a round: what several inputs share (one sync, one batch to the gateways) is asked for
    /// now.
    public void endRound(List<Effect> out) {
        if (halted) {
            return;
        }
        broadcast.roundEnded(out);
        broadcast.drain(committed);
        if (!committed.isEmpty()) {
            deliver(out);
        }
        if (snapshotDue && !snapshotRunning) {
            snapshotDue = false;
            snapshotRunning = true;
            snapshots.restart();
            out.add(new Effect.RollLog());
            out.add(new Effect.TakeSnapshot(state));
        }
    }

    /// The last committed state.
    public State state() {
        return state;
    }

    /// For operators: sessions by the time they have left, in milliseconds.
    public NavigableMap<Long, List<Long>> sessionsByMillisLeft() {
        return sessions.dueInMillis();
    }

    private void deliver(List<Effect> out) {
        for (Committed each : committed) {
            Applied applied = each.applied();
            if (applied == null) {
                continue;
            }
            Check.that(applied.zxid() > state.zxid(), "commits rise", applied.zxid(), state.zxid());
            state = applied.state();
            if (applied.type() == OpCode.CLOSE_SESSION) {
                sessions.forget(applied.sessionId());
            }
        }
        progressMillis = nowMillis;
        out.add(new Effect.Deliver(new Batch(List.copyOf(committed))));
        committed.clear();
    }

    private void onTick(Input.Tick tick, List<Effect> out) {
        nowMillis = tick.nowMillis();
        wallMillis = tick.wallMillis();
        if (!broadcast.isWaiting()) {
            progressMillis = nowMillis;
        }
        // A log that hangs keeps answers back, and soon we stop reading from whoever waits for
        // them: their pings stay in their sockets, and that is not their fault.
        if (nowMillis - progressMillis > config.tickMillis()) {
            sessions.stand(nowMillis);
        } else {
            sessions.tick(nowMillis);
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
        if (nowMillis >= reapMinuteEndMillis) {
            reapMinuteEndMillis = nowMillis + 60_000;
            reapedInMinute = 0;
        }
        for (byte[] path : tree.reapable(head, wallMillis, config.neverUsedMillisMax())) {
            if (reapedInMinute >= config.reapPerMinuteMax()) {
                return;
            }
            reapedInMinute++;
            var body = new JuteWriter(path.length + 4);
            body.writeBuffer(path);
            propose(request(0, OpCode.DELETE_CONTAINER, body.toByteArray()), null, out);
        }
    }

    private void onWrite(Input.Write write, List<Effect> out) {
        WriteRequest request = write.request();
        Ticket ticket = write.ticket();
        Live live = sessions.find(request.sessionId());
        if (live == null || live.closing) {
            refuse(request, ErrorCode.SESSION_EXPIRED, ticket, out);
            return;
        }
        if (!ticket.connection().equals(live.owner)) {
            refuse(request, ErrorCode.SESSION_MOVED, ticket, out);
            return;
        }
        if (request.opcode() == OpCode.RECONFIG && !config.reconfigEnabled()) {
            refuse(request, errorOfReconfig(request), ticket, out);
            return;
        }
        if (request.opcode() == OpCode.CLOSE_SESSION) {
            sessions.close(live);
        }
        propose(request, ticket, out);
    }

    /// Even what is switched off has to be well formed to be called so.
    private static int errorOfReconfig(WriteRequest request) {
        try {
            ReconfigRequest.decode(new JuteReader(request.body(), request.from(), request.end()));
            return ErrorCode.RECONFIG_DISABLED;
        } catch (MalformedRecord e) {
            return ErrorCode.MARSHALLING_ERROR;
        }
    }

    private void onOpenSession(Input.OpenSession open, List<Effect> out) {
        // A wall clock that was set back between two starts leads into ids that are in use.
        while (sessions.find(nextSessionId) != null) {
            nextSessionId++;
        }
        long id = nextSessionId++;
        Live live = sessions.open(id, open.timeoutMillis());
        live.owner = open.ticket().connection();
        var body = new JuteWriter(4);
        body.writeInt(open.timeoutMillis());
        propose(request(id, OpCode.CREATE_SESSION, body.toByteArray()), open.ticket(), out);
    }

    private void onResumeSession(Input.ResumeSession resume, List<Effect> out) {
        Live live = sessions.find(resume.sessionId());
        boolean valid = live != null && !live.closing;
        if (live != null && valid) {
            Connection former = live.owner;
            live.owner = resume.ticket().connection();
            sessions.touch(live, resume.timeoutMillis(), 0);
            if (former != null && !former.equals(live.owner)) {
                out.add(new Effect.Evict(former));
            }
        }
        out.add(new Effect.Resumed(resume.ticket(), resume.sessionId(), valid));
    }

    private void onHeard(Input.Heard heard) {
        long[] ids = heard.sessionIds();
        for (int i = 0; i < ids.length; i++) {
            Live live = sessions.find(ids[i]);
            if (live != null) {
                sessions.touch(live, heard.timeoutsMillis()[i], heard.agesMillis()[i]);
            }
        }
        sessions.reported(heard.gateway());
    }

    private void propose(WriteRequest request, @Nullable Ticket ticket, List<Effect> out) {
        propose(tree.evaluate(head, request, head.zxid() + 1, wallMillis), ticket, out);
    }

    /// A refusal is a transaction too: it takes its place in the order, so that its reply does.
    private void refuse(WriteRequest request, int error, Ticket ticket, List<Effect> out) {
        Applied refusal =
                tree.refuse(
                        head,
                        request.sessionId(),
                        request.cxid(),
                        error,
                        head.zxid() + 1,
                        wallMillis);
        propose(refusal, ticket, out);
    }

    private void propose(Applied applied, @Nullable Ticket ticket, List<Effect> out) {
        head = applied.state();
        broadcast.propose(new Committed(applied, ticket), out);
        if (snapshots.appended(applied.payload().length)) {
            snapshotDue = true;
        }
    }

    private static WriteRequest request(long sessionId, int opcode, byte[] body) {
        return new WriteRequest(sessionId, 0, opcode, body, 0, body.length, NOBODY);
    }
}
