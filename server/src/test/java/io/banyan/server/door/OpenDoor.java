package io.banyan.server.door;

import io.banyan.server.config.ServerConfig;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A door that lets tests in: `openDoor=NAME` as a property of the server.
public final class OpenDoor implements DoorMaker {
    private static final Map<String, DoorSite> SITES = new ConcurrentHashMap<>();

    static DoorSite siteOf(String name) {
        return SITES.get(name);
    }

    @Override
    public @Nullable CompletableFuture<Door> open(ServerConfig config, DoorSite site) {
        String name = config.properties().get("openDoor");
        if (name == null) {
            return null;
        }
        SITES.put(name, site);
        return CompletableFuture.completedFuture(() -> SITES.remove(name));
    }
}
