package io.banyan.replica;

import io.banyan.tree.Change;
import io.banyan.wire.Acl;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Who of one gateway's connections wants to know of which path.
///
/// Two tables as in ZooKeeper: `data` (watches of exists and getData, and both persistent modes)
/// and `child` (watches of getChildren, and the persistent mode that is not recursive). A
/// connection holds any mix of modes on a path and is told once per trigger. What triggers what is
/// the table in {@link #fire}. A watch belongs to its connection and vanishes with it.
///
/// Confined to the gateway's thread.
final class WatchTable {
    static final int STANDARD = 1;
    static final int PERSISTENT = 2;
    static final int RECURSIVE = 4;
    static final int ANY = STANDARD | PERSISTENT | RECURSIVE;

    static final int NODE_CREATED = 1;
    static final int NODE_DELETED = 2;
    static final int NODE_DATA_CHANGED = 3;
    static final int NODE_CHILDREN_CHANGED = 4;

    /// Receives one event for one connection. The same path bytes come for every watcher of it.
    interface Listener {
        void notify(Connection watcher, int type, byte[] path, int pathEnd, List<Acl> acl);
    }

    /// Everyone who watches one path on one side, in the order in which they came.
    private static final class Watchers {
        final PathKey path;
        final Map<Connection, Integer> modes = new LinkedHashMap<>(2);

        Watchers(PathKey path) {
            this.path = path;
        }
    }

    /// One of the two tables.
    static final class Side {
        private final Map<PathKey, Watchers> byPath = new HashMap<>();
        private final Map<Connection, Set<Watchers>> byConnection = new HashMap<>();
        private final PathKey probe = new PathKey(new byte[0]);
        private int registrations;
        private int recursive;

        void add(Connection watcher, byte[] path, int from, int end, int mode) {
            Watchers of = byPath.get(probe.pointAt(path, from, end));
            if (of == null) {
                of = new Watchers(probe.keep());
                byPath.put(of.path, of);
            }
            int before = of.modes.getOrDefault(watcher, 0);
            of.modes.put(watcher, before | mode);
            if (before == 0) {
                registrations++;
                byConnection.computeIfAbsent(watcher, w -> new LinkedHashSet<>(2)).add(of);
            }
            if ((mode & ~before & RECURSIVE) != 0) {
                recursive++;
            }
        }

        /// The modes that this connection has on this path, 0 for none.
        int modes(Connection watcher, byte[] path, int from, int end) {
            Watchers of = byPath.get(probe.pointAt(path, from, end));
            return of == null ? 0 : of.modes.getOrDefault(watcher, 0);
        }

        /// @return whether there was any of these modes
        boolean remove(Connection watcher, byte[] path, int from, int end, int modes) {
            Watchers of = byPath.get(probe.pointAt(path, from, end));
            int before = of == null ? 0 : of.modes.getOrDefault(watcher, 0);
            if (of == null || (before & modes) == 0) {
                return false;
            }
            if ((before & modes & RECURSIVE) != 0) {
                recursive--;
            }
            int left = before & ~modes;
            if (left != 0) {
                of.modes.put(watcher, left);
            } else {
                of.modes.remove(watcher);
                unregister(watcher, of);
                dropIfEmpty(of);
            }
            return true;
        }

        void removeAll(Connection watcher) {
            Set<Watchers> all = byConnection.remove(watcher);
            if (all == null) {
                return;
            }
            for (Watchers of : all) {
                Integer modes = of.modes.remove(watcher);
                registrations--;
                if (modes != null && (modes & RECURSIVE) != 0) {
                    recursive--;
                }
                dropIfEmpty(of);
            }
        }

        /// Forgets that the watcher, which has no mode left there, watches this path.
        private void unregister(Connection watcher, Watchers of) {
            registrations--;
            Set<Watchers> all = byConnection.get(watcher);
            if (all != null) {
                all.remove(of);
                if (all.isEmpty()) {
                    byConnection.remove(watcher);
                }
            }
        }

        private void dropIfEmpty(Watchers of) {
            if (of.modes.isEmpty()) {
                byPath.remove(of.path);
            }
        }
    }

    final Side data = new Side();
    final Side child = new Side();
    private long triggers;

    void add(Connection watcher, byte[] path, int from, int end, int addWatchMode) {
        if (addWatchMode == RECURSIVE) {
            data.add(watcher, path, from, end, RECURSIVE);
        } else {
            data.add(watcher, path, from, end, PERSISTENT);
            child.add(watcher, path, from, end, PERSISTENT);
        }
    }

