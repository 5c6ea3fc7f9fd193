package io.banyan.client;

import io.banyan.wire.AuthPacket;
import io.banyan.wire.ConnectRequest;
import io.banyan.wire.ConnectResponse;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.OpCode;
import io.banyan.wire.ReplyHeader;
import io.banyan.wire.RequestHeader;
import io.banyan.wire.SaslToken;
import io.banyan.wire.SetWatches;
import io.banyan.wire.WatcherEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One client's side of the protocol: dialing, handshake, order of answers, pings, watches over
/// reconnects, timeouts. A step function: no thread, no clock, no socket. Confined to one thread.
///
/// In: what happened on the connection, requests, and the time, as an argument of every step. Out:
/// calls of {@link Shell}. `wakeNanos` says when the next `tick` is due at the latest.
///
/// Invariant: `inFlight` has the requests that this connection owes an answer to, in the order they
/// were sent; a write is in it at most once in its life.
final class ClientCore {
    /// ZooKeeper's servers refuse packets of a megabyte; its client has the same parts.
    static final int REARM_BYTES_MAX = 128 * 1024;

    /// A connection that lived so long was a good one: the next failure is the first of its kind.
    private static final long GOOD_NANOS = 1_000_000_000L;

    /// A longer idle time than this is not left without a ping, whatever the session timeout.
    private static final long PING_NANOS_MAX = 10_000_000_000L;

    private static final long DIAL_NANOS_MIN = 50_000_000L;
    private static final byte[] NO_PASSWORD = new byte[ConnectResponse.PASSWD_BYTES];
    private static final long NANOS_PER_MILLI = 1_000_000L;

    private enum Phase {
        /// Waiting until `retryAt`.
        PAUSING,
        DIALING,
        SHAKING_HANDS,
        /// The session is granted; no request is sent before the server knows who we are.
        PROVING,
        CONNECTED,
        ENDED
    }

    @SuppressWarnings("ArrayRecordComponent") // found by identity; nobody compares them
    private record Credential(String scheme, byte[] auth, Request<?> request) {}

    private final CoreConfig config;
    private final Shell shell;
    private final WatchTable watches;
    private final Rotation servers;
    private final JuteWriter writer = new JuteWriter();
    private final List<WatchTable.Told> told = new ArrayList<>();

    private Phase phase = Phase.PAUSING;
    private final Deque<Request<?>> queue = new ArrayDeque<>();
    private final Deque<Request<?>> inFlight = new ArrayDeque<>();
    private final List<Credential> credentials = new ArrayList<>();

    /// Credentials whose answers this connection owes.
    private final Deque<Credential> presented = new ArrayDeque<>();

    /// Parts of setWatches whose answers this connection owes.
    private int rearming;

    /// The session, as long as there is one.
    private volatile @Nullable Session session;

    private volatile SessionState state = SessionState.CONNECTING;

    /// `nanoTime` until which no server can have ended the session, by our clock.
    private volatile long safeUntilNanos;

    /// While proving: the number of the packet that owes an answer, 0 while a token is being made.
    private int provingXid;

    /// Whether our last token is out: the server need only agree.
    private boolean provedAll;

    /// What the server granted, while proving.
    private boolean grantedReadOnly;

    private boolean wasReadWrite;
    private boolean everConnected;
    private long lastZxid;
    private int lastXid;
    private long timeoutNanos;

    private volatile String lastFailure = "no server was tried yet";
    private long retryAtNanos;
    private long dialledNanos;
    private long connectedNanos;
    private long sentNanos;
    private long receivedNanos;
    private long pingNanos;
    private boolean pinging;
    private long nextDeadlineNanos = Long.MAX_VALUE;
    private @Nullable Request<?> closing;
    private @Nullable SessionState end;

    /// Deadlines are compared by difference, as `nanoTime` may wrap; this is "none".
    private static final long NEVER = Long.MAX_VALUE / 4;

