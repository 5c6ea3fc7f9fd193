package io.banyan.client.recipes;

import io.banyan.client.AsyncBanyan;
import io.banyan.client.Banyan;
import io.banyan.client.BanyanException;
import io.banyan.client.CreateMode;
import io.banyan.client.Paths;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// What several recipes do with znodes and futures.
final class Places {
    private Places() {}

    /// Makes the znode that a recipe keeps its ephemerals under; servers take it away some time
    /// after the last of them.
    static void container(Banyan banyan, String path) {
        banyan.createAll(Paths.parent(path));
        boolean isThere = false;
        while (!isThere) {
            try {
                banyan.create(path, null, CreateMode.CONTAINER);
                isThere = true;
            } catch (BanyanException.NodeExists e) {
                isThere = true;
            } catch (BanyanException.ConnectionLost e) {
                // It is to be there, by whomever: so it does no harm to try again.
                isThere = false;
            }
        }
    }

    /// A part of a name that nobody else has.
    static String mark() {
        return UUID.randomUUID().toString().substring(24);
    }

    /// Deletes an ephemeral for certain: tries again until it is gone, or its session is.
    static void discard(AsyncBanyan inItsSession, String path) {
        inItsSession
                .delete(path)
                .whenComplete((done, failure) -> {
                    if (isTransient(failure)) {
                        discard(inItsSession, path);
                    }
                });
    }

    /// The same for one of which nobody knows whether it was made, and with which number.
    static void discardMarked(AsyncBanyan inItsSession, String parent, String mark) {
        inItsSession
                .sync(parent)
                .thenCompose(done -> inItsSession.children(parent))
                .whenComplete((children, failure) -> {
                    if (failure == null) {
                        children.names().stream()
                                .filter(name -> name.startsWith(mark))
                                .forEach(name -> discard(inItsSession, Paths.child(parent, name)));
                    } else if (isTransient(failure)) {
                        discardMarked(inItsSession, parent, mark);
                    }
                });
    }

    /// Whether the same request may succeed later. Each attempt waits for a connection, so that
    /// trying again is no busy loop.
    static boolean isTransient(@Nullable Throwable failure) {
        Throwable cause = cause(failure);
        return cause instanceof BanyanException.ConnectionLost
                || cause instanceof BanyanException.Timeout;
    }

    static @Nullable Throwable cause(@Nullable Throwable failure) {
        return failure instanceof CompletionException || failure instanceof ExecutionException
                ? failure.getCause()
                : failure;
    }

    /// The answer to a request, which ends by its own timeout, or its exception with the stack of
    /// the caller.
    static <T extends @Nullable Object> T await(CompletableFuture<T> request)
            throws InterruptedException {
        try {
            return request.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                failure.fillInStackTrace();
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /// The value of a future, or its exception as it was made.
    ///
    /// @throws TimeoutException if it has none by then
    static <T extends @Nullable Object> T await(CompletableFuture<T> future, long deadlineNanos)
            throws InterruptedException, TimeoutException {
        try {
            return future.get(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
