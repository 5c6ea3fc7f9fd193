package io.banyan.client.recipes;

import io.banyan.client.Banyan;
import io.banyan.client.Node;
import io.banyan.client.Registration;
import org.jspecify.annotations.Nullable;

/// Calls when a cache that has changed is whole again. Confined to the event thread.
final class Settled implements SubtreeCache.Listener {
    private final Runnable action;
    private boolean isDue;

    private Settled(Runnable action) {
        this.action = action;
    }

    /// @param action called on the event thread: at once if the cache is whole, and after changes
    static Registration listen(Banyan banyan, SubtreeCache cache, Runnable action) {
        var settled = new Settled(action);
        Registration registration = cache.listen(settled);
        cache.ready()
                .thenRunAsync(
                        () -> {
                            settled.isDue = true;
                            settled.settled();
                        },
                        banyan.eventExecutor());
        return registration;
    }

    @Override
    public void changed(String path, @Nullable Node before, @Nullable Node after) {
        isDue = true;
    }

    @Override
    public void settled() {
        if (isDue) {
            isDue = false;
            action.run();
        }
    }
}
