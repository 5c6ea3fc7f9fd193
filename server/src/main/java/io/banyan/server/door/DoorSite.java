package io.banyan.server.door;

import io.banyan.server.metrics.Gauge;
import io.banyan.tree.ZnodeTree;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/// Where a door is built: what the server gives it. Thread-safe.
public interface DoorSite {
    /// Reads states; good on any thread.
    ZnodeTree tree();

    /// Clients without sockets, all on one gateway and told of in common rounds.
    ///
    /// @param executor runs one thing after the other, in their order; all that the listener and
    ///   the futures of the sessions are told happens there
    DoorClients clients(Executor executor, RoundListener listener);

    /// Shows a figure of the door among the server's metrics, for as long as the server lives.
    ///
    /// @param supplier called on any thread; must not block
    void gauge(Gauge name, LongSupplier supplier);
}
