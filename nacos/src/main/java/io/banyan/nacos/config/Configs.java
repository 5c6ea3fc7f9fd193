package io.banyan.nacos.config;

import io.banyan.nacos.json.Json;
import io.banyan.nacos.tree.Layout;
import io.banyan.nacos.tree.NacosTree;
import io.banyan.nacos.tree.Names;
import io.banyan.nacos.tree.Node;
import io.banyan.nacos.tree.Ops;
import io.banyan.nacos.tree.Plan;
import io.banyan.nacos.tree.View;
import io.banyan.wire.Stat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Reads and writes configurations: the front door of this package. Thread-safe.
///
/// Reads look at the newest view the door has. A write is one transaction, with its history in it.
public final class Configs {
    /// Records of one configuration; so many more may gather before they are cut back to this.
    private static final int HISTORY_MAX = 32;

    private static final int HISTORY_SLACK = 8;
    private static final long HISTORY_MILLIS_MAX = 30L * 24 * 3_600_000;

    private final NacosTree tree;
    private final ConfigIndex index;
    private final LongPolls polls;

    public Configs(NacosTree tree) {
        this.tree = tree;
        index = new ConfigIndex();
        polls = new LongPolls(index, tree.thread());
        tree.listen(index);
    }

    public ConfigIndex index() {
        return index;
    }

    public LongPolls polls() {
        return polls;
    }

    // ---- writes

    /// Publishes to everybody, or to some.
    public CompletableFuture<Published> publish(Publication what) {
        return tree.transact(view -> what.isGray() ? planGray(view, what) : plan(view, what));
    }

    private Plan<Published> plan(View view, Publication what) {
        ConfigKey key = what.key();
        String path = key.contentPath();
        Node now = view.node(path);
        if (now != null && what.casMd5() != null && !Md5.of(now.data()).equals(what.casMd5())) {
            return new Plan.Refuse<>(Published.CHANGED_MEANWHILE);
        }
        Ops ops = tree.ops(view);
        if (now == null) {
            ops.create(path, what.content());
        } else {
            // The version that was compared, so that the leader compares it again.
            boolean cas = what.casMd5() != null;
            ops.setData(path, what.content(), cas ? now.stat().version() : Ops.ANY);
        }
        Meta before = meta(view, key);
        Meta meta = now == null ? what.meta() : what.meta().over(before);
        ops.put(key.metaPath(), Json.bytes(meta));
        byte[] old = now == null ? what.content() : now.data();
        record(
                ops,
                key,
                now == null ? "I" : "U",
                now == null ? meta : before,
                old,
                what.meta(),
                null);
        return new Plan.Change<>(ops.list(), Published.DONE);
    }

    private Plan<Published> planGray(View view, Publication what) {
        ConfigKey key = what.key();
        String path = key.grayPath() + "/" + Names.encode(what.grayName());
        Node now = view.node(path);
        if (now != null && what.casMd5() != null) {
            Gray gray = Gray.read(now.data());
            if (gray == null || !gray.md5().equals(what.casMd5())) {
                return new Plan.Refuse<>(Published.CHANGED_MEANWHILE);
            }
        }
        if (now == null && view.childCount(key.grayPath()) >= Gray.COUNT_MAX) {
            return new Plan.Refuse<>(Published.TOO_MANY_GRAYS);
        }
        Meta meta = what.meta();
        byte[] data =
                new Gray(
                                what.grayName(),
                                what.grayExpression(),
                                Md5.of(what.content()),
                                meta.encryptedDataKey(),
                                meta.srcUser())
                        .write(what.content());
        Ops ops = tree.ops(view);
        if (now == null) {
            ops.create(path, data);
        } else {
            ops.setData(path, data, what.casMd5() == null ? Ops.ANY : now.stat().version());
        }
        byte[] old = now == null ? what.content() : Json.afterLine(now.data());
        record(ops, key, now == null ? "I" : "U", meta, old, meta, what.grayName());
        return new Plan.Change<>(ops.list(), Published.DONE);
    }

    /// Deletes the formal content, or one gray version.
    ///
    /// @param grayName null for the formal content
    /// @param by who asks: its srcUser and srcIp
    /// @return whether there was anything
    public CompletableFuture<Boolean> remove(ConfigKey key, @Nullable String grayName, Meta by) {
        return tree.transact(view -> {
            String path =
                    grayName == null
                            ? key.contentPath()
                            : key.grayPath() + "/" + Names.encode(grayName);
            Node now = view.node(path);
            if (now == null) {
                return new Plan.Refuse<>(false);
            }
            Ops ops = tree.ops(view);
            ops.delete(path);
            Meta meta = meta(view, key);
            if (grayName == null) {
                ops.deleteIfThere(key.metaPath());
            }
            byte[] old = grayName == null ? now.data() : Json.afterLine(now.data());
            record(ops, key, "D", meta, old, by, grayName);
            return new Plan.Change<>(ops.list(), true);
        });
    }

    /// Says something else about a configuration; its content stays, and nobody is woken.
    ///
    /// @param desc null to leave it as it is
    /// @param tags null to leave them as they are
    /// @return whether there is such a configuration
    public CompletableFuture<Boolean> describe(
            ConfigKey key, @Nullable String desc, @Nullable String tags) {
        return tree.transact(view -> {
            if (!view.exists(key.contentPath())) {
                return new Plan.Refuse<>(false);
            }
            Ops ops = tree.ops(view);
            ops.put(key.metaPath(), Json.bytes(meta(view, key).described(desc, tags)));
            return new Plan.Change<>(ops.list(), true);
        });
    }