    ClientCore(
            CoreConfig config,
            List<ConnectString.Server> shuffled,
            WatchTable watches,
            RandomGenerator random,
            Shell shell) {
        this.config = config;
        this.servers = new Rotation(shuffled, config, random);
        this.watches = watches;
        this.shell = shell;
        this.session = config.resumed();
        this.timeoutNanos = config.sessionTimeoutMillis() * NANOS_PER_MILLI;
        this.wasReadWrite = config.resumed() != null;
    }

    // ---- what other threads may look at

    @Nullable Session session() {
        return session;
    }

    SessionState state() {
        return state;
    }

    long safeUntilNanos() {
        return safeUntilNanos;
    }

    String lastFailure() {
        return lastFailure;
    }

    /// On the core's thread only.
    int watchCount() {
        return watches.count();
    }

    // ---- requests

    /// Begins to dial.
    void start(long now) {
        safeUntilNanos = now;
        dial(now);
    }

    void submit(Request<?> request, long now) {
        if (phase == Phase.ENDED || closing != null) {
            fail(request, endedFailure(request));
            return;
        }
        watches.announced(request);
        queue.add(request);
        nextDeadlineNanos = earlier(nextDeadlineNanos, request.deadlineNanos, now);
        pump(now);
    }

    void addAuth(String scheme, byte[] auth, Request<?> request, long now) {
        if (phase == Phase.ENDED || closing != null) {
            fail(request, endedFailure(request));
            return;
        }
        var credential = new Credential(scheme, auth, request);
        credentials.add(credential);
        nextDeadlineNanos = earlier(nextDeadlineNanos, request.deadlineNanos, now);
        if (phase == Phase.CONNECTED) {
            present(credential, now);
        }
    }

    /// One of the watchers of an addWatch goes.
    void dropWatch(
            String serverPath, WatchMode mode, Watcher watcher, Request<?> removal, long now) {
        if (phase != Phase.ENDED && watches.drop(serverPath, mode, watcher)) {
            submit(removal, now);
        }
    }

    /// Ends the session, after everything that was submitted before; without a connection ends at
    /// once and leaves the session to its timeout.
    void close(Request<?> closeSession, long now) {
        if (phase == Phase.ENDED || closing != null) {
            return;
        }
        if (phase != Phase.CONNECTED) {
            end(SessionState.CLOSED, "no connection to close it by", now);
            return;
        }
        submit(closeSession, now);
        closing = closeSession;
    }

    /// Ends without ending the session: its ephemerals stay until its timeout, or until somebody
    /// goes on with it.
    void detach(long now) {
        if (phase != Phase.ENDED) {
            end(SessionState.CLOSED, "detached", now);
        }
    }

    // ---- the connection

    void dialled(long now) {
        if (phase != Phase.DIALING) {
            return;
        }
        phase = Phase.SHAKING_HANDS;
        // A session of a server without quorum is known to that server only: no use elsewhere.
        Session current = wasReadWrite ? session : null;
        writer.clear();
        writer.writeInt(0);
        new ConnectRequest(
                        0,
                        lastZxid,
                        config.sessionTimeoutMillis(),
                        current == null ? 0 : current.id(),
                        current == null ? NO_PASSWORD : current.password(),
                        config.acceptReadOnly(),
                        true)
                .encode(writer);
        sentNanos = now;
        dialledNanos = now;
        sendWritten();
    }

    void dialFailed(String reason, long now) {
        if (phase == Phase.DIALING || phase == Phase.SHAKING_HANDS) {
            failedServer(reason, now);
        }
    }

    /// The other side closed the connection, or it broke.
    void disconnected(String reason, long now) {
        switch (phase) {
            case DIALING, SHAKING_HANDS, PROVING -> failedServer(reason, now);
            case CONNECTED -> lostConnection(reason, now);
            case PAUSING, ENDED -> {}
        }
    }

