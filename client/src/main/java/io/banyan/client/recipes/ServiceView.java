package io.banyan.client.recipes;

import io.banyan.client.Banyan;
import io.banyan.client.Paths;
import io.banyan.client.Registration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The instances of one service, live. As old as the connection of its client: without one it stays
/// what it was, which is better than nothing while only the coordination is away.
///
/// Thread-safe; reads never wait.
public final class ServiceView implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceView.class);

    private final Banyan banyan;
    private final String service;
    private final String path;
    private final SubtreeCache cache;
    private final AtomicInteger turn = new AtomicInteger(ThreadLocalRandom.current().nextInt(1000));
    private final CompletableFuture<@Nullable Void> copied = new CompletableFuture<>();
    private volatile List<ServiceInstance> instances = List.of();

    ServiceView(Banyan banyan, String path, String service) {
        this.banyan = banyan;
        this.service = service;
        this.path = path;
        this.cache = SubtreeCache.open(banyan, path);
        Settled.listen(banyan, cache, this::copy);
        cache.ready()
                .whenComplete((ready, failure) -> {
                    if (failure != null) {
                        copied.completeExceptionally(failure);
                    }
                });
    }

    private void copy() {
        var found = new ArrayList<ServiceInstance>();
        for (var node : cache.children(path)) {
            try {
                found.add(ServiceInstance.decode(service, Paths.name(node.path()), node.bytes()));
            } catch (IllegalArgumentException e) {
                LOG.warn("service={} passed over {}: {}", service, node.path(), e.getMessage());
            }
        }
        instances = List.copyOf(found);
        copied.complete(null);
    }

    /// Waits until all are known for the first time.
    public void awaitReady(Duration wait) throws InterruptedException, TimeoutException {
        Places.await(copied, Deadline.after(wait));
    }

    /// All of them, sorted by id.
    public List<ServiceInstance> instances() {
        return instances;
    }

    /// One after another.
    public Optional<ServiceInstance> pick() {
        return pick(any -> true);
    }

    /// One after another of those that fit, as of those that did not fail a moment ago.
    public Optional<ServiceInstance> pick(Predicate<ServiceInstance> fits) {
        List<ServiceInstance> all = instances;
        int first = turn.getAndIncrement();
        for (int i = 0; i < all.size(); i++) {
            ServiceInstance each = all.get(Math.floorMod(first + i, all.size()));
            if (fits.test(each)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /// Is given the instances after every change, and at once if they are known. On the event
    /// thread.
    public Registration listen(Consumer<List<ServiceInstance>> listener) {
        return Settled.listen(banyan, cache, () -> listener.accept(instances));
    }

    @Override
    public void close() {
        cache.close();
    }
}
