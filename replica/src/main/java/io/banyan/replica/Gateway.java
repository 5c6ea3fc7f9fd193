package io.banyan.replica;

import io.banyan.replica.Connection.Phase;
import io.banyan.tree.Applied;
import io.banyan.tree.Caller;
import io.banyan.tree.Change;
import io.banyan.tree.State;
import io.banyan.tree.WriteRequest;
import io.banyan.tree.ZnodeTree;
import io.banyan.wire.Acl;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.Id;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.MultiHeader;
import io.banyan.wire.OpCode;
import io.banyan.wire.SetWatches;
import io.banyan.wire.Zxid;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The connections of one network thread: their sessions, the order of their answers, their
/// watches, and the state they see.
///
/// Reads are answered here and at once from the adopted {@link State}, unless a write of the same
/// connection is unfinished: then they stand behind it ({@link Turn}). A {@link Batch} is taken
/// transaction by transaction: **fire its watches, adopt its state, answer whoever asked for it,
/// run the reads that waited behind that answer**. Every ordering promise of ZooKeeper follows from
/// that sentence; a read that waited sees exactly the state after the write before it.
///
/// Confined to its network thread, whose host calls the `on...` methods, and {@link #endRound} when
/// it has nothing more at hand.
public final class Gateway {
    static final String NO_SERVICE = "this server does not serve now";

    private static final int PING_XID = -2;
    private static final int MULTI_HEADER_BYTES = 9;

    /// What stands for each part of a multi that failed.
    private static final int MULTI_FAILURE_BYTES = MULTI_HEADER_BYTES + Integer.BYTES;

    private static final byte[] NO_BODY = {};

    private final int index;
    private final GatewayConfig config;
    private final ZnodeTree tree;
    private final GatewayPort replica;
    private final LongSupplier wallMillis;
    private final WatchTable watches = new WatchTable();
    private final GatewayObserver observer;
    private final @Nullable WriteObserver writes;
    private final Map<Long, Connection> bySession = new HashMap<>();
    private final LinkedHashSet<Connection> connections = new LinkedHashSet<>();
    private final Outbox outbox;
    private final Handshakes handshakes;
    private final Credentials credentials;
    private final Heartbeats heartbeats = new Heartbeats();
    private final JuteReader reader = new JuteReader(NO_BODY);
    private final WatchTable.Listener eventWriter = this::writeEvent;

    private final EventFrame event = new EventFrame();
    private final Reads reads;

    private State state;

    /// Zxid that the leader's epoch began with: everything before it is in {@link #state}.
    private long epochBegin;

    /// Of {@link Effect.Serve}.
    private long period;

    private boolean serving = true;
    private long ceasedNanos;

    /// Of {@link Effect.Serve}.
    private boolean readOnly;

    private long firingZxid = -1;
    private long nowNanos;
    private long lastTickNanos;
    private long nextNumber;
    private int inFlight;

    /// @param wallMillis for the stamp of new connections, which only operators see
    public Gateway(
            int index,
            GatewayConfig config,
            ZnodeTree tree,
            State state,
            GatewayPort replica,
            GatewayObserver observer,
            long nowNanos,
            LongSupplier wallMillis) {
        this.index = index;
        this.config = config;
        this.tree = tree;
        this.state = state;
        this.replica = replica;
        this.observer = observer;
        this.writes = observer.writes();
        this.nowNanos = nowNanos;
        this.lastTickNanos = nowNanos;
        this.wallMillis = wallMillis;
        this.outbox = new Outbox(observer);
        this.handshakes = new Handshakes(this, config, replica, outbox);
        this.credentials = new Credentials(this, config, tree.config().schemes(), outbox, observer);
        this.reads = new Reads(tree, watches, this::writeEvent, observer);
    }

    /// A gateway that serves nobody before {@link #onServe}, as {@link Replica#member} wants it.
    public static Gateway waiting(
            int index,
            GatewayConfig config,
            ZnodeTree tree,
            State state,
            GatewayPort replica,
            GatewayObserver observer,
            long nowNanos,
            LongSupplier wallMillis) {
        var gateway =
                new Gateway(index, config, tree, state, replica, observer, nowNanos, wallMillis);
        gateway.serving = false;
        return gateway;
    }