    /// One packet without its length.
    void frame(JuteReader in, long now) {
        receivedNanos = now;
        try {
            switch (phase) {
                case SHAKING_HANDS -> greeted(ConnectResponse.decode(in), now);
                case PROVING -> provingAnswered(in, now);
                case CONNECTED -> packet(in, now);
                case DIALING, PAUSING, ENDED -> {}
            }
        } catch (MalformedRecord e) {
            breakOff("unreadable packet: " + e.getMessage(), now);
        }
    }

    /// A packet that is longer than we take, of which only the header was read.
    void oversizedFrame(JuteReader header, int lengthBytes, int bytesMax, long now) {
        receivedNanos = now;
        if (phase != Phase.CONNECTED) {
            breakOff("a packet of " + lengthBytes + " bytes", now);
            return;
        }
        ReplyHeader reply = ReplyHeader.decode(header);
        Request<?> request = inFlight.peek();
        if (request == null || request.xid != reply.xid()) {
            breakOff("a packet of " + lengthBytes + " bytes that answers nothing", now);
            return;
        }
        inFlight.poll();
        confirmed(request.sentNanos);
        seen(reply.zxid());
        fail(
                request,
                BanyanException.tooLarge(
                        "the answer to "
                                + request.what()
                                + " has "
                                + lengthBytes
                                + " bytes; replyBytesMax is "
                                + bytesMax,
                        request.isWrite()));
    }

    /// More may be sent.
    void writable(long now) {
        pump(now);
    }

    /// What a server said that was asked for its quorum.
    void probed(ConnectString.Server asked, boolean hasQuorum, long now) {
        if (phase == Phase.CONNECTED && state == SessionState.READ_ONLY && hasQuorum) {
            servers.prefer(asked);
            shell.hangUp();
            lostConnection("a server with a quorum was found: " + asked, now);
        }
    }

    // ---- time

    void tick(long now) {
        switch (phase) {
            case PAUSING -> {
                if (now - retryAtNanos >= 0) {
                    dial(now);
                }
            }
            case DIALING, SHAKING_HANDS -> {
                if (now - dialledNanos >= dialTimeoutNanos()) {
                    shell.hangUp();
                    failedServer(
                            phase == Phase.DIALING
                                    ? "no connection in time"
                                    : "no answer to the handshake in time",
                            now);
                }
            }
            case PROVING -> {
                if (now - connectedNanos >= readTimeoutNanos()) {
                    breakOff("SASL took longer than " + millis(readTimeoutNanos()) + " ms", now);
                }
            }
            case CONNECTED -> tickConnected(now);
            case ENDED -> {
                return;
            }
        }
        checkDeadlines(now);
        checkLapse(now);
    }

    private void tickConnected(long now) {
        if (now - receivedNanos >= readTimeoutNanos()) {
            breakOff("nothing heard for " + millis(now - receivedNanos) + " ms", now);
            return;
        }
        if (now - sentNanos >= pingPauseNanos() && !pinging) {
            pinging = true;
            pingNanos = now;
            writer.clear();
            writer.writeInt(0);
            new RequestHeader(RequestHeader.PING, OpCode.PING).encode(writer);
            sentNanos = now;
            sendWritten();
        }
        if (state == SessionState.READ_ONLY) {
            ConnectString.Server asked = servers.probeDue(now);
            if (asked != null) {
                shell.probe(asked);
            }
        }
    }

    /// When `tick` is to be called at the latest, by the clock of the steps.
    long wakeNanos(long now) {
        long wake = nextDeadlineNanos == Long.MAX_VALUE ? now + NEVER : nextDeadlineNanos;
        switch (phase) {
            case PAUSING -> wake = earlier(wake, retryAtNanos, now);
            case DIALING, SHAKING_HANDS ->
                    wake = earlier(wake, dialledNanos + dialTimeoutNanos(), now);
            case PROVING -> wake = earlier(wake, connectedNanos + readTimeoutNanos(), now);
            case CONNECTED -> {
                wake = earlier(wake, receivedNanos + readTimeoutNanos(), now);
                if (!pinging) {
                    wake = earlier(wake, sentNanos + pingPauseNanos(), now);
                }
                if (state == SessionState.READ_ONLY) {
                    wake = earlier(wake, servers.probeAtNanos(), now);
                }
            }
            case ENDED -> {
                return now + NEVER;
            }
        }
        return state == SessionState.DISCONNECTED ? earlier(wake, safeUntilNanos, now) : wake;
    }

