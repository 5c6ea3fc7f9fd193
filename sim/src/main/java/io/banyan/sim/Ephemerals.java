package io.banyan.sim;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Promise 8: ephemerals go with their owner and only with it ({@link Model} judges each closing
/// transaction); the server ends a session by itself only if it has not heard of it for its whole
/// timeout, and tells a client that its session is gone only if it is.
final class Ephemerals {
    private static final String PROMISE = "Ephemerals";

    private final History history;
    private final Map<Long, Long> heardMicros = new HashMap<>();
    private final Map<Long, Integer> timeoutMillis = new HashMap<>();
    private final Set<Long> closing = new HashSet<>();

    Ephemerals(History history) {
        this.history = history;
    }

    /// A session was granted to a client.
    void granted(long sessionId, int negotiatedMillis, long nowMicros) {
        timeoutMillis.put(sessionId, negotiatedMillis);
        heard(sessionId, nowMicros);
    }

    /// A frame of this session is at the server, on a connection that holds.
    void heard(long sessionId, long nowMicros) {
        heardMicros.merge(sessionId, nowMicros, Math::max);
    }

    /// A server starts: nobody can have spoken to it before.
    void serverStarted(long nowMicros) {
        heardMicros.replaceAll((session, at) -> Math.max(at, nowMicros));
        closing.clear();
    }

    /// A closing transaction was proposed.
    ///
    /// @param byServer not by the session's client
    void closing(long sessionId, boolean byServer, long nowMicros) {
        closing.add(sessionId);
        Integer timeout = timeoutMillis.get(sessionId);
        if (!byServer || timeout == null) {
            return; // The client has not even been told of this session.
        }
        long silentMillis = (nowMicros - heardMicros.getOrDefault(sessionId, 0L)) / 1_000;
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

    /// A client was told that its session is gone.
    void rejected(long sessionId) {
        Violation.unless(
                closing.contains(sessionId) || !history.last().hasSession(sessionId),
                PROMISE,
                "living session " + History.hex(sessionId) + " was rejected");
    }
}
