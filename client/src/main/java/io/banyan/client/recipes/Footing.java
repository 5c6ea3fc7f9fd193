package io.banyan.client.recipes;

import io.banyan.client.AsyncBanyan;
import io.banyan.client.WatchEvent;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The ephemeral that somebody stands on, watched from the first.
///
/// Thread-safe.
final class Footing {
    private final AsyncBanyan inSession;
    private final String path;
    private final CompletableFuture<@Nullable Void> gone = new CompletableFuture<>();

    /// Asks for the watch and does not wait: its answer comes behind everything that was asked
    /// before.
    Footing(AsyncBanyan inSession, String path) {
        this.inSession = inSession.onNetworkThread();
        this.path = path;
        watch();
    }

    private void watch() {
        inSession
                .exists(path, this::onChange)
                .whenComplete((stat, failure) -> {
                    if (failure == null && stat.isEmpty()) {
                        gone.complete(null);
                    } else if (Places.isTransient(failure)) {
                        watch();
                    }
                });
    }

    private void onChange(WatchEvent event) {
        switch (event.type()) {
            case DELETED, LOST -> gone.complete(null);
            // Somebody wrote into it; what matters is that it is there.
            case CREATED, DATA_CHANGED, CHILDREN_CHANGED, RESYNC, REMOVED -> watch();
        }
    }

    /// Completes on the network thread, whoever took it away; never if the session expires, of
    /// which session listeners hear.
    CompletableFuture<@Nullable Void> gone() {
        return gone;
    }
}
