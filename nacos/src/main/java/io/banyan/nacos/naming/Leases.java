package io.banyan.nacos.naming;

import io.banyan.nacos.naming.Instance.Door;
import io.banyan.nacos.tree.NacosTree;
import io.banyan.nacos.tree.Node;
import io.banyan.nacos.tree.Plan;
import io.banyan.nacos.tree.TreeFailure;
import io.banyan.nacos.tree.TreeListener;
import io.banyan.nacos.tree.View;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Ephemeral instances that are kept by beats: each is owned by a session of its own.
///
/// A beat touches the session and is no transaction. The server that heard the last beat looks
/// after the instance: it says unhealthy when beats are late, and ends the session when they stay
/// away. A beat that comes to another server takes the session there; what the former server would
/// do afterwards the leader refuses. A server that dies leaves its instances to the sessions' own
/// timeouts, and to the next beats, elsewhere.
///
/// Public methods may be called from any thread; everything happens on the door's.
public final class Leases implements TreeListener {
    private static final int SCAN_MILLIS = 1_000;

    /// A scan that comes so late was held up by ourselves: no client is to suffer for it.
    private static final int STALL_MILLIS = 3_000;

    private static final int SESSION_MILLIS_MIN = 10_000;

    /// Of one registration. Each may meet a beat at another server, which takes the session there.
    private static final int TRIES_MAX = 4;

    private final NacosTree tree;
    private final Registry registry;
    private final LongSupplier nanos;
    private final Map<Place, Lease> leases = new LinkedHashMap<>();
    private long lastScanNanos;

    /// How a beat was answered.
    ///
    /// @param isKnown false if the client has to register again
    /// @param intervalMillis until the next beat
    public record Beaten(boolean isKnown, int intervalMillis) {}

    /// Where an instance is.
    private record Place(ServiceKey key, String cluster, String ip, int port) {
        static Place of(ServiceKey key, Instance instance) {
            return new Place(key, instance.cluster(), instance.ip(), instance.port());
        }
    }

    private static final class Lease {
        private final Owner owner;
        private Instance instance;
        private long heardNanos;
        private boolean unhealthy;

        Lease(Owner owner, Instance instance, long heardNanos) {
            this.owner = owner;
            this.instance = instance;
            this.heardNanos = heardNanos;
        }
    }

    /// @param nanos monotonic
    public Leases(NacosTree tree, Registry registry, LongSupplier nanos) {
        this.tree = tree;
        this.registry = registry;
        this.nanos = nanos;
        lastScanNanos = nanos.getAsLong();
        tree.listen(this);
        tree.thread()
                .scheduleAtFixedRate(this::scan, SCAN_MILLIS, SCAN_MILLIS, TimeUnit.MILLISECONDS);
    }

    /// Registers an ephemeral instance, or changes it.
    public CompletableFuture<Boolean> register(ServiceKey key, Instance instance) {
        Instance kept = instance.withDoor(Door.HTTP);
        return onThread(() -> register(key, kept, TRIES_MAX));
    }

