package io.banyan.e2e.server;

import java.util.Collections;
import org.jspecify.annotations.Nullable;

/// Where clients of a test go in: a server that stands alone, or a follower of an ensemble of its
/// kind, which has to be the same to them.
public final class Entrance implements AutoCloseable {
    private final ServerProcess server;
    private final @Nullable Ensemble ensemble;

    private Entrance(ServerProcess server, @Nullable Ensemble ensemble) {
        this.server = server;
        this.ensemble = ensemble;
    }

    /// Starts what is needed and waits until it serves.
    ///
    /// @param members 1: a server that stands alone
    public static Entrance open(ServerKind kind, ServerConfig config, int members) {
        if (members == 1) {
            return new Entrance(ServerProcess.start(kind, config), null);
        }
        Ensemble ensemble = Ensemble.of(Collections.nCopies(members, kind), config);
        try {
            ensemble.start();
            int leader = ensemble.awaitLeader();
            return new Entrance(ensemble.member(leader == 1 ? 2 : 1), ensemble);
        } catch (RuntimeException e) {
            ensemble.close();
            throw e;
        }
    }

    public ServerProcess server() {
        return server;
    }

    @Override
    public void close() {
        if (ensemble == null) {
            server.close();
        } else {
            ensemble.close();
        }
    }
}
