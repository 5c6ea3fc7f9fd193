package io.banyan.replica;

import io.banyan.tree.Applied;
import io.banyan.tree.WriteRequest;
import io.banyan.wire.OpCode;
import org.jspecify.annotations.Nullable;

/// A request that waits for the replica: its place in the order of its connection.
///
/// The replica only carries it around; what is in it belongs to the gateway of the connection.
public final class Ticket implements Turn {
    final Connection connection;
    final int xid;
    final int opcode;
    final long receivedNanos;

    /// Of {@link Effect.Serve}: in which the request came. In a later one it must not be carried
    /// out, for requests before it may have been lost.
    final long period;

    /// Length of the request's body.
    final int bytes;

    /// Set by the gateway when the outcome is there but earlier requests are not answered yet.
    boolean done;

    @Nullable Applied applied;

    /// An {@link io.banyan.wire.ErrorCode}: the outcome if there is no transaction.
    int error;

    /// A multi that wants an ephemeral, which its session cannot own. Set by the replica.
    boolean beyondLocalSession;

    /// What was asked, if there is a {@link WriteObserver} to be told of it.
    @Nullable WriteRequest observed;

    /// The body of a sync's reply.
    byte @Nullable [] echo;

    Ticket(Connection connection, int xid, int opcode, long receivedNanos, long period, int bytes) {
        this.connection = connection;
        this.xid = xid;
        this.opcode = opcode;
        this.receivedNanos = receivedNanos;
        this.period = period;
        this.bytes = bytes;
    }

    /// Which gateway is to be told of the outcome.
    public int gateway() {
        return connection.gateway().index();
    }

    /// The connection that asked.
    public Connection connection() {
        return connection;
    }

    @Override
    public String toString() {
        return OpCode.name(opcode) + " xid=" + xid + " of " + connection;
    }
}
