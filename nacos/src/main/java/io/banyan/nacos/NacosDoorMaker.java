package io.banyan.nacos;

import io.banyan.server.config.ServerConfig;
import io.banyan.server.door.Door;
import io.banyan.server.door.DoorMaker;
import io.banyan.server.door.DoorSite;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Opens the Nacos door where zoo.cfg has `nacos.port`.
public final class NacosDoorMaker implements DoorMaker {
    @Override
    public @Nullable CompletableFuture<Door> open(ServerConfig config, DoorSite site) {
        NacosSettings settings = NacosSettings.of(config);
        if (settings == null) {
            return null;
        }
        var opened = new CompletableFuture<Door>();
        // Loading Armeria takes longer than the whole start of the server.
        Thread.ofPlatform()
                .name("nacos-start")
                .daemon()
                .start(() -> {
                    try {
                        opened.complete(NacosDoor.open(settings, site));
                    } catch (Throwable failed) {
                        // Linkage errors too: whoever waits must hear of them.
                        opened.completeExceptionally(failed);
                    }
                });
        return opened;
    }
}
