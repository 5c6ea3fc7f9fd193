package io.banyan.server.operate;

import java.util.List;

/// One session at one moment.
///
/// @param expiresAtMillis on the clock of {@link ServerFacts#elapsedMillis}; sessions of one tick
///   have the same
/// @param ephemerals paths of its ephemeral znodes
public record SessionFacts(
        long sessionId, int timeoutMillis, long expiresAtMillis, List<String> ephemerals) {
    public SessionFacts {
        ephemerals = List.copyOf(ephemerals);
    }
}