    private static long earlier(long one, long other, long now) {
        if (one == Long.MAX_VALUE) {
            return other;
        }
        return one - now <= other - now ? one : other;
    }

    private long dialTimeoutNanos() {
        return Math.max(timeoutNanos / servers.count(), DIAL_NANOS_MIN);
    }

    private long readTimeoutNanos() {
        return timeoutNanos * 2 / 3;
    }

    private long pingPauseNanos() {
        return Math.min(readTimeoutNanos() / 2, PING_NANOS_MAX);
    }

    private static long millis(long nanos) {
        return nanos / NANOS_PER_MILLI;
    }

    private void checkDeadlines(long now) {
        if (nextDeadlineNanos == Long.MAX_VALUE || now - nextDeadlineNanos < 0) {
            return;
        }
        nextDeadlineNanos = Long.MAX_VALUE;
        queue.removeIf(request -> timedOut(request, now));
        for (Request<?> request : inFlight) {
            if (!request.abandoned) {
                // Its answer must still be taken off the stream, so it stays.
                request.abandoned = timedOut(request, now);
            }
        }
        for (Credential each : credentials) {
            if (!each.request.abandoned) {
                // It stays, and is presented to every server; only nobody waits for it any more.
                each.request.abandoned = timedOut(each.request, now);
            }
        }
        Request<?> close = closing;
        if (close != null && close.abandoned) {
            end(SessionState.CLOSED, "the server did not answer closeSession", now);
        }
    }

    private boolean timedOut(Request<?> request, long now) {
        if (now - request.deadlineNanos < 0) {
            nextDeadlineNanos = earlier(nextDeadlineNanos, request.deadlineNanos, now);
            return false;
        }
        long waited = millis(now - request.madeNanos);
        String message;
        if (phase == Phase.CONNECTED) {
            message = "no answer to " + request.what() + " within " + waited + " ms";
        } else {
            message =
                    request.what()
                            + " waited "
                            + waited
                            + " ms for a connection; the last failure: "
                            + lastFailure;
        }
        fail(request, BanyanException.timeout(message, request.wasSent() && request.isWrite()));
        return true;
    }

    private void checkLapse(long now) {
        if (state == SessionState.DISCONNECTED && now - safeUntilNanos >= 0) {
            become(SessionState.LAPSED);
        }
    }

    // ---- dialing

    private void dial(long now) {
        phase = Phase.DIALING;
        dialledNanos = now;
        shell.dial(servers.next());
    }

    private void failedServer(String reason, long now) {
        ConnectString.Server failed = servers.current();
        lastFailure = failed + ": " + reason;
        shell.connectionFailed(failed, reason);
        servers.failed();
        pauseOrDial(now);
    }

    private void pauseOrDial(long now) {
        long pause = servers.pauseNanos();
        if (pause == 0) {
            dial(now);
            return;
        }
        phase = Phase.PAUSING;
        retryAtNanos = now + pause;
    }

    /// Our own decision to leave this connection.
    private void breakOff(String reason, long now) {
        shell.hangUp();
        disconnected(reason, now);
    }

