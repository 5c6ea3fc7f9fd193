package io.banyan.client.recipes;

import io.banyan.client.AsyncBanyan;
import io.banyan.client.BanyanException;
import io.banyan.client.CreateMode;
import io.banyan.client.Paths;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Makes what is missing above a znode, without waiting.
final class Ancestors {
    private Ancestors() {}

    /// A container, and persistent znodes above it. Completes well if it is there already.
    static CompletableFuture<@Nullable Void> container(AsyncBanyan banyan, String path) {
        return make(banyan, path, CreateMode.CONTAINER);
    }

    private static CompletableFuture<@Nullable Void> make(
            AsyncBanyan banyan, String path, CreateMode mode) {
        return banyan.create(path, null, mode)
                .handle((made, failure) -> after(banyan, path, mode, failure))
                .thenCompose(next -> next);
    }

    private static CompletableFuture<@Nullable Void> after(
            AsyncBanyan banyan, String path, CreateMode mode, @Nullable Throwable failure) {
        Throwable cause = Places.cause(failure);
        if (cause == null || cause instanceof BanyanException.NodeExists) {
            return CompletableFuture.completedFuture(null);
        }
        if (cause instanceof BanyanException.ConnectionLost) {
            return make(banyan, path, mode);
        }
        if (cause instanceof BanyanException.NoNode) {
            return make(banyan, Paths.parent(path), CreateMode.PERSISTENT)
                    .thenCompose(made -> make(banyan, path, mode));
        }
        return CompletableFuture.failedFuture(cause);
    }
}
