package io.banyan.client;

import io.banyan.wire.Acl;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// A create that finds out by itself whether it happened when its answer was lost.
///
/// A sequential name gets a random marker before its number, and is looked for among the children.
/// An ephemeral is known by its owner. Before looking, `sync` makes sure that everything is visible
/// that was sent on the lost connection and will ever be carried out: servers refuse what arrives
/// for a session on a connection older than its newest.
final class CreateOnce {
    private final AsyncBanyan banyan;
    private final String path;
    private final byte @Nullable [] data;
    private final CreateMode mode;
    private final List<Acl> acl;
    private final String marker;

    /// @throws IllegalArgumentException if nobody could tell by the znode who made it
    CreateOnce(
            AsyncBanyan banyan,
            String path,
            byte @Nullable [] data,
            CreateMode mode,
            List<Acl> acl) {
        if (!mode.isSequential() && mode.kind() != CreateMode.Kind.EPHEMERAL) {
            throw new IllegalArgumentException(
                    "nobody can tell who made a znode of mode "
                            + mode
                            + ": only of sequential and ephemeral ones");
        }
        Multi.requireForCreate(path, mode);
        this.banyan = banyan;
        this.data = data;
        this.mode = mode;
        this.acl = acl;
        this.marker = mode.isSequential() ? marker() : "";
        this.path = mode.isSequential() ? path + marker + "-" : path;
    }

    /// As unlike any other as a UUID, and shorter: long names make long lists of children.
    private static String marker() {
        UUID random = UUID.randomUUID();
        byte[] bits =
                ByteBuffer.allocate(2 * Long.BYTES)
                        .putLong(random.getMostSignificantBits())
                        .putLong(random.getLeastSignificantBits())
                        .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }

    CompletableFuture<Created> start() {
        return banyan.create(path, data, mode, acl)
                .handle((made, failure) -> after(made, failure, false))
                .thenCompose(next -> next);
    }

    private CompletableFuture<Created> again() {
        return banyan.create(path, data, mode, acl)
                .handle((made, failure) -> after(made, failure, true))
                .thenCompose(next -> next);
    }

    /// @param isDoubtful whether an earlier attempt may have made it
    private CompletableFuture<Created> after(
            @Nullable Created made, @Nullable Throwable failure, boolean isDoubtful) {
        if (made != null) {
            return CompletableFuture.completedFuture(made);
        }
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        boolean mayBeOurs =
                cause instanceof BanyanException.ConnectionLost
                        || (isDoubtful && cause instanceof BanyanException.NodeExists);
        if (!mayBeOurs) {
            return CompletableFuture.failedFuture(
                    cause == null ? new IllegalStateException("no result") : cause);
        }
        return look().thenCompose(found ->
                found.isPresent()
                        ? CompletableFuture.completedFuture(found.get())
                        : cause instanceof BanyanException.NodeExists
                                ? CompletableFuture.failedFuture(cause)
                                : again());
    }

    private CompletableFuture<Optional<Created>> look() {
        String parent = Paths.parent(path);
        return banyan.sync(parent)
                .thenCompose(done ->
                        mode.isSequential()
                                ? banyan.children(parent).thenApply(this::marked)
                                : CompletableFuture.completedFuture(Optional.of(path)))
                .thenCompose(found ->
                        found.isPresent()
                                ? stat(found.get())
                                : CompletableFuture.completedFuture(Optional.empty()));
    }

    private Optional<String> marked(Children children) {
        return children.names().stream()
                .filter(name -> name.contains(marker))
                .findFirst()
                .map(name -> Paths.child(Paths.parent(path), name));
    }

    private CompletableFuture<Optional<Created>> stat(String found) {
        return banyan.exists(found)
                .thenApply(stat ->
                        stat.filter(each -> mode.isSequential() || isOurs(each))
                                .map(each -> new Created(found, each)));
    }

    private boolean isOurs(io.banyan.wire.Stat stat) {
        return banyan.sessionId() != 0 && stat.ephemeralOwner() == banyan.sessionId();
    }
}