    private void lostConnection(String reason, long now) {
        ConnectString.Server lost = servers.current();
        lastFailure = lost + ": " + reason;
        shell.connectionFailed(lost, reason);
        presented.clear();
        rearming = 0;
        pinging = false;
        if (closing != null) {
            end(SessionState.CLOSED, reason, now);
            return;
        }
        // From the last to the first, so that at the head of the queue they are in order again.
        while (!inFlight.isEmpty()) {
            Request<?> request = inFlight.pollLast();
            if (request.abandoned) {
                watches.settled(request);
            } else if (request.isWrite()) {
                lostWrites.addFirst(request);
            } else {
                queue.addFirst(request);
            }
        }
        while (!lostWrites.isEmpty()) {
            Request<?> request = lostWrites.poll();
            fail(request, BanyanException.connectionLost(request.what(), lastFailure));
        }
        if (!wasReadWrite) {
            // A session of a server without quorum is known to that server only.
            session = null;
        }
        become(SessionState.DISCONNECTED);
        if (now - connectedNanos >= GOOD_NANOS) {
            servers.forgetFailures();
        } else {
            servers.failed();
        }
        pauseOrDial(now);
    }

    private final Deque<Request<?>> lostWrites = new ArrayDeque<>();

    // ---- the handshake

    private void greeted(ConnectResponse response, long now) {
        if (response.timeOutMillis() <= 0) {
            shell.hangUp();
            expired(now);
            return;
        }
        long asked = dialledNanos;
        var granted =
                new Session(
                        response.sessionId(),
                        Duration.ofMillis(response.timeOutMillis()),
                        response.passwd());
        session = granted;
        timeoutNanos = response.timeOutMillis() * NANOS_PER_MILLI;
        wasReadWrite |= !response.readOnly();
        connectedNanos = now;
        safeUntilNanos = asked + timeoutNanos;
        shell.connected(servers.current(), granted, now - asked);
        grantedReadOnly = response.readOnly();
        if (config.sasl() == null) {
            served(now);
            return;
        }
        phase = Phase.PROVING;
        provingXid = 0;
        provedAll = false;
        shell.prove(servers.current(), null);
    }

    /// From now on requests are sent.
    private void served(long now) {
        phase = Phase.CONNECTED;
        pinging = false;
        if (grantedReadOnly) {
            servers.beginProbing(now);
        }
        for (Credential each : credentials) {
            present(each, now);
        }
        for (SetWatches part : watches.rearming(lastZxid, REARM_BYTES_MAX)) {
            rearm(part, now);
        }
        become(grantedReadOnly ? SessionState.READ_ONLY : SessionState.CONNECTED);
        pump(now);
    }

    // ---- SASL

    /// The next token.
    ///
    /// @param token null if there is nothing more to send
    /// @param complete whether the server has proved itself, too
    void proof(byte @Nullable [] token, boolean complete, long now) {
        if (phase != Phase.PROVING || provingXid != 0) {
            return;
        }
        if (token == null) {
            if (complete) {
                served(now);
            } else {
                proofFailed("the server ended it before both had proved who they are", now);
            }
            return;
        }
        provedAll = complete;
        lastXid = lastXid == Integer.MAX_VALUE ? 1 : lastXid + 1;
        provingXid = lastXid;
        writer.clear();
        writer.writeInt(0);
        new RequestHeader(provingXid, OpCode.SASL).encode(writer);
        new SaslToken(token).encode(writer);
        sentNanos = now;
        sendWritten();
    }

    /// There is no next token. Another server, or another time, may be better.
    void proofFailed(String reason, long now) {
        if (phase == Phase.PROVING) {
            breakOff("SASL, " + config.sasl() + ": " + reason, now);
        }
    }

    private void provingAnswered(JuteReader in, long now) {
        int xid = in.readInt();
        in.readLong();
        int code = in.readInt();
        if (provingXid == 0 || xid != provingXid) {
            breakOff("an answer to packet " + xid + " in the middle of SASL", now);
            return;
        }
        provingXid = 0;
        confirmed(sentNanos);
        if (code != ErrorCode.OK) {
            end(
                    SessionState.AUTH_FAILED,
                    "SASL, "
                            + config.sasl()
                            + ": the server does not know it, or by another password",
                    now);
            return;
        }
        byte[] challenge = SaslToken.decode(in).token();
        if (provedAll) {
            served(now);
        } else if (challenge == null) {
            proofFailed("the server takes no SASL, or not this one", now);
        } else {
            shell.prove(servers.current(), challenge);
        }
    }

