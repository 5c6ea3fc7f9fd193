package io.banyan.replica;

import io.banyan.tree.Applied;
import io.banyan.tree.WriteRequest;

/// Told by a gateway of every write, for the audit log. Called on the gateway's thread, in the
/// committed order.
public interface WriteObserver {
    /// A write of one of the gateway's own clients was carried out or refused.
    ///
    /// @param request as the client sent it, with who it was then
    void answered(WriteRequest request, Applied outcome);

    /// A session ended, here or on another server. Every gateway is told of it.
    ///
    /// @param end its changes are the ephemeral znodes that went with it
    void sessionEnded(Applied end);
}
