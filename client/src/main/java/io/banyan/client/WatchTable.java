package io.banyan.client;

import io.banyan.wire.ErrorCode;
import io.banyan.wire.OpCode;
import io.banyan.wire.SetWatches;
import io.banyan.wire.WatcherEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who watches what, by the server's paths. Confined to the network thread.
///
/// A server forgets the watches of a connection with the connection; this table does not, and says
/// by {@link #rearming} what is to be told to the next server.
final class WatchTable {
    /// A watcher that is to be told something.
    record Told(Watcher watcher, WatchEvent event) {}

    private static final class ByPath {
        final Map<String, Set<Watcher>> watchers = new HashMap<>();

        void add(String path, Watcher watcher) {
            watchers.computeIfAbsent(path, p -> new LinkedHashSet<>()).add(watcher);
        }

        void collect(String path, Set<Watcher> into) {
            Set<Watcher> found = watchers.get(path);
            if (found != null) {
                into.addAll(found);
            }
        }

        void take(String path, Set<Watcher> into) {
            Set<Watcher> found = watchers.remove(path);
            if (found != null) {
                into.addAll(found);
            }
        }

        int count() {
            return watchers.values().stream().mapToInt(Set::size).sum();
        }
    }

    private final Chroot chroot;
    private final ByPath data = new ByPath();

    /// Left by `exists` of what was not there.
    private final ByPath absent = new ByPath();

    private final ByPath children = new ByPath();
    private final ByPath persistent = new ByPath();
    private final ByPath recursive = new ByPath();

    /// addWatches that are on their way, by mode and path: until their answer is there nobody may
    /// tell the server to drop that watch.
    private final Map<String, Integer> arriving = new HashMap<>();

    WatchTable(Chroot chroot) {
        this.chroot = chroot;
    }

    int count() {
        return data.count()
                + absent.count()
                + children.count()
                + persistent.count()
                + recursive.count();
    }

    /// A request will be sent that may add a watch.
    void announced(Request<?> request) {
        if (request.watching instanceof Request.Watching.Lasting lasting) {
            arriving.merge(key(lasting.mode(), request.serverPath), 1, Integer::sum);
        }
    }

    /// It will have no answer that anybody hears, or its answer was taken care of.
    void settled(Request<?> request) {
        if (request.watching instanceof Request.Watching.Lasting lasting) {
            arriving.computeIfPresent(
                    key(lasting.mode(), request.serverPath), (k, n) -> n == 1 ? null : n - 1);
        }
    }

    private static String key(WatchMode mode, String path) {
        return mode + path;
    }

    /// Notes the watch of a request that has its answer.
    ///
    /// @param code of the answer: what is missing is watched only by `exists`
    void answered(Request<?> request, int code, List<Told> out) {
        if (request.watching instanceof Request.Watching.OneShot oneShot) {
            ByPath table = oneShotTable(request.opcode, code);
            if (table != null) {
                table.add(request.serverPath, oneShot.watcher());
            }
        } else if (request.watching instanceof Request.Watching.Lasting lasting) {
            if (code == ErrorCode.OK) {
                lasting(lasting.mode()).add(request.serverPath, lasting.watcher());
            }
        } else if (request.watching instanceof Request.Watching.Removal removal) {
            // Without such a watch at the server ours would wait for ever.
            if (code == ErrorCode.OK || code == ErrorCode.NO_WATCHER) {
                remove(request.serverPath, removal.kind(), out);
            }
        }
    }

    private @Nullable ByPath oneShotTable(int opcode, int code) {
        if (code == ErrorCode.OK) {
            return opcode == OpCode.GET_CHILDREN2 ? children : data;
        }
        return code == ErrorCode.NO_NODE && opcode == OpCode.EXISTS ? absent : null;
    }

    private ByPath lasting(WatchMode mode) {
        return switch (mode) {
            case PERSISTENT -> persistent;
            case RECURSIVE -> recursive;
        };
    }

    private void remove(String path, WatchKind kind, List<Told> out) {
        var gone = new LinkedHashSet<Watcher>();
        if (kind == WatchKind.DATA || kind == WatchKind.ANY) {
            data.take(path, gone);
            absent.take(path, gone);
        }
        if (kind == WatchKind.CHILDREN || kind == WatchKind.ANY) {
            children.take(path, gone);
        }
        if (kind == WatchKind.PERSISTENT || kind == WatchKind.ANY) {
            persistent.take(path, gone);
        }
        if (kind == WatchKind.RECURSIVE || kind == WatchKind.ANY) {
            recursive.take(path, gone);
        }
        tell(gone, new WatchEvent(WatchEvent.Type.REMOVED, chroot.toClient(path), -1), out);
    }