    private void present(Credential credential, long now) {
        writer.clear();
        writer.writeInt(0);
        new RequestHeader(RequestHeader.AUTH, OpCode.AUTH).encode(writer);
        new AuthPacket(0, credential.scheme, credential.auth).encode(writer);
        presented.add(credential);
        sentNanos = now;
        sendWritten();
    }

    private void rearm(SetWatches part, long now) {
        boolean lasting = !part.persistent().isEmpty() || !part.persistentRecursive().isEmpty();
        int type = lasting ? OpCode.SET_WATCHES2 : OpCode.SET_WATCHES;
        writer.clear();
        writer.writeInt(0);
        new RequestHeader(RequestHeader.SET_WATCHES, type).encode(writer);
        part.encode(type, writer);
        rearming++;
        sentNanos = now;
        sendWritten();
    }

    private void sendWritten() {
        writer.patchInt(0, writer.length() - 4);
        shell.send(writer.toByteArray());
    }

    private void expired(long now) {
        Session over = session;
        long id = over == null ? 0 : over.id();
        session = null;
        wasReadWrite = false;
        while (!queue.isEmpty()) {
            Request<?> request = queue.poll();
            fail(request, BanyanException.sessionExpired(request.what(), id));
        }
        if (!config.renewsSession()) {
            endedSession = id;
            end(SessionState.EXPIRED, "session expired", now);
            return;
        }
        state = SessionState.EXPIRED;
        shell.changed(new SessionEvent(SessionState.EXPIRED, id));
        // It was there, and a new session needs no other.
        servers.prefer(servers.current());
        dial(now);
    }

    private long endedSession;

    // ---- answers

    private void packet(JuteReader in, long now) {
        int xid = in.readInt();
        long zxid = in.readLong();
        int code = in.readInt();
        switch (xid) {
            case ReplyHeader.NOTIFICATION -> {
                // Not `seen`: of a multi's events some may still be to come, with the same zxid.
                watches.fired(WatcherEvent.decode(in), zxid, told);
                tellAll();
            }
            case RequestHeader.PING -> {
                pinging = false;
                confirmed(pingNanos);
                seen(zxid);
            }
            case RequestHeader.AUTH -> authenticated(code, now);
            case RequestHeader.SET_WATCHES -> {
                seen(zxid);
                rearming--;
                if (rearming == 0) {
                    watches.resynced(told);
                    tellAll();
                }
            }
            default -> answer(xid, zxid, code, in, now);
        }
    }

    private void tellAll() {
        for (WatchTable.Told each : told) {
            shell.tell(each);
        }
        told.clear();
    }

    private void answer(int xid, long zxid, int code, JuteReader in, long now) {
        Request<?> request = inFlight.poll();
        if (request == null || request.xid != xid) {
            if (request != null) {
                inFlight.addFirst(request);
            }
            breakOff(
                    "an answer to request "
                            + xid
                            + " where "
                            + (request == null ? "none" : request.xid)
                            + " is due",
                    now);
            return;
        }
        confirmed(request.sentNanos);
        seen(zxid);
        if (request.abandoned) {
            watches.settled(request);
            return;
        }
        settle(request, code, in);
        if (request.equals(closing)) {
            end(SessionState.CLOSED, "closed", now);
        }
    }

    private <T extends @Nullable Object> void settle(Request<T> request, int code, JuteReader in) {
        watches.answered(request, code, told);
        if (code == ErrorCode.OK) {
            try {
                request.value = request.decoder.decode(in);
            } catch (MalformedRecord e) {
                request.failure =
                        BanyanException.garbled(request.what(), e.getMessage(), request.isWrite());
            } catch (BanyanException e) {
                request.failure = e;
            }
        } else {
            request.value = request.absent == null ? null : request.absent.valueFor(code);
            if (request.value == null) {
                request.failure = BanyanException.refused(code, request.what(), request.path);
            }
        }
        watches.settled(request);
        shell.done(request);
        tellAll();
    }

