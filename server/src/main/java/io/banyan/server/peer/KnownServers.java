package io.banyan.server.peer;

import io.banyan.server.config.ServerConfig.Server;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where the other servers are: the members of this moment, and those that are to be. Thread-safe.
final class KnownServers {
    private volatile Map<Long, Server> servers;

    KnownServers(Map<Long, Server> first) {
        servers = Map.copyOf(first);
    }

    /// @return null for a stranger
    @Nullable Server find(long id) {
        return servers.get(id);
    }

    /// From now on these are to be found where their lines say.
    void learn(Map<Long, Server> newest) {
        servers = Map.copyOf(newest);
    }
}