    /// Lets clients prove who they are by SASL. Before the first connection.
    ///
    /// @param failedMayStay `allowSaslFailedClients`
    public void useSasl(SaslExchange.Maker maker, boolean failedMayStay) {
        credentials.useSasl(maker, failedMayStay);
    }

    public int index() {
        return index;
    }

    /// Whether only reads are answered now.
    public boolean isReadOnly() {
        return serving && readOnly;
    }

    /// Whether clients are served now.
    public boolean isServing() {
        return serving;
    }

    /// The state that reads are answered from.
    public State state() {
        return state;
    }

    /// What a client may have seen of this server's history. The zxid that a leader begins its
    /// epoch with stands for no transaction.
    long newestZxid() {
        return Math.max(state.zxid(), epochBegin);
    }

    /// In the order in which they came.
    public Collection<Connection> connections() {
        return connections;
    }

    /// Writes posted to the replica and not answered.
    public int inFlight() {
        return inFlight;
    }

    /// Watch registrations, as the metric `watch_count` counts them.
    public int watchCount() {
        return watches.count();
    }

    /// Every (path, connection) of the data watches.
    public void forEachDataWatch(WatchVisitor visitor) {
        watches.forEachDataWatch(visitor::watch);
    }

    /// See {@link #forEachDataWatch}.
    public interface WatchVisitor {
        void watch(String path, Connection watcher);
    }

    /// A client connected.
    ///
    /// @param peer for people
    /// @param ids what is known of it by the connection alone: its address, its certificate
    public Connection onConnected(String peer, List<Id> ids, Transport transport, long now) {
        nowNanos = now;
        var connection =
                new Connection(
                        this,
                        nextNumber++,
                        peer,
                        Caller.of(ids),
                        transport,
                        wallMillis.getAsLong());
        connection.lastHeardNanos = now;
        connections.add(connection);
        return connection;
    }

    /// Something was proved of a client outside of its requests, by TLS.
    public void onIdentified(Connection connection, List<Id> ids) {
        for (Id id : ids) {
            connection.caller = connection.caller.with(id);
        }
    }

    /// A frame came.
    ///
    /// @param bytes array with the frame; read, never kept
    /// @param from index of the first byte after the length
    public void onFrame(Connection from, byte[] bytes, int begin, int end, long now) {
        nowNanos = now;
        from.stats.received();
        observer.received();
        switch (from.phase) {
            case NEW -> {
                reader.reset(bytes, begin, end);
                handshakes.onConnectRequest(from, reader);
            }
            case OPEN -> {
                heartbeats.heard(from, nowNanos);
                onRequest(from, bytes, begin, end);
            }
            // The transport was told to wait; a frame that slips through would jump the queue.
            case HANDSHAKE, PAUSED ->
                    throw new IllegalStateException("frame of " + from + " in phase " + from.phase);
            case CLOSED -> {}
        }
    }

    /// A request came that is longer than `jute.maxbuffer`; its body was never read. It is answered
    /// in its place.
    public void onOversized(Connection from, int xid, int opcode, long now) {
        onRefused(from, xid, opcode, ErrorCode.MARSHALLING_ERROR, now);
    }

    /// A request came that the host does not let in. It is answered in its place.
    ///
    /// @param error an {@link ErrorCode}
    public void onRefused(Connection from, int xid, int opcode, int error, long now) {
        nowNanos = now;
        from.stats.received();
        observer.received();
        heartbeats.heard(from, nowNanos);
        from.order.add(new Refusal(xid, opcode, error, now));
        advance(from);
        reconsiderReading(from);
    }

    /// A four-letter word came in instead of a connect request: it counts as received.
    public void onWord(Connection from) {
        from.stats.received();
        observer.received();
    }

    /// The answer to a four-letter word goes out.
    public void onWordAnswered(Connection from) {
        from.stats.sent();
        observer.sent();
    }

