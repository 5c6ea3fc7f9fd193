package io.banyan.tree;

import java.util.List;

/// Is told every session of a state.
@FunctionalInterface
public interface SessionVisitor {
    /// @param timeoutMillis negotiated timeout
    /// @param ephemerals UTF-8 paths of the znodes that end with the session; not to be modified
    void session(long sessionId, int timeoutMillis, List<byte[]> ephemerals);
}
