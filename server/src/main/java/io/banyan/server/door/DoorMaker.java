package io.banyan.server.door;

import io.banyan.server.config.ServerConfig;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Opens a front door if the configuration asks for it; a service in the sense of {@link
/// java.util.ServiceLoader}.
public interface DoorMaker {
    /// Begins to open the door without making the caller wait: loading a protocol's libraries may
    /// take longer than the whole start of the server.
    ///
    /// @return null if the configuration does not ask for this door; otherwise fails with an
    ///   exception whose message names the key to change, and the server stops
    /// @throws IllegalArgumentException if what is configured cannot be meant
    @Nullable CompletableFuture<Door> open(ServerConfig config, DoorSite site);
}