    /// The socket is gone, whoever closed it. The session goes on.
    public void onDisconnected(Connection gone, long now) {
        nowNanos = now;
        forget(gone);
    }

    /// The client reads slower than it is written to, or has caught up.
    public void onWritable(Connection connection, boolean writable, long now) {
        nowNanos = now;
        if (connection.phase == Phase.CLOSED) {
            return;
        }
        connection.slow = !writable;
        if (writable) {
            advance(connection);
        }
        reconsiderReading(connection);
    }

    /// Committed transactions.
    public void onBatch(Batch batch, long now) {
        nowNanos = now;
        for (Committed each : batch.items()) {
            Applied applied = each.applied();
            if (applied != null) {
                adopt(applied);
            }
            Ticket ticket = each.ticket();
            if (ticket != null && ticket.connection.gateway() == this) {
                complete(ticket, applied);
            }
            if (applied != null && applied.type() == OpCode.CLOSE_SESSION) {
                if (writes != null) {
                    writes.sessionEnded(applied);
                }
                Connection of = bySession.get(applied.sessionId());
                if (of != null) {
                    close(of, "session closed");
                }
            }
        }
    }

    /// The replica's answer to a resumption.
    public void onResumed(Ticket ticket, long sessionId, boolean valid, long now) {
        nowNanos = now;
        Connection connection = ticket.connection;
        if (ticket.period != period) {
            return;
        }
        if (connection.phase == Phase.PAUSED) {
            if (valid) {
                connection.phase = Phase.OPEN;
                heartbeats.heard(connection, nowNanos);
                advance(connection);
                reconsiderReading(connection);
            } else {
                close(connection, "its session ended meanwhile");
            }
            return;
        }
        if (connection.phase != Phase.HANDSHAKE) {
            return;
        }
        if (valid) {
            open(connection, sessionId, ticket);
        } else {
            handshakes.reject(connection, "session expired or unknown");
        }
    }

    /// The replica's answer to a request that became no transaction.
    ///
    /// @param error an {@link ErrorCode}
    public void onAnswered(Ticket ticket, int error, long now) {
        nowNanos = now;
        ticket.error = error;
        complete(ticket, null);
    }

    /// This connection has lost its session.
    public void onEvicted(Connection former, String why, long now) {
        nowNanos = now;
        close(former, why);
    }

    /// From now on clients are served, from this state on.
    public void onServe(Effect.Serve serve, long now) {
        nowNanos = now;
        if (!serve.continues()) {
            closePaused("this server got another history");
        }
        state = serve.state();
        epochBegin = Zxid.of(serve.epoch(), 0);
        period = serve.period();
        readOnly = serve.readOnly();
        serving = true;
        for (Connection each : connections) {
            if (each.phase == Phase.PAUSED) {
                // The new leader has to know where the session is before anything is asked.
                replica.post(
                        new Input.ResumeSession(
                                each.sessionId, each.timeoutMillis, ticket(each, 0)));
            }
        }
        handshakes.letIn();
    }

    /// Clients cannot be served for now. Who waits for an answer that may never come loses its
    /// connection: what it asked may have happened or not. The others wait for a moment, and go on
    /// if this server serves again with a state that continues the present one.
    public void onCease(String why, long now) {
        nowNanos = now;
        for (Connection each : List.copyOf(connections)) {
            switch (each.phase) {
                case NEW, CLOSED -> {}
                case HANDSHAKE -> {
                    if (each.waitingRequest == null) {
                        close(each, why);
                    }
                }
                case OPEN -> {
                    if (readOnly || isOwedByReplica(each)) {
                        close(each, why);
                    } else {
                        each.phase = Phase.PAUSED;
                        reconsiderReading(each);
                    }
                }
                case PAUSED -> {
                    // While we serve it only waits for its session to be confirmed anew.
                    if (!serving) {
                        close(each, why);
                    }
                }
            }
        }
        if (serving) {
            ceasedNanos = now;
        }
        serving = false;
        inFlight = 0;
    }

