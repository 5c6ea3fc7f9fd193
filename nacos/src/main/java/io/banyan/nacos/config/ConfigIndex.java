package io.banyan.nacos.config;

import io.banyan.nacos.tree.Layout;
import io.banyan.nacos.tree.Names;
import io.banyan.nacos.tree.Node;
import io.banyan.nacos.tree.TreeListener;
import io.banyan.nacos.tree.View;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The MD5 of every configuration, and who waits for another one.
///
/// Maintained by the tree's changes. {@link #md5} may be asked on any thread; everything else
/// happens on the door's thread.
public final class ConfigIndex implements TreeListener {
    private static final List<String> ROOTS = List.of(Layout.CONFIG, Layout.CONFIG_GRAY);

    private final Map<ConfigKey, Indexed> entries = new ConcurrentHashMap<>();
    private final Map<ConfigKey, LinkedHashSet<ConfigWatcher>> watchers = new HashMap<>();
    private int watcherCount;

    /// Of what a viewer is given; {@link Md5#NONE} if that is nothing.
    public String md5(ConfigKey key, Viewer viewer) {
        return entry(key).md5For(viewer);
    }

    Indexed entry(ConfigKey key) {
        return entries.getOrDefault(key, Indexed.ABSENT);
    }

    /// Configurations there are.
    public int size() {
        return entries.size();
    }

    public int watcherCount() {
        return watcherCount;
    }

    /// From now on the watcher is told; it has to compare after this call, not before.
    public void watch(ConfigWatcher watcher) {
        if (watchers.computeIfAbsent(watcher.key(), k -> new LinkedHashSet<>(2)).add(watcher)) {
            watcherCount++;
        }
    }

    public void unwatch(ConfigWatcher watcher) {
        LinkedHashSet<ConfigWatcher> all = watchers.get(watcher.key());
        if (all != null && all.remove(watcher)) {
            watcherCount--;
            if (all.isEmpty()) {
                watchers.remove(watcher.key());
            }
        }
    }

    /// Who watches a configuration.
    public List<ConfigWatcher> watchersOf(ConfigKey key) {
        LinkedHashSet<ConfigWatcher> all = watchers.get(key);
        return all == null ? List.of() : List.copyOf(all);
    }

    /// What the clients at an address watch.
    public List<ConfigWatcher> watchersAt(String ip) {
        return watchers.values().stream()
                .flatMap(Collection::stream)
                .filter(each -> each.viewer().ip().equals(ip))
                .toList();
    }

    @Override
    public void onReset(View view) {
        var keys = new HashSet<ConfigKey>(entries.keySet());
        for (String root : ROOTS) {
            for (String ns : view.children(root)) {
                for (String group : view.children(root + "/" + ns)) {
                    for (String dataId : view.children(root + "/" + ns + "/" + group)) {
                        keys.add(
                                new ConfigKey(
                                        Names.decode(ns),
                                        Names.decode(group),
                                        Names.decode(dataId)));
                    }
                }
            }
        }
        keys.forEach(key -> refresh(view, key));
    }

    @Override
    public void onChanged(View view, Collection<String> paths) {
        var keys = new LinkedHashSet<ConfigKey>();
        for (String path : paths) {
            for (String root : ROOTS) {
                ConfigKey key = Layout.isWithin(root, path) ? ConfigKey.ofPath(root, path) : null;
                if (key != null) {
                    keys.add(key);
                }
            }
        }
        keys.forEach(key -> refresh(view, key));
    }

    private void refresh(View view, ConfigKey key) {
        Indexed before = entry(key);
        Indexed now = read(view, key, before);
        if (now.equals(before)) {
            return;
        }
        if (now.equals(Indexed.ABSENT)) {
            entries.remove(key);
        } else {
            entries.put(key, now);
        }
        LinkedHashSet<ConfigWatcher> waiting = watchers.get(key);
        boolean plain = before.grays().isEmpty() && now.grays().isEmpty();
        if (waiting == null || (plain && before.md5().equals(now.md5()))) {
            return;
        }
        for (ConfigWatcher each : List.copyOf(waiting)) {
            each.onChange(now.md5For(each.viewer()));
        }
    }

    private static Indexed read(View view, ConfigKey key, Indexed before) {
        Node node = view.node(key.contentPath());
        List<Gray> grays = grays(view, key);
        if (node == null) {
            return grays.isEmpty() ? Indexed.ABSENT : new Indexed(Md5.NONE, 0, grays);
        }
        long mzxid = node.stat().mzxid();
        String md5 = mzxid == before.mzxid() ? before.md5() : Md5.of(node.data());
        return new Indexed(md5, mzxid, grays);
    }

    private static List<Gray> grays(View view, ConfigKey key) {
        String path = key.grayPath();
        if (view.childCount(path) == 0) {
            return List.of();
        }
        var all = new ArrayList<Gray>();
        for (String name : view.children(path)) {
            Node node = view.node(path + "/" + name);
            Gray gray = node == null ? null : Gray.read(node.data());
            if (gray != null) {
                all.add(gray);
            }
        }
        // "beta" sorts before every "tag_...", which is the precedence.
        all.sort(Comparator.comparing(Gray::name));
        return List.copyOf(all);
    }
}