    private void record(
            Ops ops,
            ConfigKey key,
            String op,
            Meta of,
            byte[] content,
            Meta by,
            @Nullable String grayName) {
        String path = key.historyPath();
        var record =
                new History(
                        0,
                        key,
                        op,
                        Md5.of(content),
                        of.appName(),
                        by.srcUser(),
                        by.srcIp(),
                        grayName,
                        of.encryptedDataKey(),
                        of.type(),
                        content,
                        0,
                        0);
        ops.createSequential(path + "/", record.write());
        trim(ops, path);
    }

    private static void trim(Ops ops, String path) {
        View view = ops.view();
        if (view.childCount(path) < HISTORY_MAX + HISTORY_SLACK) {
            return;
        }
        List<String> names = view.children(path);
        for (String each : names.subList(0, names.size() - HISTORY_MAX + 1)) {
            ops.delete(path + "/" + each);
        }
    }

    // ---- reads

    /// What a viewer is given.
    ///
    /// @param onlyTag this tag's version and no other; null for whatever fits
    public @Nullable Found query(ConfigKey key, Viewer viewer, @Nullable String onlyTag) {
        View view = tree.view();
        Gray gray = null;
        if (onlyTag != null) {
            gray = gray(view, key, Gray.TAG + onlyTag);
            if (gray == null) {
                return null;
            }
        } else {
            gray = index.entry(key).grayFor(viewer);
        }
        return gray == null ? formal(view, key) : ofGray(view, key, gray);
    }

    /// The formal content.
    public @Nullable Found formal(ConfigKey key) {
        return formal(tree.view(), key);
    }

    /// The version for some addresses.
    public @Nullable Found beta(ConfigKey key) {
        View view = tree.view();
        Gray gray = gray(view, key, Gray.BETA);
        return gray == null ? null : ofGray(view, key, gray);
    }

    private @Nullable Found formal(View view, ConfigKey key) {
        Node node = view.node(key.contentPath());
        if (node == null) {
            return null;
        }
        Indexed entry = index.entry(key);
        String md5 = entry.mzxid() == node.stat().mzxid() ? entry.md5() : Md5.of(node.data());
        return new Found(key, node.data(), md5, meta(view, key), node.stat(), null);
    }

    private static @Nullable Gray gray(View view, ConfigKey key, String name) {
        Node node = view.node(key.grayPath() + "/" + Names.encode(name));
        return node == null ? null : Gray.read(node.data());
    }

    private static @Nullable Found ofGray(View view, ConfigKey key, Gray gray) {
        Node node = view.node(key.grayPath() + "/" + Names.encode(gray.name()));
        return node == null
                ? null
                : new Found(
                        key,
                        Json.afterLine(node.data()),
                        gray.md5(),
                        meta(view, key),
                        node.stat(),
                        gray);
    }

    private static Meta meta(View view, ConfigKey key) {
        Node node = view.node(key.metaPath());
        return node == null ? Meta.NONE : Meta.read(node.data());
    }

    /// One page of the configurations that fit, by group and dataId.
    public Page<Found> search(Search search, int pageNumber, int pageSize) {
        View view = tree.view();
        var keys = new ArrayList<ConfigKey>();
        String root = Layout.path(Layout.CONFIG, search.namespace());
        for (String group : view.children(root)) {
            String groupName = Names.decode(group);
            if (!search.fits(groupName, search.group())) {
                continue;
            }
            for (String dataId : view.children(root + "/" + group)) {
                String name = Names.decode(dataId);
                if (search.fits(name, search.dataId())) {
                    keys.add(new ConfigKey(search.namespace(), groupName, name));
                }
            }
        }
        if (search.isByMeta()) {
            keys.removeIf(key -> {
                Found found = formal(view, key);
                return found == null || !search.fits(found);
            });
        }
        Page<ConfigKey> page = Page.of(keys, pageNumber, pageSize);
        var found = new ArrayList<Found>();
        for (ConfigKey key : page.items()) {
            Found each = formal(view, key);
            if (each != null) {
                found.add(each);
            }
        }
        return new Page<>(found, page.number(), page.totalCount(), page.pagesAvailable());
    }

    /// Configurations of a namespace.
    public int count(String namespace) {
        View view = tree.view();
        String root = Layout.path(Layout.CONFIG, namespace);
        return view.children(root).stream()
                .mapToInt(group -> view.childCount(root + "/" + group))
                .sum();
    }

    /// The configuration that a console names by its number.
    ///
    /// @return null if there is none
    public @Nullable Found byId(long id) {
        View view = tree.view();
        for (String ns : view.children(Layout.CONFIG)) {
            for (String group : view.children(Layout.CONFIG + "/" + ns)) {
                String path = Layout.CONFIG + "/" + ns + "/" + group;
                for (String dataId : view.children(path)) {
                    Stat stat = view.stat(path + "/" + dataId);
                    if (stat != null && stat.czxid() == id) {
                        return formal(
                                view,
                                new ConfigKey(
                                        Names.decode(ns),
                                        Names.decode(group),
                                        Names.decode(dataId)));
                    }
                }
            }
        }
        return null;
    }

    /// What was done to a configuration, the newest first.
    public List<History> history(ConfigKey key) {
        View view = tree.view();
        String path = key.historyPath();
        var all = new ArrayList<History>();
        for (String name : view.children(path)) {
            Node node = view.node(path + "/" + name);
            History record = node == null ? null : History.read(key, node);
            if (record != null) {
                all.add(record);
            }
        }
        long newest = all.stream().mapToLong(History::atMillis).max().orElse(0);
        // Measured from the newest record: no clock of ours decides what is shown.
        all.removeIf(each -> each.atMillis() < newest - HISTORY_MILLIS_MAX);
        all.sort(Comparator.comparingLong(History::id).reversed());
        return all;
    }
}