    private static boolean isOwedByReplica(Connection connection) {
        for (Turn each : connection.order) {
            if (each instanceof Ticket) {
                return true;
            }
        }
        return false;
    }

    private void closePaused(String why) {
        for (Connection each : List.copyOf(connections)) {
            if (each.phase == Phase.PAUSED) {
                close(each, why);
            }
        }
    }

    /// To be called every {@link GatewayConfig#tickMillis}: reports whom we heard.
    public void tick(long now) {
        long gapMillis = (now - lastTickNanos) / 1_000_000;
        nowNanos = now;
        lastTickNanos = now;
        // We did not run for a while: clients may have spoken and we have not listened yet. The
        // next tick reports; until then the session clock waits for us.
        if (gapMillis > 2L * config.tickMillis()) {
            return;
        }
        hearThoseWeDoNotReadFrom();
        replica.post(heartbeats.report(index, gapMillis, now));
        if (!serving && now - ceasedNanos > Handshakes.WAIT_FOR_SERVICE_NANOS_MAX) {
            closePaused(NO_SERVICE);
        }
        handshakes.dropLate(now);
    }

    /// Who has so many requests under way that we read no more of them cannot be heard until they
    /// are answered, however long that takes. Not so who does not read our answers.
    private void hearThoseWeDoNotReadFrom() {
        if (inFlight == 0) {
            return;
        }
        for (Connection each : connections) {
            if (each.phase == Phase.OPEN
                    && each.readingSuspended
                    && !each.slow
                    && isOwedByReplica(each)) {
                heartbeats.heard(each, nowNanos);
            }
        }
    }

    /// Sends what was written since the last call.
    public void endRound() {
        outbox.flushAll();
    }

    /// Closes every connection, as a stopping server does. Sessions go on.
    public void closeAll(String reason) {
        for (Connection each : List.copyOf(connections)) {
            close(each, reason);
        }
        endRound();
    }

    /// For what a connection asks of itself: a session, or to go on with it.
    Ticket ticket(Connection of, int opcode) {
        return new Ticket(of, 0, opcode, nowNanos, period, 0);
    }

    private void open(Connection connection, long sessionId, Ticket ticket) {
        handshakes.accept(connection, sessionId);
        bySession.put(sessionId, connection);
        heartbeats.heard(connection, nowNanos);
        connection.stats.answered(
                OpCode.CREATE_SESSION, 0, state.zxid(), nowNanos, nowNanos - ticket.receivedNanos);
        reconsiderReading(connection);
    }

    // ---- requests

    private void onRequest(Connection from, byte[] bytes, int begin, int end) {
        if (end - begin < 8) {
            close(from, "frame of " + (end - begin) + " bytes, shorter than a request header");
            return;
        }
        reader.reset(bytes, begin, end);
        int xid = reader.readInt();
        int opcode = reader.readInt();
        int body = begin + 8;
        if (!credentials.letPass(from.caller, opcode)) {
            refuseAndClose(from, xid, state.zxid(), ErrorCode.SESSION_CLOSED_REQUIRE_SASL_AUTH);
            return;
        }
        if (OpCode.isWrite(opcode) || opcode == OpCode.SYNC) {
            submit(from, xid, opcode, bytes, body, end);
            return;
        }
        switch (opcode) {
            case OpCode.AUTH -> credentials.authenticate(from, xid, bytes, body, end);
            case OpCode.SASL -> credentials.stepSasl(from, xid, bytes, body, end);
            case OpCode.PING,
                    OpCode.EXISTS,
                    OpCode.GET_DATA,
                    OpCode.GET_ACL,
                    OpCode.GET_CHILDREN,
                    OpCode.GET_CHILDREN2,
                    OpCode.MULTI_READ,
                    OpCode.CHECK_WATCHES,
                    OpCode.REMOVE_WATCHES,
                    OpCode.ADD_WATCH,
                    OpCode.SET_WATCHES,
                    OpCode.SET_WATCHES2,
                    OpCode.GET_EPHEMERALS,
                    OpCode.GET_ALL_CHILDREN_NUMBER,
                    OpCode.WHO_AM_I -> {
                if (from.order.isEmpty()) {
                    read(from, xid, opcode, bytes, body, end, nowNanos);
                } else {
                    byte[] copy = Arrays.copyOfRange(bytes, body, end);
                    from.order.add(new WaitingRead(xid, opcode, copy, nowNanos));
                    reconsiderReading(from);
                }
            }
            // The reaper's own request: it asks for no permission, so no client may send it.
            case OpCode.DELETE_CONTAINER -> close(from, "a client sent deleteContainer");
            default -> refuseAndClose(from, xid, -1, ErrorCode.UNIMPLEMENTED);
        }
    }

