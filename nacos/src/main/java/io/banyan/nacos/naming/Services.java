package io.banyan.nacos.naming;

import io.banyan.nacos.json.Json;
import io.banyan.nacos.tree.Layout;
import io.banyan.nacos.tree.NacosTree;
import io.banyan.nacos.tree.Names;
import io.banyan.nacos.tree.TreeListener;
import io.banyan.nacos.tree.View;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// All services as the newest view has them, and who is told when they change.
///
/// {@link #get} and the lists may be asked on any thread; subscriptions belong to the door's.
public final class Services implements TreeListener {
    /// Changes of one service within this are one push.
    private static final int GATHER_MILLIS = 50;

    /// Of written lists: some hundred of a hundred instances for each, or a few very long ones.
    private static final long LISTS_BYTES_MAX = 16L << 20;

    private final NacosTree tree;
    private final Map<ServiceKey, Service> cache = new ConcurrentHashMap<>();

    /// Zxid of the view that brought a service's last change: what was read before is stale.
    private final Map<ServiceKey, Long> changedAt = new ConcurrentHashMap<>();

    private final ServiceLists lists = new ServiceLists(LISTS_BYTES_MAX);
    private volatile long resetAt = -1;
    private final Map<ServiceKey, LinkedHashSet<Subscriber>> subscribers = new HashMap<>();
    private final Set<ServiceKey> dirty = new LinkedHashSet<>();

    public Services(NacosTree tree) {
        this.tree = tree;
        tree.listen(this);
    }

    public Service get(ServiceKey key) {
        Service cached = cache.get(key);
        long since = Math.max(resetAt, changedAt.getOrDefault(key, -1L));
        if (cached != null && cached.viewZxid() >= since) {
            return cached;
        }
        Service read = Service.read(tree.view(), key);
        if (read.exists()) {
            cache.put(key, read);
        } else {
            cache.remove(key);
        }
        return read;
    }

    /// What HTTP and UDP have of a service: the name is grouped.
    ///
    /// @param clusters comma list, blank for all; it is in the answer as it came
    /// @return JSON in UTF-8, not to be modified
    public byte[] overHttp(Service service, String clusters, boolean healthyOnly) {
        return lists.get(
                new ServiceLists.Key(service.key(), true, clusters, healthyOnly),
                service,
                () -> Json.bytes(ServiceJson.overHttp(service, clusters, healthyOnly)));
    }

    /// As {@link #overHttp}, as gRPC has it: the name is plain.
    public byte[] overGrpc(Service service, String clusters, boolean healthyOnly) {
        return lists.get(
                new ServiceLists.Key(service.key(), false, clusters, healthyOnly),
                service,
                () -> Json.bytes(ServiceJson.overGrpc(service, clusters, healthyOnly)));
    }

    /// Names of a group's services, sorted.
    public List<String> names(String namespace, String group) {
        return tree.view().children(Layout.path(Layout.NAMING, namespace, group)).stream()
                .map(Names::decode)
                .toList();
    }

    /// Groups of a namespace, sorted.
    public List<String> groups(String namespace) {
        return tree.view().children(Layout.path(Layout.NAMING, namespace)).stream()
                .map(Names::decode)
                .toList();
    }

    /// Services whose group and name contain these texts, in which stars do not matter.
    public List<Service> named(String namespace, String group, String name) {
        var all = new ArrayList<Service>();
        for (String eachGroup : groups(namespace)) {
            for (String each : names(namespace, eachGroup)) {
                if (eachGroup.contains(group.replace("*", ""))
                        && each.contains(name.replace("*", ""))) {
                    all.add(get(new ServiceKey(namespace, eachGroup, each)));
                }
            }
        }
        return all;
    }

    /// Namespaces that had a service, sorted.
    public List<String> namespaces() {
        return tree.view().children(Layout.NAMING).stream().map(Names::decode).toList();
    }

    // ---- subscriptions, on the door's thread

    public void subscribe(ServiceKey key, Subscriber subscriber) {
        subscribers.computeIfAbsent(key, k -> new LinkedHashSet<>(2)).add(subscriber);
    }

    public void unsubscribe(ServiceKey key, Subscriber subscriber) {
        LinkedHashSet<Subscriber> all = subscribers.get(key);
        if (all != null && all.remove(subscriber) && all.isEmpty()) {
            subscribers.remove(key);
        }
    }

    public List<Subscriber> subscribersOf(ServiceKey key) {
        LinkedHashSet<Subscriber> all = subscribers.get(key);
        return all == null ? List.of() : List.copyOf(all);
    }

    /// Who is told of what.
    public Map<ServiceKey, List<Subscriber>> subscribers() {
        var all = new HashMap<ServiceKey, List<Subscriber>>();
        subscribers.forEach((key, each) -> all.put(key, List.copyOf(each)));
        return all;
    }

    public int subscriberCount() {
        return subscribers.values().stream().mapToInt(Set::size).sum();
    }

    @Override
    public void onReset(View view) {
        resetAt = view.zxid();
        markDirty(new ArrayList<>(subscribers.keySet()));
    }

    @Override
    public void onChanged(View view, Collection<String> paths) {
        var keys = new LinkedHashSet<ServiceKey>();
        for (String path : paths) {
            ServiceKey key = keyOf(path);
            if (key != null) {
                keys.add(key);
            }
        }
        for (ServiceKey key : keys) {
            changedAt.put(key, view.zxid());
        }
        keys.retainAll(subscribers.keySet());
        markDirty(keys);
    }

    private static @Nullable ServiceKey keyOf(String path) {
        if (Layout.isWithin(Layout.NAMING, path)) {
            return ServiceKey.ofPath(Layout.NAMING, path);
        }
        if (Layout.isWithin(Layout.NAMING_META, path)) {
            return ServiceKey.ofPath(Layout.NAMING_META, path);
        }
        return null;
    }

    private void markDirty(Collection<ServiceKey> keys) {
        if (keys.isEmpty()) {
            return;
        }
        boolean scheduled = !dirty.isEmpty();
        dirty.addAll(keys);
        if (!scheduled) {
            tree.thread().schedule(this::push, GATHER_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void push() {
        List<ServiceKey> due = List.copyOf(dirty);
        dirty.clear();
        for (ServiceKey key : due) {
            List<Subscriber> to = subscribersOf(key);
            if (!to.isEmpty()) {
                Service now = get(key);
                to.forEach(each -> each.onChange(now));
            }
        }
    }
}