    private void authenticated(int code, long now) {
        Credential credential = presented.poll();
        if (credential == null) {
            breakOff("an answer to a credential that was not presented", now);
            return;
        }
        if (code != ErrorCode.OK) {
            settle(credential, BanyanException.authFailed("scheme " + credential.scheme, false));
            end(SessionState.AUTH_FAILED, "scheme " + credential.scheme, now);
            return;
        }
        settle(credential, null);
    }

    private void settle(Credential credential, @Nullable BanyanException failure) {
        if (!credential.request.abandoned) {
            credential.request.abandoned = true;
            credential.request.failure = failure;
            shell.done(credential.request);
        }
    }

    private void seen(long zxid) {
        if (zxid > lastZxid) {
            lastZxid = zxid;
        }
    }

    /// A server has answered what was sent at that time: until a timeout after it the session is
    /// alive.
    private void confirmed(long requestSentNanos) {
        long until = requestSentNanos + timeoutNanos;
        if (until - safeUntilNanos > 0) {
            safeUntilNanos = until;
        }
    }

    // ---- sending

    private void pump(long now) {
        while (phase == Phase.CONNECTED && !queue.isEmpty() && shell.canSend()) {
            Request<?> request = queue.poll();
            Session current = session;
            if (request.sessionWanted != 0
                    && (current == null || current.id() != request.sessionWanted)) {
                fail(
                        request,
                        BanyanException.sessionExpired(request.what(), request.sessionWanted));
                continue;
            }
            if (!request.markSent()) {
                watches.settled(request);
                shell.done(request);
                continue;
            }
            // Numbers of ordinary requests are positive; the others are taken.
            lastXid = lastXid == Integer.MAX_VALUE ? 1 : lastXid + 1;
            request.xid = lastXid;
            patch(request.frame, lastXid);
            request.sentNanos = now;
            sentNanos = now;
            inFlight.add(request);
            shell.send(request.frame);
        }
    }

    private static void patch(byte[] frame, int xid) {
        frame[4] = (byte) (xid >>> 24);
        frame[5] = (byte) (xid >>> 16);
        frame[6] = (byte) (xid >>> 8);
        frame[7] = (byte) xid;
    }

    // ---- ends

    private void fail(Request<?> request, BanyanException failure) {
        watches.settled(request);
        request.failure = failure;
        shell.done(request);
    }

    private void become(SessionState next) {
        if (state == next && everConnected && next != SessionState.CONNECTED) {
            return;
        }
        everConnected = true;
        state = next;
        Session current = session;
        shell.changed(new SessionEvent(next, current == null ? 0 : current.id()));
    }

    private BanyanException endedFailure(Request<?> request) {
        boolean mayHaveHappened = request.wasSent() && request.isWrite();
        if (end == SessionState.AUTH_FAILED) {
            return BanyanException.authFailed(
                    lastFailure + " (" + request.what() + ")", mayHaveHappened);
        }
        if (end == SessionState.EXPIRED) {
            return BanyanException.sessionExpired(request.what(), endedSession);
        }
        return BanyanException.closed(request.what(), mayHaveHappened);
    }

    private void end(SessionState how, String reason, long now) {
        if (phase == Phase.ENDED) {
            return;
        }
        phase = Phase.ENDED;
        end = how;
        lastFailure = reason;
        shell.hangUp();
        for (Deque<Request<?>> each : List.of(inFlight, queue)) {
            while (!each.isEmpty()) {
                Request<?> request = each.poll();
                if (!request.abandoned) {
                    fail(request, endedFailure(request));
                }
            }
        }
        for (Credential each : credentials) {
            settle(each, endedFailure(each.request));
        }
        watches.lost(told);
        tellAll();
        Session current = session;
        long id = current == null ? endedSession : current.id();
        session = null;
        safeUntilNanos = now;
        state = how;
        shell.changed(new SessionEvent(how, id));
        shell.ended();
    }
}