    private void submit(Connection from, int xid, int opcode, byte[] bytes, int body, int end) {
        if (readOnly && opcode != OpCode.CLOSE_SESSION) {
            refuse(from, new Refusal(xid, opcode, ErrorCode.NOT_READ_ONLY, nowNanos));
            return;
        }
        if (config.checksAclsEagerly() && isForbiddenNow(from, xid, opcode, bytes, body, end)) {
            refuse(from, new Refusal(xid, opcode, ErrorCode.NO_AUTH, nowNanos));
            return;
        }
        var ticket = new Ticket(from, xid, opcode, nowNanos, period, end - body);
        from.order.add(ticket);
        inFlight++;
        if (opcode == OpCode.SYNC) {
            ticket.echo = echoOf(bytes, body, end);
            // It is refused only for its form, and even then in its place in the order.
            ticket.error = ticket.echo == null ? ErrorCode.MARSHALLING_ERROR : ErrorCode.OK;
            replica.post(new Input.Sync(ticket));
        } else {
            byte[] copy = Arrays.copyOfRange(bytes, body, end);
            var request =
                    new WriteRequest(
                            from.sessionId, xid, opcode, copy, 0, copy.length, from.caller);
            if (writes != null) {
                ticket.observed = request;
            }
            replica.post(new Input.Write(request, ticket));
        }
        reconsiderReading(from);
    }

    /// Whether the ACLs that this server knows forbid a write of one znode. Behind an unfinished
    /// write, which may change them, that is for the leader to say.
    private boolean isForbiddenNow(
            Connection from, int xid, int opcode, byte[] bytes, int body, int end) {
        return switch (opcode) {
            case OpCode.CREATE,
                    OpCode.CREATE2,
                    OpCode.CREATE_CONTAINER,
                    OpCode.CREATE_TTL,
                    OpCode.DELETE,
                    OpCode.SET_DATA,
                    OpCode.SET_ACL -> {
                if (!from.order.isEmpty()) {
                    yield false;
                }
                var request =
                        new WriteRequest(
                                from.sessionId, xid, opcode, bytes, body, end, from.caller);
                long zxid = state.zxid() + 1;
                Applied outcome = tree.evaluate(state, request, zxid, wallMillis.getAsLong());
                yield outcome.err() == ErrorCode.NO_AUTH;
            }
            default -> false;
        };
    }

    void refuseAndClose(Connection from, int xid, long zxid, int error) {
        outbox.answer(from, xid, zxid, error);
        close(from, "request refused with error " + error);
    }

    // ---- order

    private void adopt(Applied applied) {
        List<Change> changes = applied.changes();
        if (!watches.isEmpty()) {
            firingZxid = applied.zxid();
            for (int i = 0; i < changes.size(); i++) {
                watches.fire(changes.get(i), eventWriter);
            }
            firingZxid = -1;
        }
        state = applied.state();
        observer.committed(applied);
    }

    private void complete(Ticket ticket, @Nullable Applied applied) {
        Connection connection = ticket.connection;
        if (ticket.opcode == OpCode.CREATE_SESSION) {
            if (connection.phase == Phase.HANDSHAKE && applied != null) {
                if (applied.err() == ErrorCode.OK) {
                    open(connection, applied.sessionId(), ticket);
                } else {
                    handshakes.reject(
                            connection, "its session was refused with error " + applied.err());
                }
            }
            return;
        }
        if (writes != null && ticket.observed != null && applied != null) {
            writes.answered(ticket.observed, applied);
        }
        if (ticket.period != period) {
            return;
        }
        inFlight--;
        if (connection.phase == Phase.CLOSED) {
            return;
        }
        ticket.done = true;
        ticket.applied = applied;
        advance(connection);
        reconsiderReading(connection);
    }

