package io.banyan.nacos.naming;

import io.banyan.nacos.config.Invalid;
import io.banyan.nacos.json.Json;
import io.banyan.nacos.tree.Layout;
import io.banyan.nacos.tree.NacosTree;
import io.banyan.nacos.tree.Node;
import io.banyan.nacos.tree.Ops;
import io.banyan.nacos.tree.Plan;
import io.banyan.nacos.tree.View;
import io.banyan.wire.Stat;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/// Writes of naming that nobody has to own: persistent instances, overrides, services, clusters;
/// and the plans of those that somebody owns.
public final class Registry {
    private final NacosTree tree;

    public Registry(NacosTree tree) {
        this.tree = tree;
    }

    // ---- plans

    /// Puts an instance where it belongs. One of another owner is taken over: deleted and created
    /// at one zxid, so that watchers see it leave and come, and nobody a list without it.
    ///
    /// @param owner session of an ephemeral one, 0 for a persistent one
    static Ops put(Ops ops, ServiceKey key, Instance instance, long owner) {
        String path = Service.instancePath(key, instance);
        byte[] data = instance.write();
        Node there = ops.view().node(path);
        if (there != null && there.stat().ephemeralOwner() == owner) {
            return Arrays.equals(there.data(), data) ? ops : ops.setData(path, data, Ops.ANY);
        }
        if (there != null) {
            ops.delete(path);
        }
        return owner == 0 ? ops.create(path, data) : ops.createEphemeral(path, data);
    }

    static <T> Plan<T> planOf(Ops ops, T answer) {
        return ops.isEmpty() ? new Plan.Nothing<>(answer) : new Plan.Change<>(ops.list(), answer);
    }

    // ---- instances

    /// Registers one that stays until it is deregistered.
    public CompletableFuture<Boolean> registerPersistent(ServiceKey key, Instance instance) {
        Instance kept = instance.withDoor(null);
        return tree.transact(view -> planOf(put(tree.ops(view), key, kept, 0), true));
    }

    /// Deletes one of the same kind at the same place.
    ///
    /// @return whether there was one
    public CompletableFuture<Boolean> deregister(ServiceKey key, Instance instance) {
        String path = Service.instancePath(key, instance);
        return tree.transact(view -> {
            Stat there = view.stat(path);
            if (there == null || (there.ephemeralOwner() != 0) != instance.ephemeral()) {
                return new Plan.Refuse<>(false);
            }
            return new Plan.Change<>(tree.ops(view).delete(path).list(), true);
        });
    }

    /// Changes an instance that is there; its owner stays.
    ///
    /// @return whether it is there
    CompletableFuture<Boolean> change(ServiceKey key, Instance at, UnaryOperator<Instance> change) {
        String path = Service.instancePath(key, at);
        return tree.transact(view -> planChange(view, path, at.cluster(), change));
    }

    Plan<Boolean> planChange(
            View view, String path, String cluster, UnaryOperator<Instance> change) {
        Node node = view.node(path);
        boolean ephemeral = node != null && node.stat().ephemeralOwner() != 0;
        Instance now = node == null ? null : Instance.read(node.data(), cluster, ephemeral);
        if (node == null || now == null) {
            return new Plan.Refuse<>(false);
        }
        byte[] data = change.apply(now).write();
        return Arrays.equals(data, node.data())
                ? new Plan.Nothing<>(true)
                : new Plan.Change<>(
                        tree.ops(view).setData(path, data, node.stat().version()).list(), true);
    }

    /// Sets an instance's health, as far as that is not decided by beats or a connection.
    public CompletableFuture<Boolean> setHealthy(ServiceKey key, Instance at, boolean healthy) {
        return change(key, at, now -> now.withHealthy(healthy));
    }

    /// Lays an override over an instance; what it does not name stays as an earlier one set it.
    ///
    /// @param replaceMetadata instead of merging it
    /// @return whether the instance is there
    public CompletableFuture<Boolean> override(
            ServiceKey key, Instance at, Adjustment by, boolean replaceMetadata) {
        return tree.transact(view -> {
            if (!view.exists(Service.instancePath(key, at))) {
                return new Plan.Refuse<>(false);
            }
            String path = Service.overridePath(key, at);
            Node node = view.node(path);
            Adjustment old = node == null ? Adjustment.NONE : Adjustment.read(node.data());
            var metadata = new TreeMap<String, String>();
            if (!replaceMetadata) {
                metadata.putAll(old.metadata());
            }
            metadata.putAll(by.metadata());
            var merged =
                    new Adjustment(
                            by.enabled() == null ? old.enabled() : by.enabled(),
                            by.weight() == null ? old.weight() : by.weight(),
                            metadata);
            return planOf(tree.ops(view).put(path, merged.write()), true);
        });
    }

