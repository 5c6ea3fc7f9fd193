package io.banyan.nacos.naming;

import io.banyan.nacos.tree.Layout;
import io.banyan.nacos.tree.Names;
import io.banyan.nacos.tree.Node;
import io.banyan.nacos.tree.View;
import io.banyan.wire.Stat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A service as one view has it. Immutable.
///
/// @param exists false for a service that nobody registered at
/// @param instances with what operators changed, by cluster and address
/// @param clusters names, sorted
/// @param revision number of the last change; grows, is the same on every server, and fits the 53
///   bits of a JavaScript number. It stands where Nacos has milliseconds, and is above all of them
///   that clients may hold from a real Nacos.
/// @param viewZxid of the view
public record Service(
        ServiceKey key,
        boolean exists,
        ServiceMeta meta,
        List<Instance> instances,
        List<String> clusters,
        long revision,
        long viewZxid) {
    private static final long REVISION_BASE = 1L << 42;

    /// What a client is given of a service.
    ///
    /// @param isProtected so few are healthy that all count as healthy
    public record Selection(List<Instance> hosts, boolean isProtected) {}

    static Service read(View view, ServiceKey key) {
        String path = key.path();
        Node node = view.node(path);
        if (node == null) {
            return new Service(
                    key,
                    false,
                    ServiceMeta.NONE,
                    List.of(),
                    List.of(),
                    REVISION_BASE + view.zxid(),
                    view.zxid());
        }
        long newest = newest(node.stat());
        var instances = new ArrayList<Instance>();
        List<String> clusters = view.children(path);
        String overrides = key.overridesPath();
        boolean overridden = view.exists(overrides);
        if (overridden) {
            newest = Math.max(newest, newestBelow(view, overrides));
        }
        for (String cluster : clusters) {
            String clusterPath = path + "/" + cluster;
            Stat stat = view.stat(clusterPath);
            newest = stat == null ? newest : Math.max(newest, newest(stat));
            for (String address : view.children(clusterPath)) {
                Node each = view.node(clusterPath + "/" + address);
                if (each == null) {
                    continue;
                }
                newest = Math.max(newest, each.stat().mzxid());
                boolean ephemeral = each.stat().ephemeralOwner() != 0;
                Instance found = Instance.read(each.data(), Names.decode(cluster), ephemeral);
                if (found == null) {
                    continue;
                }
                Node by = overridden ? view.node(overrides + "/" + cluster + "/" + address) : null;
                instances.add(by == null ? found : found.overridden(Adjustment.read(by.data())));
            }
        }
        instances.sort(
                Comparator.comparing(Instance::cluster)
                        .thenComparing(Instance::ip)
                        .thenComparingInt(Instance::port));
        return new Service(
                key,
                true,
                ServiceMeta.read(node.data()),
                List.copyOf(instances),
                clusters.stream().map(Names::decode).toList(),
                REVISION_BASE + newest,
                view.zxid());
    }

    private static long newest(Stat stat) {
        return Math.max(stat.mzxid(), stat.pzxid());
    }

    private static long newestBelow(View view, String path) {
        Stat stat = view.stat(path);
        long newest = stat == null ? 0 : newest(stat);
        for (String child : view.children(path)) {
            newest = Math.max(newest, newestBelow(view, path + "/" + child));
        }
        return newest;
    }

    /// What Nacos gives a client: nothing disabled; everything as healthy if too little is.
    ///
    /// @param inClusters comma list, blank for all
    public Selection select(@Nullable String inClusters, boolean healthyOnly) {
        Set<String> wanted = new HashSet<>();
        if (inClusters != null) {
            Arrays.stream(inClusters.split(",", -1))
                    .map(String::trim)
                    .filter(s -> !s.isEmpty())
                    .forEach(wanted::add);
        }
        List<Instance> hosts =
                instances.stream()
                        .filter(each -> wanted.isEmpty() || wanted.contains(each.cluster()))
                        .filter(Instance::enabled)
                        .toList();
        long healthy = hosts.stream().filter(Instance::healthy).count();
        boolean isProtected =
                meta.isSet()
                        && !hosts.isEmpty()
                        && (double) healthy / hosts.size() <= meta.protectThreshold();
        if (isProtected) {
            return new Selection(hosts.stream().map(each -> each.withHealthy(true)).toList(), true);
        }
        return new Selection(
                healthyOnly ? hosts.stream().filter(Instance::healthy).toList() : hosts, false);
    }

    /// @return null if there is none
    public @Nullable Instance find(String cluster, String ip, int port) {
        for (Instance each : instances) {
            if (each.ip().equals(ip) && each.port() == port && each.cluster().equals(cluster)) {
                return each;
            }
        }
        return null;
    }

    static String instancePath(ServiceKey key, Instance instance) {
        return Layout.path(key.path(), instance.cluster(), instance.address());
    }

    static String overridePath(ServiceKey key, Instance instance) {
        return Layout.path(key.overridesPath(), instance.cluster(), instance.address());
    }
}