    /// Answers, in order, everything that can be answered.
    private void advance(Connection connection) {
        while (connection.phase == Phase.OPEN) {
            Turn head = connection.order.peek();
            switch (head) {
                case Ticket ticket when ticket.done -> {
                    connection.order.remove();
                    answer(ticket);
                }
                // A client that does not read its answers gets no more of them. Its reads then see
                // a later state than they would have, which is allowed; memory without end is not.
                case WaitingRead read when !connection.slow -> {
                    connection.order.remove();
                    byte[] body = read.body();
                    read(
                            connection,
                            read.xid(),
                            read.opcode(),
                            body,
                            0,
                            body.length,
                            read.receivedNanos());
                }
                case Refusal refusal -> {
                    connection.order.remove();
                    refuse(connection, refusal);
                }
                case null, default -> {
                    return;
                }
            }
        }
    }

    private void answer(Ticket ticket) {
        Connection to = ticket.connection;
        Applied applied = ticket.applied;
        int error = applied != null ? applied.err() : ticket.error;
        if (error == ErrorCode.SESSION_MOVED || isMovedMulti(ticket)) {
            close(to, Effect.Evict.MOVED);
            return;
        }
        JuteWriter out = outbox.writer(to);
        // Not the transaction's own: a slow client's reads before it may have shown a later state.
        int mark = Frames.begin(out, ticket.xid, state.zxid());
        if (error != ErrorCode.OK) {
            Frames.fail(out, mark, error);
        } else {
            byte[] body = applied == null ? ticket.echo : applied.reply();
            if (body != null && ticket.beyondLocalSession) {
                body = withReason(body);
            }
            if (body != null) {
                out.writeRaw(body, 0, body.length);
            }
        }
        int length = Frames.finish(out, mark);
        long latency = nowNanos - ticket.receivedNanos;
        to.stats.answered(ticket.opcode, ticket.xid, state.zxid(), nowNanos, latency);
        observer.writeAnswered(latency, length);
        if (ticket.opcode == OpCode.CLOSE_SESSION) {
            close(to, "client closed its session");
        }
    }

    /// A ZooKeeper leader refuses the multi of a moved session part by part; ours refuses it as a
    /// whole.
    private static boolean isMovedMulti(Ticket ticket) {
        Applied applied = ticket.applied;
        byte[] reply = applied == null ? null : applied.reply();
        if (ticket.opcode != OpCode.MULTI || reply == null || reply.length < MULTI_HEADER_BYTES) {
            return false;
        }
        var in = new JuteReader(reply);
        int type = in.readInt();
        in.readBool();
        return type == OpCode.ERROR && in.readInt() == ErrorCode.SESSION_MOVED;
    }

    /// To who evaluates a multi the session behind it is expired, since it is in no state. The
    /// client has it and is told what is the matter.
    private static byte[] withReason(byte[] reply) {
        byte[] told = reply.clone();
        for (int at = 0; at + MULTI_FAILURE_BYTES <= told.length; at += MULTI_FAILURE_BYTES) {
            var in = new JuteReader(told, at, told.length);
            MultiHeader header = MultiHeader.decode(in);
            if (header.type() == OpCode.ERROR && header.err() == ErrorCode.SESSION_EXPIRED) {
                var out = new JuteWriter(MULTI_FAILURE_BYTES);
                int why = ErrorCode.EPHEMERAL_ON_LOCAL_SESSION;
                new MultiHeader(OpCode.ERROR, false, why).encode(out);
                out.writeInt(why);
                System.arraycopy(out.array(), 0, told, at, MULTI_FAILURE_BYTES);
            }
        }
        return told;
    }