    /// Takes keys out of an instance's overriding metadata, or puts some in.
    ///
    /// @param remove the values do not matter then
    public CompletableFuture<Boolean> overrideMetadata(
            ServiceKey key, Instance at, Map<String, String> metadata, boolean remove) {
        if (!remove) {
            return override(key, at, new Adjustment(null, null, metadata), false);
        }
        return tree.transact(view -> {
            String path = Service.overridePath(key, at);
            Node node = view.node(path);
            if (node == null) {
                return new Plan.Refuse<>(false);
            }
            Adjustment old = Adjustment.read(node.data());
            var left = new TreeMap<>(old.metadata());
            metadata.keySet().forEach(left::remove);
            var less = new Adjustment(old.enabled(), old.weight(), left);
            return planOf(tree.ops(view).put(path, less.write()), true);
        });
    }

    /// Removes the override of an instance that is not there.
    ///
    /// The service counts as changed: its number is made of the newest change of all that belongs
    /// to it, and must not go back when the override's znodes are gone.
    CompletableFuture<Boolean> forgetOverride(ServiceKey key, String cluster, String address) {
        String instance = Layout.path(key.path(), cluster, address);
        String override = Layout.path(key.overridesPath(), cluster, address);
        return tree.transact(view -> {
            if (view.exists(instance) || !view.exists(override)) {
                return new Plan.Nothing<>(false);
            }
            Ops ops = tree.ops(view).delete(override);
            Node service = view.node(key.path());
            if (service != null) {
                ops.setData(key.path(), service.data(), service.stat().version());
            }
            return new Plan.Change<>(ops.list(), true);
        });
    }

    // ---- services and clusters

    /// @return whether it was not there
    public CompletableFuture<Boolean> createService(ServiceKey key, ServiceMeta meta) {
        return tree.transact(view ->
                view.exists(key.path())
                        ? new Plan.Refuse<>(false)
                        : new Plan.Change<>(
                                tree.ops(view).create(key.path(), meta.write()).list(), true));
    }

    /// @return whether it is there
    public CompletableFuture<Boolean> updateService(
            ServiceKey key, UnaryOperator<ServiceMeta> change) {
        return tree.transact(view -> {
            Node node = view.node(key.path());
            if (node == null) {
                return new Plan.Refuse<>(false);
            }
            byte[] data = change.apply(ServiceMeta.read(node.data())).write();
            return new Plan.Change<>(
                    tree.ops(view).setData(key.path(), data, node.stat().version()).list(), true);
        });
    }

    /// @throws Invalid through the future if it is not there or has instances
    public CompletableFuture<Boolean> deleteService(ServiceKey key) {
        return tree.<String>transact(
                        view -> {
                            String path = key.path();
                            if (!view.exists(path)) {
                                return new Plan.Refuse<>("service not found: " + key.grouped());
                            }
                            Ops ops = tree.ops(view);
                            for (String cluster : view.children(path)) {
                                if (view.childCount(path + "/" + cluster) > 0) {
                                    return new Plan.Refuse<>("service not empty: " + key.grouped());
                                }
                                ops.delete(path + "/" + cluster);
                            }
                            return new Plan.Change<>(ops.delete(path).list(), "");
                        })
                .thenApply(refusal -> {
                    if (!refusal.isEmpty()) {
                        throw new Invalid(refusal);
                    }
                    return true;
                });
    }

    /// Sets what is known of a cluster.
    public CompletableFuture<Boolean> updateCluster(
            ServiceKey key, String cluster, Cluster settings) {
        String path = Layout.path(key.path(), cluster);
        return tree.transact(view -> {
            if (!view.exists(key.path())) {
                return new Plan.Refuse<>(false);
            }
            return planOf(tree.ops(view).put(path, settings.write()), true);
        });
    }

    /// What is known of a cluster.
    public Cluster cluster(ServiceKey key, String cluster) {
        Node node = tree.view().node(Layout.path(key.path(), cluster));
        return node == null ? Cluster.NONE : Cluster.read(node.data());
    }

    /// Settings of a cluster.
    ///
    /// @param checkerType TCP, HTTP or NONE
    /// @param checkPort 0 for the instance's own
    public record Cluster(String checkerType, int checkPort, Map<String, String> metadata) {
        public static final Cluster NONE = new Cluster("TCP", 0, Map.of());

        byte[] write() {
            return Json.bytes(this);
        }

        static Cluster read(byte[] data) {
            if (data.length == 0) {
                return NONE;
            }
            try {
                return Json.as(Cluster.class, Json.parseObject(data, 0, data.length));
            } catch (Json.Broken written) {
                return NONE;
            }
        }
    }
}
