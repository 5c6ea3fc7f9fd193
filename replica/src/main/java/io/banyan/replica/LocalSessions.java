package io.banyan.replica;

import io.banyan.replica.SessionExpiry.Live;
import io.banyan.tree.WriteRequest;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.JuteReader;
import io.banyan.wire.MalformedRecord;
import io.banyan.wire.MultiHeader;
import io.banyan.wire.OpCode;
import java.util.List;
import java.util.NavigableMap;

/// Sessions that only this server knows: no transaction makes them and none ends them. Its clients
/// get them where `localSessionsEnabled` is set, and who only reads gets one while there is no
/// leader.
///
/// They belong to the server, not to its role: unlike ZooKeeper's they live through an election. An
/// ephemeral cannot be theirs, since no other server would know when to delete it; so a session
/// that wants one becomes global first, if that is allowed.
///
/// Confined to the replica thread.
final class LocalSessions {
    private static final int EPHEMERAL_FLAG = 1;
    private static final int EPHEMERAL_SEQUENTIAL_FLAGS = 3;

    /// What becomes of a write.
    enum Way {
        /// Its session is none of these.
        UNKNOWN,
        /// It came from a connection that has lost the session to another one.
        MOVED,
        /// It has its answer, and nobody else has to know.
        ANSWERED,
        /// It goes the way of all writes.
        PASSES,
        /// It wants an ephemeral: first the session becomes global.
        UPGRADES
    }

    private final NewSessions kind;
    private final SessionExpiry sessions;

    LocalSessions(ReplicaConfig config, long nowMillis) {
        this.kind = config.newSessions();
        this.sessions =
                new SessionExpiry(
                        config.tickMillis(), config.stallMillisMax(), config.gateways(), nowMillis);
    }

    int count() {
        return sessions.count();
    }

    boolean has(long id) {
        return sessions.find(id) != null;
    }

    /// See {@link Replica#localSessionsByMillisLeft}.
    NavigableMap<Long, List<Long>> byMillisLeft() {
        return sessions.dueInMillis();
    }

    // ---- time

    /// Clients are served: whoever was silent for too long loses its session.
    void tick(long nowMillis, List<Effect> out) {
        sessions.tick(nowMillis);
        for (Live due : sessions.expire()) {
            sessions.forget(due.id);
            if (due.owner instanceof Connection connection) {
                out.add(new Effect.Evict(connection, "its session expired"));
            }
        }
    }

    /// Clients are not served, or not as they should be: this time does not count.
    void stand(long nowMillis) {
        sessions.stand(nowMillis);
    }

    void reported(int gateway) {
        sessions.reported(gateway);
    }

    /// @param ageMillis how long ago it was heard
    /// @return whether it is one of these
    boolean heard(long id, int timeoutMillis, int ageMillis) {
        Live live = sessions.find(id);
        if (live == null) {
            return false;
        }
        sessions.touch(live, timeoutMillis, ageMillis);
        return true;
    }

    // ---- from the first to the last

    /// @param id taken by nobody
    void open(long id, int timeoutMillis, Ticket ticket, List<Effect> out) {
        sessions.open(id, timeoutMillis).owner = ticket.connection;
        out.add(new Effect.Resumed(ticket, id, true));
    }

    /// @return false, and nothing happened, if the session is none of these
    boolean resume(Input.ResumeSession resume, List<Effect> out) {
        Live live = sessions.find(resume.sessionId());
        if (live == null) {
            return false;
        }
        Ticket ticket = resume.ticket();
        if (live.owner instanceof Connection former && !former.equals(ticket.connection)) {
            out.add(new Effect.Evict(former, Effect.Evict.MOVED));
        }
        live.owner = ticket.connection;
        sessions.touch(live, resume.timeoutMillis(), 0);
        out.add(new Effect.Resumed(ticket, live.id, true));
        return true;
    }

    /// A write. The end of one of these sessions, and an ephemeral that it may not have, are
    /// answered here.
    Way take(WriteRequest request, Ticket ticket, List<Effect> out) {
        Live live = sessions.find(request.sessionId());
        if (live == null) {
            return Way.UNKNOWN;
        } else if (!ticket.connection.equals(live.owner)) {
            return Way.MOVED;
        } else if (request.opcode() == OpCode.CLOSE_SESSION) {
            sessions.forget(live.id);
            out.add(new Effect.Answer(ticket, ErrorCode.OK));
            return Way.ANSWERED;
        } else if (!asksForEphemeral(request)) {
            return Way.PASSES;
        } else if (kind == NewSessions.LOCAL_UNTIL_EPHEMERAL) {
            return Way.UPGRADES;
        } else if (request.opcode() == OpCode.MULTI) {
            // It may fail before, and then for another reason: who evaluates it says at which part.
            ticket.beyondLocalSession = true;
            return Way.PASSES;
        }
        out.add(new Effect.Answer(ticket, ErrorCode.EPHEMERAL_ON_LOCAL_SESSION));
        return Way.ANSWERED;
    }

    /// It becomes global, and is none of these any more.
    ///
    /// @return its timeout
    int upgrade(long id) {
        Live live = sessions.find(id);
        if (live == null) {
            throw new IllegalStateException("no local session " + Long.toHexString(id));
        }
        sessions.forget(id);
        return live.timeoutMillis;
    }

    // ---- requests

    /// Whether a write creates an ephemeral, by the two ways there are. What cannot be read does
    /// not: whoever evaluates it will say so.
    static boolean asksForEphemeral(WriteRequest request) {
        var in = new JuteReader(request.body(), request.from(), request.end());
        try {
            return switch (request.opcode()) {
                case OpCode.CREATE, OpCode.CREATE2 -> isEphemeral(flagsOfCreate(in));
                case OpCode.MULTI -> partCreatesEphemeral(in);
                default -> false;
            };
        } catch (MalformedRecord e) {
            return false;
        }
    }

    private static boolean isEphemeral(int flags) {
        return flags == EPHEMERAL_FLAG || flags == EPHEMERAL_SEQUENTIAL_FLAGS;
    }

    private static boolean partCreatesEphemeral(JuteReader in) {
        for (var header = MultiHeader.decode(in); !header.done(); header = MultiHeader.decode(in)) {
            switch (header.type()) {
                case OpCode.CREATE, OpCode.CREATE2 -> {
                    if (isEphemeral(flagsOfCreate(in))) {
                        return true;
                    }
                }
                case OpCode.CREATE_CONTAINER -> flagsOfCreate(in);
                case OpCode.CREATE_TTL -> {
                    flagsOfCreate(in);
                    in.readLong();
                }
                case OpCode.SET_DATA -> {
                    in.skipBuffer();
                    in.skipBuffer();
                    in.readInt();
                }
                case OpCode.DELETE, OpCode.CHECK -> {
                    in.skipBuffer();
                    in.readInt();
                }
                default -> {
                    return false; // No part of a multi.
                }
            }
        }
        return false;
    }

    private static int flagsOfCreate(JuteReader in) {
        in.skipBuffer();
        in.skipBuffer();
        int acls = in.readInt();
        for (int i = 0; i < acls; i++) {
            in.readInt();
            in.skipBuffer();
            in.skipBuffer();
        }
        return in.readInt();
    }
}
