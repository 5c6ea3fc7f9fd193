package io.banyan.replica;

import io.banyan.tree.AuthScheme;
import io.banyan.tree.Caller;
import io.banyan.wire.AuthPacket;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.Id;
import io.banyan.wire.JuteReader;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.OpCode;
import io.banyan.wire.SaslToken;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How the clients of one gateway say and prove who they are: by credentials (opcode 100) and by
/// SASL (opcode 102); and what is asked of them before anything else. Confined to the gateway's
/// thread.
final class Credentials {
    private static final byte[] NO_TOKEN = {};

    private final Gateway gateway;
    private final GatewayConfig config;
    private final List<AuthScheme> schemes;
    private final Outbox outbox;
    private final GatewayObserver observer;
    private final JuteReader reader = new JuteReader(NO_TOKEN);

    /// Null: there is no SASL here.
    private SaslExchange.@Nullable Maker sasl;

    private boolean failedSaslMayStay;

    Credentials(
            Gateway gateway,
            GatewayConfig config,
            List<AuthScheme> schemes,
            Outbox outbox,
            GatewayObserver observer) {
        this.gateway = gateway;
        this.config = config;
        this.schemes = schemes;
        this.outbox = outbox;
        this.observer = observer;
    }

    /// See {@link Gateway#useSasl}.
    void useSasl(SaslExchange.Maker maker, boolean failedMayStay) {
        sasl = maker;
        failedSaslMayStay = failedMayStay;
    }

    /// Whether a client has proved enough for a request of this kind, as `enforce.auth.schemes`
    /// asks.
    boolean letPass(Caller caller, int opcode) {
        return config.enforcedSchemes().isEmpty()
                || opcode == OpCode.AUTH
                || opcode == OpCode.SASL
                || caller.ids().stream()
                        .anyMatch(id -> config.enforcedSchemes().contains(id.scheme()));
    }

    /// A credential came, `addauth` for people. One that is none ends the connection.
    void authenticate(Connection from, int xid, byte[] bytes, int body, int end) {
        List<Id> ids = null;
        String scheme = null;
        boolean answersFailure = true;
        try {
            reader.reset(bytes, body, end);
            AuthPacket packet = AuthPacket.decode(reader);
            scheme = packet.scheme();
            byte[] auth = packet.auth();
            for (AuthScheme each : schemes) {
                if (each.name().equals(scheme) && auth != null) {
                    ids = each.authenticate(auth);
                    answersFailure = each.answersFailure();
                }
            }
        } catch (MalformedRecord e) {
            gateway.close(from, "malformed auth packet: " + e.getMessage());
            return;
        }
        if (ids == null) {
            observer.authFailed();
            if (!answersFailure) {
                gateway.close(from, "it means another " + scheme);
                return;
            }
            gateway.refuseAndClose(from, xid, 0, ErrorCode.AUTH_FAILED);
            return;
        }
        for (Id id : ids) {
            from.caller = from.caller.with(id);
        }
        outbox.answer(from, xid, 0, ErrorCode.OK);
    }

    /// A token of SASL came. Without SASL here the answer is empty, which clients take for a no.
    void stepSasl(Connection from, int xid, byte[] bytes, int body, int end) {
        if (sasl == null) {
            outbox.answerSasl(from, xid, ErrorCode.OK, null);
            return;
        }
        byte[] token;
        try {
            reader.reset(bytes, body, end);
            token = SaslToken.decode(reader).token();
        } catch (MalformedRecord e) {
            gateway.close(from, "malformed SASL packet: " + e.getMessage());
            return;
        }
        SaslExchange exchange = from.sasl == null ? sasl.begin(from.peer()) : from.sasl;
        if (!exchange.step(token == null ? NO_TOKEN : token)) {
            from.sasl = null;
            failSasl(from, xid);
            return;
        }
        from.sasl = exchange;
        if (exchange.isComplete()) {
            gateway.onIdentified(from, exchange.proved());
            from.sasl = null;
        }
        outbox.answerSasl(from, xid, ErrorCode.OK, exchange.answer());
    }

    private void failSasl(Connection from, int xid) {
        observer.authFailed();
        boolean required = config.enforcedSchemes().contains("sasl");
        if (failedSaslMayStay && !required) {
            outbox.answerSasl(from, xid, ErrorCode.OK, null);
            return;
        }
        int error = required ? ErrorCode.SESSION_CLOSED_REQUIRE_SASL_AUTH : ErrorCode.AUTH_FAILED;
        outbox.answerSasl(from, xid, error, null);
        gateway.close(from, "SASL failed");
    }
}
