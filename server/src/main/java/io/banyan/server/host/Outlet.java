package io.banyan.server.host;

import io.banyan.replica.Batch;
import io.banyan.replica.Connection;
import io.banyan.replica.Effect;
import io.banyan.replica.Ticket;

/// The way from the replica's thread to the gateways' threads. Calls return at once.
public interface Outlet {
    /// Hands a batch to every gateway.
    void deliver(Batch batch);

    void resumed(Ticket ticket, long sessionId, boolean valid);

    void answer(Ticket ticket, int error);

    void evict(Connection connection, String why);

    /// Lets every gateway serve clients from this state on.
    void serve(Effect.Serve serve);

    /// Lets every gateway close its clients' connections, until {@link #serve}.
    void cease(String why);
}