    void removeAll(Connection watcher) {
        data.removeAll(watcher);
        child.removeAll(watcher);
    }

    /// Registrations of both tables.
    int count() {
        return data.registrations + child.registrations;
    }

    boolean isEmpty() {
        return data.registrations == 0 && child.registrations == 0;
    }

    /// Tells everyone whom this change concerns:
    ///
    /// | change | data table of the node (and recursive watchers above it) | child table of the node | child table of the parent |
    /// | --- | --- | --- | --- |
    /// | created | NodeCreated | | NodeChildrenChanged |
    /// | deleted | NodeDeleted | NodeDeleted, unless told by the first column | NodeChildrenChanged |
    /// | data changed | NodeDataChanged | | |
    void fire(Change change, Listener to) {
        if (isEmpty()) {
            return;
        }
        byte[] path = change.path();
        switch (change.kind()) {
            case CREATED -> {
                fireData(path, NODE_CREATED, change.acl(), to);
                fireParent(change, to);
            }
            case DELETED -> {
                long trigger = fireData(path, NODE_DELETED, change.acl(), to);
                fireOn(child, path, path.length, NODE_DELETED, change.acl(), trigger, path, to);
                fireParent(change, to);
            }
            case DATA_CHANGED -> fireData(path, NODE_DATA_CHANGED, change.acl(), to);
        }
    }

    private long fireData(byte[] path, int type, List<Acl> acl, Listener to) {
        long trigger = ++triggers;
        fireOn(data, path, path.length, type, acl, trigger, path, to);
        if (data.recursive > 0) {
            for (int end = parentEnd(path, path.length);
                    end >= 0;
                    end = end <= 1 ? -1 : parentEnd(path, end)) {
                fireRecursive(path, end, type, acl, trigger, to);
            }
        }
        return trigger;
    }

    private void fireParent(Change change, Listener to) {
        int end = parentEnd(change.path(), change.path().length);
        if (end < 0) {
            return;
        }
        // A trigger of its own: who was told of the node is still told of its parent.
        byte[] path = change.path();
        fireOn(child, path, end, NODE_CHILDREN_CHANGED, change.parentAcl(), ++triggers, path, to);
    }

    /// Fires everything on exactly the path `bytes[0, end)`, and consumes its standard watches.
    private void fireOn(
            Side side,
            byte[] bytes,
            int end,
            int type,
            List<Acl> acl,
            long trigger,
            byte[] path,
            Listener to) {
        Watchers of = side.byPath.get(side.probe.pointAt(bytes, 0, end));
        if (of == null) {
            return;
        }
        for (var all = of.modes.entrySet().iterator(); all.hasNext(); ) {
            var entry = all.next();
            Connection watcher = entry.getKey();
            int modes = entry.getValue();
            tell(watcher, type, path, end, acl, trigger, to);
            int left = modes & ~STANDARD;
            if (left == 0) {
                all.remove();
                side.unregister(watcher, of);
            } else if (left != modes) {
                entry.setValue(left);
            }
        }
        side.dropIfEmpty(of);
    }

    private void fireRecursive(
            byte[] path, int ancestorEnd, int type, List<Acl> acl, long trigger, Listener to) {
        Watchers of = data.byPath.get(data.probe.pointAt(path, 0, ancestorEnd));
        if (of == null) {
            return;
        }
        for (var entry : of.modes.entrySet()) {
            if ((entry.getValue() & RECURSIVE) != 0) {
                tell(entry.getKey(), type, path, path.length, acl, trigger, to);
            }
        }
    }

    private static void tell(
            Connection watcher,
            int type,
            byte[] path,
            int end,
            List<Acl> acl,
            long trigger,
            Listener to) {
        if (watcher.notifiedByTrigger != trigger) {
            watcher.notifiedByTrigger = trigger;
            to.notify(watcher, type, path, end, acl);
        }
    }

    /// Where the parent's path ends within `path[0, end)`: 1 for children of the root, -1 for the
    /// root itself.
    private static int parentEnd(byte[] path, int end) {
        if (end <= 1) {
            return -1;
        }
        for (int i = end - 1; i >= 0; i--) {
            if (path[i] == '/') {
                return Math.max(i, 1);
            }
        }
        return -1;
    }

    /// For operators: every (path, connection) of the data table.
    void forEachDataWatch(Visitor visitor) {
        data.byPath.forEach(
                (path, of) -> of.modes.keySet().forEach(w -> visitor.watch(path.toString(), w)));
    }

    /// See {@link #forEachDataWatch}.
    interface Visitor {
        void watch(String path, Connection watcher);
    }
}
