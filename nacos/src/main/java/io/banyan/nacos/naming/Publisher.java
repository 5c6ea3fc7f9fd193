package io.banyan.nacos.naming;

import io.banyan.nacos.naming.Instance.Door;
import io.banyan.nacos.tree.NacosTree;
import io.banyan.nacos.tree.Ops;
import io.banyan.nacos.tree.Plan;
import io.banyan.nacos.tree.TreeFailure;
import io.banyan.nacos.tree.View;
import io.banyan.wire.Stat;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/// What one connection registered: owned by a session that ends with the connection. Confined to
/// the door's thread.
///
/// A connection has one publication for each service, which another one replaces. Operations are
/// carried out one after the other. Should the session expire meanwhile, as in a long time without
/// a leader, everything is registered anew by another one.
public final class Publisher {
    private static final int SESSION_MILLIS = 20_000;

    private final NacosTree tree;
    private final String name;
    private final Map<ServiceKey, List<Instance>> published = new HashMap<>();
    private Owner owner;
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);
    private boolean ended;

    /// @param name for operators
    public Publisher(NacosTree tree, String name) {
        this.tree = tree;
        this.name = name;
        owner = new Owner(tree, name, SESSION_MILLIS, 0);
    }

    /// Replaces what this connection registered of a service.
    ///
    /// @param instances empty to deregister
    public CompletableFuture<Boolean> publish(ServiceKey key, List<Instance> instances) {
        List<Instance> now = instances.stream().map(each -> each.withDoor(Door.GRPC)).toList();
        return afterAllBefore(() -> {
            List<Instance> before = published.getOrDefault(key, List.of());
            if (now.isEmpty()) {
                published.remove(key);
            } else {
                published.put(key, now);
            }
            return write(key, before, now, true);
        });
    }

    /// Whether the connection registered nothing.
    public boolean isEmpty() {
        return published.isEmpty();
    }

    /// Everything that this connection registered.
    public Map<ServiceKey, List<Instance>> published() {
        return Map.copyOf(published);
    }

    /// What this connection registered of a service.
    public List<Instance> published(ServiceKey key) {
        return published.getOrDefault(key, List.of());
    }

    private CompletableFuture<Boolean> write(
            ServiceKey key, List<Instance> before, List<Instance> now, boolean again) {
        if (ended || (before.isEmpty() && now.isEmpty())) {
            return CompletableFuture.completedFuture(!ended);
        }
        return owner.<Boolean>transact((view, id) -> plan(view, id, key, before, now))
                .handle((done, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedFuture(done);
                    }
                    return again && isExpired(failure)
                            ? anew()
                            : CompletableFuture.<Boolean>failedFuture(failure);
                })
                .thenCompose(next -> next);
    }

    private Plan<Boolean> plan(
            View view, long id, ServiceKey key, List<Instance> before, List<Instance> now) {
        Ops ops = tree.ops(view);
        for (Instance each : before) {
            boolean stays =
                    now.stream()
                            .anyMatch(other ->
                                    other.address().equals(each.address())
                                            && other.cluster().equals(each.cluster()));
            String path = Service.instancePath(key, each);
            Stat there = stays ? null : view.stat(path);
            // Taken over by another connection meanwhile: not ours to delete.
            if (there != null && there.ephemeralOwner() == id) {
                ops.delete(path);
            }
        }
        for (Instance each : now) {
            Registry.put(ops, key, each, id);
        }
        return Registry.planOf(ops, true);
    }

    /// Everything once more, by a new session.
    private CompletableFuture<Boolean> anew() {
        owner = new Owner(tree, name, SESSION_MILLIS, 0);
        CompletableFuture<Boolean> all = CompletableFuture.completedFuture(true);
        for (Map.Entry<ServiceKey, List<Instance>> each : Map.copyOf(published).entrySet()) {
            all =
                    all.thenCombine(
                            write(each.getKey(), List.of(), each.getValue(), false),
                            (a, b) -> a && b);
        }
        return all;
    }

    /// Says that the connection lives; to be called every few seconds.
    public void touch() {
        if (published.isEmpty() || ended) {
            return;
        }
        if (owner.isExpired()) {
            afterAllBefore(
                    () -> owner.isExpired() ? anew() : CompletableFuture.completedFuture(true));
        } else {
            owner.touch();
        }
    }

    /// The connection is gone: deregisters everything at once.
    public void end() {
        afterAllBefore(() -> {
            ended = true;
            published.clear();
            return owner.end().thenApply(reply -> true);
        });
    }

    /// The server stops: the session goes on, and with it what is registered, until the client has
    /// found another server.
    public void leave() {
        ended = true;
        owner.leave();
    }

    private CompletableFuture<Boolean> afterAllBefore(Supplier<CompletableFuture<Boolean>> action) {
        CompletableFuture<Boolean> mine =
                last.handle((done, failure) -> done).thenCompose(done -> action.get());
        last = mine;
        return mine;
    }

    private static boolean isExpired(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return cause instanceof TreeFailure tree && tree.kind() == TreeFailure.Kind.EXPIRED;
    }
}
