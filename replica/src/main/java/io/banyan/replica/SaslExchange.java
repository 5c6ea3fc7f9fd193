package io.banyan.replica;

import io.banyan.wire.Id;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How one connection proves who it is, token by token (opcode 102). Confined to the thread of its
/// gateway, which waits for each step.
public interface SaslExchange {
    /// A token came.
    ///
    /// @param token maybe empty; read, never kept
    /// @return false if it proves nothing: the exchange is over
    boolean step(byte[] token);

    /// What the client is to be told after a step that went well; null for nothing.
    byte @Nullable [] answer();

    /// Whether the last step ended it well.
    boolean isComplete();

    /// Who the client is, once complete.
    List<Id> proved();

    /// Begins exchanges; called on every gateway's thread.
    interface Maker {
        /// @param peer the client's address, for the log
        SaslExchange begin(String peer);
    }
}
