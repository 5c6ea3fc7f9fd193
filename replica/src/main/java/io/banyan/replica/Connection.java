package io.banyan.replica;

import io.banyan.tree.Caller;
import io.banyan.wire.ConnectRequest;
import io.banyan.wire.Zxid;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// One client connection of a gateway: its session, who it speaks for, and the order of its
/// answers.
///
/// Confined to the gateway's thread, but for its identity, which others carry around.
public final class Connection implements Owner {
    enum Phase {
        /// Connected; the connect request has not come.
        NEW,
        /// The replica was asked for a session; nothing is read until it answered.
        HANDSHAKE,
        OPEN,
        /// As open, but nothing is read or answered until the replica has confirmed the session
        /// under the next leader.
        PAUSED,
        /// Nothing more is read or answered.
        CLOSED
    }

    /// Requests behind an unfinished write that a connection may have here; more stay in its
    /// socket.
    static final int ORDER_MAX = 2_000;

    private final Gateway gateway;
    private final long number;
    private final String peer;
    private final Transport transport;

    Phase phase = Phase.NEW;
    Caller caller;
    long sessionId;
    int timeoutMillis;

    /// What the client asked while nobody was served; null if it does not wait for that.
    @Nullable ConnectRequest waitingRequest;

    /// Whether the client knows of read-only servers (3.4 and later): the reply has a byte more
    /// then.
    boolean knowsReadOnly;

    /// Unanswered requests from the oldest unfinished write on; empty when nothing is outstanding.
    final ArrayDeque<Turn> order = new ArrayDeque<>(4);

    /// Replies and events of this round, taken from the gateway's pool while there are any.
    io.banyan.wire.@Nullable JuteWriter pendingOut;

    /// The client does not read its answers as fast as they come.
    boolean slow;

    /// Read by the replica when it is asked for a session, and set before that.
    boolean wantsGlobalSession;

    boolean readingSuspended;
    boolean heardSinceReport;
    long lastHeardNanos;

    /// {@link WatchTable}'s number of the trigger that notified this connection last.
    long notifiedByTrigger = -1;

    /// While the client proves who it is by SASL.
    @Nullable SaslExchange sasl;

    final ConnectionStats stats;

    Connection(
            Gateway gateway,
            long number,
            String peer,
            Caller caller,
            Transport transport,
            long wallMillis) {
        this.gateway = gateway;
        this.number = number;
        this.peer = peer;
        this.caller = caller;
        this.transport = transport;
        this.stats = new ConnectionStats(wallMillis);
    }

    Gateway gateway() {
        return gateway;
    }

    /// The index of the gateway that owns this connection.
    public int gatewayIndex() {
        return gateway.index();
    }

    /// The other side of it, as it was given to {@link Gateway#onConnected}.
    public Transport transport() {
        return transport;
    }

    /// Counts up over the gateway's connections.
    public long number() {
        return number;
    }

    /// Address and port of the other end, for people.
    public String peer() {
        return peer;
    }

    /// Its session is to be one that every server knows, also where others get one that only this
    /// server knows. Before its first frame.
    public void wantGlobalSession() {
        wantsGlobalSession = true;
    }

    /// The session, 0 before the handshake is through. For the gateway's thread only.
    public long sessionId() {
        return sessionId;
    }

    /// Negotiated timeout. For the gateway's thread only.
    public int timeoutMillis() {
        return timeoutMillis;
    }

    public boolean isOpen() {
        return phase == Phase.OPEN;
    }

    public boolean isClosed() {
        return phase == Phase.CLOSED;
    }

    /// Whether this connection's frames are not wanted now; the transport asks between two frames.
    public boolean readingSuspended() {
        return readingSuspended;
    }

    /// Requests received and not answered. For the gateway's thread only.
    public int outstanding() {
        return order.size();
    }

    /// Bytes of the unanswered requests whose body is longer than this. For the gateway's thread
    /// only.
    public long outstandingBytes(int longerThan) {
        long sum = 0;
        for (Turn each : order) {
            int bytes =
                    switch (each) {
                        case Ticket ticket -> ticket.bytes;
                        case WaitingRead read -> read.body().length;
                        case Refusal refusal -> 0;
                    };
            sum += bytes > longerThan ? bytes : 0;
        }
        return sum;
    }

    public ConnectionStats stats() {
        return stats;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(number);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public String toString() {
        return "connection " + number + " of " + peer + " session " + Zxid.hex(sessionId);
    }
}