    private void refuse(Connection to, Refusal refusal) {
        JuteWriter out = outbox.writer(to);
        int mark = Frames.begin(out, refusal.xid(), state.zxid());
        Frames.fail(out, mark, refusal.error());
        int length = Frames.finish(out, mark);
        long latency = nowNanos - refusal.receivedNanos();
        to.stats.answered(refusal.opcode(), refusal.xid(), state.zxid(), nowNanos, latency);
        observer.readAnswered(latency, length);
    }

    /// The body of a sync is a path, and its reply says the path again.
    private byte @Nullable [] echoOf(byte[] bytes, int body, int end) {
        reader.reset(bytes, body, end);
        try {
            return reader.skipBuffer() < 0
                    ? null
                    : Arrays.copyOfRange(bytes, body, reader.position());
        } catch (MalformedRecord e) {
            return null;
        }
    }

    /// Says anew whether frames of this connection are wanted.
    void reconsiderReading(Connection connection) {
        boolean suspend =
                switch (connection.phase) {
                    case HANDSHAKE, PAUSED, CLOSED -> true;
                    case NEW -> false;
                    case OPEN -> connection.slow || shouldWaitForAnswers(connection);
                };
        if (suspend != connection.readingSuspended) {
            connection.readingSuspended = suspend;
            if (connection.phase != Phase.CLOSED) {
                connection.transport().reading(!suspend);
            }
        }
    }

    private boolean shouldWaitForAnswers(Connection connection) {
        int waiting = connection.order.size();
        // Once suspended for its length, an order is let run empty: no flutter at the bound.
        return waiting > 0
                && (waiting >= Connection.ORDER_MAX
                        || connection.readingSuspended
                        || inFlight > config.outstandingMax());
    }

    // ---- reads

    private void read(
            Connection from,
            int xid,
            int opcode,
            byte[] bytes,
            int body,
            int end,
            long receivedNanos) {
        JuteWriter out = outbox.writer(from);
        int replyXid = opcode == OpCode.PING ? PING_XID : xid;
        int error;
        int mark = -1;
        reader.reset(bytes, body, end);
        try {
            // Events of re-armed watches go out before the reply that re-arms them.
            if (opcode == OpCode.SET_WATCHES || opcode == OpCode.SET_WATCHES2) {
                reads.rearm(state, from, SetWatches.decode(opcode, reader));
                mark = Frames.begin(out, replyXid, state.zxid());
                error = ErrorCode.OK;
            } else {
                mark = Frames.begin(out, replyXid, state.zxid());
                error = reads.answer(state, from, opcode, reader, end, out);
            }
        } catch (MalformedRecord e) {
            if (mark >= 0) {
                out.truncate(mark);
            }
            mark = Frames.begin(out, replyXid, state.zxid());
            error = ErrorCode.MARSHALLING_ERROR;
        }
        if (error != ErrorCode.OK) {
            Frames.fail(out, mark, error);
        }
        int length = Frames.finish(out, mark);
        long latency = nowNanos - receivedNanos;
        from.stats.answered(opcode, xid, state.zxid(), nowNanos, latency);
        observer.readAnswered(latency, length);
        outbox.maybeFlush(from, out);
    }

    // ---- events

    private void writeEvent(Connection to, int type, byte[] path, int pathEnd, List<Acl> acl) {
        // The watch is spent all the same; only the news is not for this client.
        if (!tree.mayRead(acl, to.caller)) {
            return;
        }
        JuteWriter frame = event.of(type, path, pathEnd, firingZxid);
        outbox.writer(to).writeRaw(frame.array(), 0, frame.length());
        to.stats.sent();
        observer.watchFired(type);
    }

    // ---- the end of a connection

    void close(Connection connection, String reason) {
        if (connection.phase == Phase.CLOSED) {
            return;
        }
        outbox.flush(connection);
        forget(connection);
        connection.transport().close(reason);
    }

    private void forget(Connection gone) {
        gone.phase = Phase.CLOSED;
        connections.remove(gone);
        handshakes.forget(gone);
        bySession.remove(gone.sessionId, gone);
        watches.removeAll(gone);
        gone.order.clear();
        gone.pendingOut = null;
    }
}
