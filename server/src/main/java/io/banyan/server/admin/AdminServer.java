package io.banyan.server.admin;

import io.banyan.server.config.ServerConfig;
import io.banyan.server.metrics.Metrics;
import io.banyan.server.operate.Operator;
import io.banyan.server.operate.ServerFacts;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// HTTP for operators: the front door of this package.
///
/// One network thread and at most two threads for commands serve the admin port and the Prometheus
/// port together. Loading the HTTP library takes longer than the whole start of the server, so
/// {@link #start} does it beside that, on a thread of its own.
public final class AdminServer implements AutoCloseable {
    private final Listeners listeners;

    private AdminServer(Listeners listeners) {
        this.listeners = listeners;
    }

    /// Starts whatever of the two the configuration asks for, without making the caller wait.
    ///
    /// @param snapshots null if the server cannot take or restore snapshots: then the commands say
    ///   so
    /// @return fails with an `IOException` whose message names the key to change if a port is in
    ///   use or an address is not local; main then exits with code 4 when standing alone
    public static CompletableFuture<AdminServer> start(
            ServerConfig config,
            ServerFacts facts,
            Operator operator,
            Metrics metrics,
            @Nullable SnapshotControl snapshots) {
        var started = new CompletableFuture<AdminServer>();
        Thread starter =
                new Thread(
                        () -> {
                            try {
                                started.complete(
                                        new AdminServer(
                                                Listeners.open(
                                                        config, facts, operator, metrics,
                                                        snapshots)));
                            } catch (Throwable failed) {
                                // Linkage errors too: whoever waits must hear of them.
                                started.completeExceptionally(failed);
                            }
                        },
                        "admin-start");
        starter.setDaemon(true);
        starter.start();
        return started;
    }

    /// The port of the commands, -1 if they are switched off.
    public int commandPort() {
        return listeners.commandPort();
    }

    /// The port of the Prometheus endpoint, -1 if there is none.
    public int metricsPort() {
        return listeners.metricsPort();
    }

    /// Stops listening, ends what is under way and all threads. May block for a moment.
    @Override
    public void close() {
        listeners.close();
    }
}