    /// One watcher goes.
    ///
    /// @return whether it was the last there, so that the server can be told
    boolean drop(String path, WatchMode mode, Watcher watcher) {
        ByPath table = lasting(mode);
        Set<Watcher> there = table.watchers.get(path);
        if (there == null || !there.remove(watcher) || !there.isEmpty()) {
            return false;
        }
        table.watchers.remove(path);
        return !arriving.containsKey(key(mode, path));
    }

    /// Everyone who is to hear of this event, each once.
    void fired(WatcherEvent event, long zxid, List<Told> out) {
        String path = event.path();
        var told = new LinkedHashSet<Watcher>();
        WatchEvent.Type type;
        switch (event.type()) {
            case WatcherEvent.NODE_CREATED -> {
                type = WatchEvent.Type.CREATED;
                takeData(path, told);
            }
            case WatcherEvent.NODE_DATA_CHANGED -> {
                type = WatchEvent.Type.DATA_CHANGED;
                takeData(path, told);
            }
            case WatcherEvent.NODE_DELETED -> {
                type = WatchEvent.Type.DELETED;
                takeData(path, told);
                children.take(path, told);
            }
            case WatcherEvent.NODE_CHILDREN_CHANGED -> {
                type = WatchEvent.Type.CHILDREN_CHANGED;
                children.take(path, told);
                persistent.collect(path, told);
            }
            default -> {
                // Servers have no others; a newer one's are none of what was asked for.
                return;
            }
        }
        tell(told, new WatchEvent(type, chroot.toClient(path), zxid), out);
    }

    private void takeData(String path, Set<Watcher> told) {
        data.take(path, told);
        absent.take(path, told);
        persistent.collect(path, told);
        if (!recursive.watchers.isEmpty()) {
            for (String above = path; ; above = Paths.parent(above)) {
                recursive.collect(above, told);
                if (above.length() == 1) {
                    break;
                }
            }
        }
    }

    private static void tell(Set<Watcher> watchers, WatchEvent event, List<Told> out) {
        for (Watcher each : watchers) {
            out.add(new Told(each, event));
        }
    }

    /// After a reconnect, when the server has all of {@link #rearming}.
    void resynced(List<Told> out) {
        tellEach(persistent, WatchEvent.Type.RESYNC, out);
        tellEach(recursive, WatchEvent.Type.RESYNC, out);
    }

    /// The end of all watches.
    void lost(List<Told> out) {
        for (ByPath table : List.of(data, absent, children, persistent, recursive)) {
            tellEach(table, WatchEvent.Type.LOST, out);
            table.watchers.clear();
        }
    }

    private void tellEach(ByPath table, WatchEvent.Type type, List<Told> out) {
        table.watchers.forEach((path, watchers) ->
                tell(watchers, new WatchEvent(type, chroot.toClient(path), -1), out));
    }

    /// What a new server must be told, in parts none of which is longer than `partBytesMax` (unless
    /// one path is).
    ///
    /// @param zxid what this client has seen: the server tells at once what changed after it
    List<SetWatches> rearming(long zxid, int partBytesMax) {
        var parts = new Parts(zxid, partBytesMax);
        data.watchers.keySet().forEach(path -> parts.add(0, path));
        absent.watchers.keySet().forEach(path -> parts.add(1, path));
        children.watchers.keySet().forEach(path -> parts.add(2, path));
        persistent.watchers.keySet().forEach(path -> parts.add(3, path));
        recursive.watchers.keySet().forEach(path -> parts.add(4, path));
        return parts.finish();
    }

    private static final class Parts {
        private static final int LISTS = 5;

        /// Header, zxid and five counts; each path has four bytes of length before it.
        private static final int FIXED_BYTES = 40;

        private static final int LENGTH_BYTES = 4;

        private final long zxid;
        private final int bytesMax;
        private final List<SetWatches> parts = new ArrayList<>();
        private List<List<String>> open = empty();
        private int bytes = FIXED_BYTES;

        Parts(long zxid, int bytesMax) {
            this.zxid = zxid;
            this.bytesMax = bytesMax;
        }

        void add(int list, String path) {
            // Three bytes a character is the most that UTF-8 takes of those that paths may have.
            int size = LENGTH_BYTES + 3 * path.length();
            if (bytes + size > bytesMax) {
                close();
            }
            open.get(list).add(path);
            bytes += size;
        }

        List<SetWatches> finish() {
            close();
            return parts;
        }

        private void close() {
            if (bytes == FIXED_BYTES) {
                return;
            }
            parts.add(
                    new SetWatches(
                            zxid, open.get(0), open.get(1), open.get(2), open.get(3), open.get(4)));
            open = empty();
            bytes = FIXED_BYTES;
        }

        private static List<List<String>> empty() {
            var lists = new ArrayList<List<String>>();
            for (int i = 0; i < LISTS; i++) {
                lists.add(new ArrayList<>());
            }
            return lists;
        }
    }
}
