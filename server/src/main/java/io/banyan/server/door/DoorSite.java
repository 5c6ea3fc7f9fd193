package io.banyan.server.door;

import io.banyan.tree.ZnodeTree;
import java.util.concurrent.Executor;

/// Where a door is built: what the server gives it. Thread-safe.
public interface DoorSite {
    /// Reads states; good on any thread.
    ZnodeTree tree();

    /// Clients without sockets, all on one gateway and told of in common rounds.
    ///
    /// @param executor runs one thing after the other, in their order; all that the listener and
    ///   the futures of the sessions are told happens there
    DoorClients clients(Executor executor, RoundListener listener);
}
