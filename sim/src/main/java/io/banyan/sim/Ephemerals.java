package io.banyan.sim;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Promise 8: ephemerals go with their owner and only with it ({@link Model} judges each closing
/// transaction); a leader ends a session by itself only if it has not heard of it for its whole
/// timeout, and a server tells a client that its session is gone only if it is.
final class Ephemerals {
    private static final String PROMISE = "Ephemerals";

    private final History history;
    private final int driftPercent;

    /// By server, then session: when something of the session was last at that server.
    private final Map<Integer, Map<Long, Long>> heardMicros = new HashMap<>();

    /// By session: arrived at the server that ends a session now, and unread.
    private final Map<Long, Long> waitingMicros = new HashMap<>();

    /// Since when a server has been deciding over sessions.
    private final Map<Integer, Long> sinceMicros = new HashMap<>();

    private final Map<Long, Integer> timeoutMillis = new HashMap<>();

    /// Granted, and committed before that.
    private final Set<Long> sawSession = new HashSet<>();

    private final Set<Long> closing = new HashSet<>();

    Ephemerals(History history, int driftPercent) {
        this.history = history;
        this.driftPercent = driftPercent;
    }

    /// A session was granted to a client.
    void granted(long sessionId, int negotiatedMillis) {
        if (history.last().hasSession(sessionId)) {
            sawSession.add(sessionId);
        }
        timeoutMillis.put(sessionId, negotiatedMillis);
    }

    /// Something of this session is at the server: a frame on a connection that holds, or the word
    /// of a learner.
    void heard(int server, long sessionId, long nowMicros) {
        heardMicros
                .computeIfAbsent(server, id -> new HashMap<>())
                .merge(sessionId, nowMicros, Math::max);
    }

    /// Something of this session waits unread at the server that is about to end a session. It does
    /// not count later, if it is lost with its connection.
    void waits(long sessionId, long arrivalMicros) {
        waitingMicros.merge(sessionId, arrivalMicros, Math::max);
    }

    void forgetWaiting() {
        waitingMicros.clear();
    }

    /// A server begins to decide over sessions: nobody can have spoken to it before.
    void serverStarted(int server, long nowMicros) {
        sinceMicros.put(server, nowMicros);
    }

    /// A closing transaction was proposed.
    ///
    /// @param byServer not by the session's client
    void closing(int server, long sessionId, boolean byServer, long nowMicros) {
        closing.add(sessionId);
        Integer timeout = timeoutMillis.get(sessionId);
        if (!byServer || timeout == null) {
            return; // The client has not even been told of this session.
        }
        long heard = heardMicros.getOrDefault(server, Map.of()).getOrDefault(sessionId, 0L);
        heard = Math.max(heard, waitingMicros.getOrDefault(sessionId, 0L));
        long since = Math.max(heard, sinceMicros.getOrDefault(server, 0L));
        long silentMillis = (nowMicros - since) * (100 + driftPercent) / 100 / 1_000;
        Violation.unless(
                silentMillis >= timeout,
                PROMISE,
                "session "
                        + History.hex(sessionId)
                        + " expired after "
                        + silentMillis
                        + " ms of silence, its timeout is "
                        + timeout);
    }

    /// A leader ends a session in a world where nothing goes wrong.
    ///
    /// @param connected whether its client is connected and pings
    void expiredInPeace(long sessionId, String client, boolean connected) {
        Violation.unless(
                !connected,
                PROMISE,
                "session "
                        + History.hex(sessionId)
                        + " of "
                        + client
                        + " expired though it was connected all the time");
    }

    /// Whether a session is known to be over: nobody may be given it any more who asks from now on.
    boolean isOver(long sessionId) {
        return timeoutMillis.containsKey(sessionId)
                && (sawSession.contains(sessionId) || history.last().hadSession(sessionId))
                && !history.last().hasSession(sessionId);
    }

    /// A client came back and was given its session.
    ///
    /// @param wasOver {@link #isOver} when it asked
    void resumed(long sessionId, boolean wasOver) {
        Violation.unless(
                !wasOver, PROMISE, "session " + History.hex(sessionId) + " was over and came back");
    }

    /// A session is made by a transaction. A client that has it already has it from one server
    /// alone, and keeps its timeout.
    void made(long sessionId, int madeMillis) {
        Integer granted = timeoutMillis.get(sessionId);
        Violation.unless(
                granted == null || granted == madeMillis,
                PROMISE,
                "session "
                        + History.hex(sessionId)
                        + " was granted "
                        + granted
                        + " ms and made with "
                        + madeMillis);
    }

    /// The only server that knew a session told its client, who had been silent for this time, that
    /// it is gone.
    void rejectedAtHome(long sessionId, long silentMicros) {
        int timeout = timeoutMillis.getOrDefault(sessionId, 0);
        long silentMillis = silentMicros * (100 + driftPercent) / 100 / 1_000;
        Violation.unless(
                silentMillis >= timeout,
                PROMISE,
                "local session "
                        + History.hex(sessionId)
                        + " was gone after "
                        + silentMillis
                        + " ms of silence, its timeout is "
                        + timeout);
    }

    /// A client was told that its session is gone.
    void rejected(long sessionId) {
        Violation.unless(
                closing.contains(sessionId) || !history.last().hasSession(sessionId),
                PROMISE,
                "living session " + History.hex(sessionId) + " was rejected");
    }
}