    private CompletableFuture<Boolean> register(ServiceKey key, Instance instance, int tries) {
        var place = Place.of(key, instance);
        Lease lease = leases.get(place);
        if (lease == null) {
            lease = new Lease(ownerOf(key, instance), instance, nanos.getAsLong());
            leases.put(place, lease);
        }
        lease.instance = instance;
        lease.heardNanos = nanos.getAsLong();
        lease.unhealthy = !instance.healthy();
        Lease by = lease;
        return by.owner
                .<Boolean>transact((view, id) ->
                        Registry.planOf(Registry.put(tree.ops(view), key, instance, id), true))
                .handle((done, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedFuture(done);
                    }
                    leases.remove(place, by);
                    // It was gone already, which takes a new one, or is elsewhere, and is taken
                    // back. To register twice is to register once.
                    boolean again = isExpired(failure) || isElsewhere(by);
                    return again && tries > 1
                            ? register(key, instance, tries - 1)
                            : CompletableFuture.<Boolean>failedFuture(failure);
                })
                .thenCompose(next -> next);
    }

    /// A new session, or the one that owns the instance already.
    private Owner ownerOf(ServiceKey key, Instance instance) {
        String name = "/beat:" + instance.address();
        int timeoutMillis = Math.max(SESSION_MILLIS_MIN, instance.deleteTimeoutMillis());
        Node there = tree.view().node(Service.instancePath(key, instance));
        Instance now = there == null ? null : Instance.read(there.data(), instance.cluster(), true);
        boolean ours = now != null && now.door() == Door.HTTP;
        long id = ours && there != null ? there.stat().ephemeralOwner() : 0;
        return new Owner(tree, name, timeoutMillis, id);
    }

    /// Hears a beat.
    ///
    /// @param at which instance; its other fields count if `full`
    /// @param full whether the beat says all that a registration says
    public CompletableFuture<Beaten> beat(ServiceKey key, Instance at, boolean full) {
        return onThread(() -> beaten(key, at, full));
    }

    private CompletableFuture<Beaten> beaten(ServiceKey key, Instance at, boolean full) {
        Node node = tree.view().node(Service.instancePath(key, at));
        Instance now = node == null ? null : Instance.read(node.data(), at.cluster(), true);
        if (now == null || node == null) {
            return unknown(key, at, full);
        }
        var known = new Beaten(true, now.beatIntervalMillis());
        if (now.door() != Door.HTTP || node.stat().ephemeralOwner() == 0) {
            // Kept by a connection, or by nobody: a beat changes nothing.
            return CompletableFuture.completedFuture(known);
        }
        var place = Place.of(key, at);
        Lease lease = leases.get(place);
        if (lease == null || lease.owner.id() != node.stat().ephemeralOwner()) {
            lease = new Lease(ownerOf(key, now), now, nanos.getAsLong());
            leases.put(place, lease);
        }
        lease.heardNanos = nanos.getAsLong();
        lease.unhealthy = false;
        lease.owner.touch();
        if (now.healthy()) {
            return CompletableFuture.completedFuture(known);
        }
        return registry.setHealthy(key, at, true).thenApply(done -> known);
    }

    /// Not before a view was seen that is as new as the leader's.
    private CompletableFuture<Beaten> unknown(ServiceKey key, Instance at, boolean full) {
        String path = Service.instancePath(key, at);
        return tree.<Boolean>transact(view ->
                        view.exists(path) ? new Plan.Nothing<>(true) : new Plan.Refuse<>(false))
                .thenCompose(there -> {
                    if (there) {
                        return beaten(key, at, full);
                    }
                    leases.remove(Place.of(key, at));
                    if (!full) {
                        return CompletableFuture.completedFuture(
                                new Beaten(false, at.beatIntervalMillis()));
                    }
                    return register(key, at.withDoor(Door.HTTP), TRIES_MAX)
                            .thenApply(done -> new Beaten(true, at.beatIntervalMillis()));
                });
    }

    /// Deregisters an ephemeral instance.
    public CompletableFuture<Boolean> deregister(ServiceKey key, Instance instance) {
        return onThread(() -> {
            Lease lease = leases.remove(Place.of(key, instance));
            return registry.deregister(key, instance)
                    .whenComplete((done, failure) -> {
                        if (lease != null) {
                            lease.owner.end();
                        }
                    });
        });
    }

    /// Instances looked after here. On the door's thread.
    public int count() {
        return leases.size();
    }

    // ---- time

    private void scan() {
        long now = nanos.getAsLong();
        long late = now - lastScanNanos - TimeUnit.MILLISECONDS.toNanos(STALL_MILLIS);
        lastScanNanos = now;
        for (Map.Entry<Place, Lease> each : List.copyOf(leases.entrySet())) {
            Lease lease = each.getValue();
            if (late > 0) {
                lease.heardNanos += late;
            }
            long silentMillis = TimeUnit.NANOSECONDS.toMillis(now - lease.heardNanos);
            if (silentMillis > lease.instance.deleteTimeoutMillis()) {
                leases.remove(each.getKey());
                end(lease);
            } else if (silentMillis > lease.instance.beatTimeoutMillis() && !lease.unhealthy) {
                lease.unhealthy = true;
                sayUnhealthy(each.getKey(), lease);
            }
        }
    }

    /// By the session itself, so that the leader refuses it once the session moved elsewhere.
    private void sayUnhealthy(Place place, Lease lease) {
        String path = Service.instancePath(place.key(), lease.instance);
        if (!lease.owner.isConnected()) {
            return;
        }
        lease.owner
                .<Boolean>transact((view, id) -> {
                    Node node = view.node(path);
                    return node == null || node.stat().ephemeralOwner() != id
                            ? new Plan.Nothing<>(false)
                            : registry.planChange(
                                    view, path, place.cluster(), now -> now.withHealthy(false));
                })
                .exceptionally(failure -> {
                    if (isExpired(failure)) {
                        leases.remove(place, lease);
                    } else {
                        lease.unhealthy = false; // The next scan tries again.
                    }
                    return false;
                });
    }

    private static void end(Lease lease) {
        // Where the session moved on, or the leader is gone, others end it.
        if (lease.owner.isConnected()) {
            lease.owner.end();
        }
    }

    /// Whether another server took the session in the middle of a transaction. Where this server
    /// has lost its leader, the door's own session is away as well.
    private boolean isElsewhere(Lease lease) {
        return tree.isConnected() && !lease.owner.isConnected();
    }

    private static boolean isExpired(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return cause instanceof TreeFailure tree && tree.kind() == TreeFailure.Kind.EXPIRED;
    }

    /// Nobody is evicted by an election: all timers begin anew.
    @Override
    public void onReset(View view) {
        long now = nanos.getAsLong();
        leases.values().forEach(each -> each.heardNanos = now);
    }

    @Override
    public void onChanged(View view, Collection<String> paths) {}

    /// Gives the sessions up, to be found again by the next beats.
    public void leaveAll() {
        new ArrayList<>(leases.values()).forEach(each -> each.owner.leave());
        leases.clear();
    }

    private <T> CompletableFuture<T> onThread(Supplier<CompletableFuture<T>> action) {
        var result = new CompletableFuture<T>();
        tree.thread()
                .execute(() -> {
                    try {
                        action.get()
                                .whenComplete((answer, failure) -> {
                                    if (failure == null) {
                                        result.complete(answer);
                                    } else {
                                        result.completeExceptionally(failure);
                                    }
                                });
                    } catch (RuntimeException e) {
                        result.completeExceptionally(e);
                    }
                });
        return result;
    }
}
