package io.banyan.replica;

import io.banyan.replica.Connection.Phase;
import io.banyan.wire.ConnectRequest;
import io.banyan.wire.ConnectResponse;
import io.banyan.wire.JuteReader;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.OpCode;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/// Clients on their way in: from the connection to a session, or out again.
///
/// Confined to the gateway's thread.
final class Handshakes {
    /// A client that comes while nobody can be served, or is here then, is served if that ends
    /// soon, as after the loss of a leader; after this it had better ask another server.
    static final long WAIT_FOR_SERVICE_NANOS_MAX = 1_000_000_000L;

    private final Gateway gateway;
    private final GatewayConfig config;
    private final GatewayPort replica;
    private final Outbox outbox;

    /// Those who want in, oldest first, while nobody is served.
    private final LinkedHashSet<Connection> waiting = new LinkedHashSet<>();

    Handshakes(Gateway gateway, GatewayConfig config, GatewayPort replica, Outbox outbox) {
        this.gateway = gateway;
        this.config = config;
        this.replica = replica;
        this.outbox = outbox;
    }

    /// The first frame of a connection came.
    void onConnectRequest(Connection from, JuteReader reader) {
        ConnectRequest request;
        try {
            request = ConnectRequest.decode(reader);
        } catch (MalformedRecord e) {
            gateway.close(from, "malformed connect request: " + e.getMessage());
            return;
        }
        if (gateway.isServing()) {
            admit(from, request);
        } else {
            from.phase = Phase.HANDSHAKE;
            from.waitingRequest = request;
            waiting.add(from);
            gateway.reconsiderReading(from);
        }
    }

    /// From now on clients are served.
    void letIn() {
        List<Connection> all = List.copyOf(waiting);
        waiting.clear();
        for (Connection each : all) {
            ConnectRequest request = each.waitingRequest;
            if (each.phase == Phase.HANDSHAKE && request != null) {
                each.waitingRequest = null;
                admit(each, request);
            }
        }
    }

    private void admit(Connection from, ConnectRequest request) {
        if (gateway.isReadOnly() && !request.readOnly()) {
            gateway.close(from, "this server only answers reads now, and its client wants more");
            return;
        }
        // The client has seen more than we have: here it would go back in time.
        if (request.lastZxidSeen() > gateway.newestZxid()) {
            gateway.close(
                    from,
                    "client has seen zxid 0x"
                            + Long.toHexString(request.lastZxidSeen())
                            + ", ours is 0x"
                            + Long.toHexString(gateway.state().zxid()));
            return;
        }
        from.knowsReadOnly = request.hasReadOnly();
        from.timeoutMillis = config.negotiate(request.timeOutMillis());
        long id = request.sessionId();
        if (id == 0) {
            begin(from, OpCode.CREATE_SESSION, 0);
        } else if (MessageDigest.isEqual(SessionIds.password(id), request.passwd())) {
            begin(from, 0, id);
        } else {
            reject(from, "wrong password for session 0x" + Long.toHexString(id));
        }
    }

    private void begin(Connection from, int opcode, long sessionId) {
        from.phase = Phase.HANDSHAKE;
        gateway.reconsiderReading(from);
        Ticket ticket = gateway.ticket(from, opcode);
        replica.post(
                sessionId == 0
                        ? new Input.OpenSession(from.timeoutMillis, ticket)
                        : new Input.ResumeSession(sessionId, from.timeoutMillis, ticket));
    }

    /// The client has its session.
    void accept(Connection connection, long sessionId) {
        connection.sessionId = sessionId;
        connection.phase = Phase.OPEN;
        outbox.answer(
                connection,
                new ConnectResponse(
                        connection.timeoutMillis,
                        sessionId,
                        SessionIds.password(sessionId),
                        gateway.isReadOnly(),
                        connection.knowsReadOnly));
    }

    void reject(Connection connection, String reason) {
        outbox.answer(connection, ConnectResponse.rejected(false, connection.knowsReadOnly));
        gateway.close(connection, reason);
    }

    /// Closes those who have waited for service, or were silent, for too long.
    void dropLate(long nowNanos) {
        while (!waiting.isEmpty()
                && nowNanos - waiting.getFirst().lastHeardNanos > WAIT_FOR_SERVICE_NANOS_MAX) {
            gateway.close(waiting.getFirst(), Gateway.NO_SERVICE);
        }
        long limitNanos = config.strangerMillisMax() * 1_000_000L;
        List<Connection> late = List.of();
        for (Connection each : gateway.connections()) {
            if (each.phase == Phase.NEW && nowNanos - each.lastHeardNanos > limitNanos) {
                late = late.isEmpty() ? new ArrayList<>() : late;
                late.add(each);
            }
        }
        for (Connection each : late) {
            gateway.close(each, "no connect request for " + config.strangerMillisMax() + " ms");
        }
    }

    void forget(Connection gone) {
        if (gone.waitingRequest != null) {
            gone.waitingRequest = null;
            waiting.remove(gone);
        }
    }
}
