package io.banyan.nacos.naming;

import io.banyan.nacos.tree.NacosTree;
import io.banyan.nacos.tree.Plan;
import io.banyan.nacos.tree.TreeFailure;
import io.banyan.nacos.tree.View;
import io.banyan.server.door.DoorSession;
import io.banyan.wire.OpCode;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// A session that owns ephemeral instances, through connections that come and go. Confined to the
/// door's thread.
final class Owner {
    private final NacosTree tree;
    private final String name;
    private final int timeoutMillis;
    private @Nullable DoorSession session;
    private long id;
    private boolean expired;

    /// @param id of the session to come back to, 0 for a new one
    Owner(NacosTree tree, String name, int timeoutMillis, long id) {
        this.tree = tree;
        this.name = name;
        this.timeoutMillis = timeoutMillis;
        this.id = id;
    }

    /// The session's id, 0 while there is none.
    long id() {
        return id;
    }

    /// Whether the session was found to be gone, and all it owned.
    boolean isExpired() {
        return expired;
    }

    boolean isConnected() {
        return session != null && !session.closed().isDone();
    }

    private DoorSession connected() {
        DoorSession now = session;
        if (now == null || now.closed().isDone()) {
            now =
                    id == 0
                            ? tree.clients().open(name, timeoutMillis)
                            : tree.clients().resume(name, id, timeoutMillis);
            session = now;
            now.opened()
                    .whenComplete((opened, failure) -> {
                        if (failure == null) {
                            id = opened;
                        } else if (failure instanceof DoorSession.Expired) {
                            expired = true;
                        }
                    });
        }
        return now;
    }

    /// Carries out an operation as the owner; connects first if that has to be.
    ///
    /// @param planner also gets the session's id
    /// @return fails with {@link io.banyan.nacos.tree.TreeFailure}; `EXPIRED` if the session is
    ///   gone and with it all it owned
    <T> CompletableFuture<T> transact(BiFunction<View, Long, Plan<T>> planner) {
        DoorSession by = connected();
        // The handshake is answered before the request, which waits behind it.
        return by.opened()
                .handle((opened, failure) -> failure)
                .thenCompose(failure ->
                        failure instanceof DoorSession.Expired
                                ? CompletableFuture.failedFuture(gone(failure))
                                : tree.transact(by, view -> planner.apply(view, id)));
    }

    /// Not one that a new connection would help with, as its requests say.
    private static TreeFailure gone(Throwable failure) {
        return new TreeFailure(
                TreeFailure.Kind.EXPIRED, "the owning session is gone: " + failure.getMessage());
    }

    /// Says that whoever stands behind the session lives.
    void touch() {
        connected().touch();
    }

    /// Ends the session, and with it everything it owns.
    CompletableFuture<?> end() {
        if (id == 0 && session == null) {
            return CompletableFuture.completedFuture(null);
        }
        return connected().request(OpCode.CLOSE_SESSION, new byte[0]);
    }

    /// Ends the connection; the session goes on until its timeout.
    void leave() {
        if (session != null) {
            session.detach();
        }
    }
}
