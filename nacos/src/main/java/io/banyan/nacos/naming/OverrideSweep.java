package io.banyan.nacos.naming;

import io.banyan.nacos.tree.Layout;
import io.banyan.nacos.tree.NacosTree;
import io.banyan.nacos.tree.TreeListener;
import io.banyan.nacos.tree.View;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Forgets what operators changed of an instance once that is gone for long enough.
///
/// An override outlives its instance for a while, so that a provider that restarts finds it again.
/// Every server sweeps; the first one's transaction leaves the others nothing to do. Confined to
/// the door's thread.
public final class OverrideSweep implements TreeListener {
    private static final Logger LOG = LoggerFactory.getLogger(OverrideSweep.class);

    /// Names behind the root: namespace, group, service, cluster, address.
    private static final int DEPTH = 5;

    private static final int SCAN_MILLIS_MAX = 5_000;

    private final Registry registry;
    private final LongSupplier nanos;
    private final long keepNanos;

    /// Since when the instance of an override is not there, by what is behind the root.
    private final Map<List<String>, Long> goneSince = new LinkedHashMap<>();

    private OverrideSweep(Registry registry, LongSupplier nanos, int keepMillis) {
        this.registry = registry;
        this.nanos = nanos;
        keepNanos = TimeUnit.MILLISECONDS.toNanos(keepMillis);
    }

    /// Looks from now on, until the door's thread ends.
    ///
    /// @param nanos monotonic
    /// @param keepMillis how long an override outlives its instance
    public static void start(
            NacosTree tree, Registry registry, LongSupplier nanos, int keepMillis) {
        var made = new OverrideSweep(registry, nanos, keepMillis);
        tree.listen(made);
        int scanMillis = Math.clamp(keepMillis, 1, SCAN_MILLIS_MAX);
        tree.thread()
                .scheduleAtFixedRate(made::scan, scanMillis, scanMillis, TimeUnit.MILLISECONDS);
    }

    /// A server that begins to look gives everybody the whole time.
    @Override
    public void onReset(View view) {
        goneSince.clear();
        view.eachBelow(Layout.NAMING_META, DEPTH, names -> note(view, names));
    }

    @Override
    public void onChanged(View view, Collection<String> paths) {
        for (String path : paths) {
            for (String root : List.of(Layout.NAMING, Layout.NAMING_META)) {
                List<String> names =
                        Layout.isWithin(root, path) ? Layout.names(root, path) : List.of();
                if (names.size() == DEPTH) {
                    note(view, names);
                }
            }
        }
    }

    private void note(View view, List<String> names) {
        if (view.exists(path(Layout.NAMING_META, names))
                && !view.exists(path(Layout.NAMING, names))) {
            goneSince.putIfAbsent(names, nanos.getAsLong());
        } else {
            goneSince.remove(names);
        }
    }

    private static String path(String root, List<String> names) {
        return Layout.path(root, names.toArray(String[]::new));
    }

    private void scan() {
        long now = nanos.getAsLong();
        goneSince.forEach((names, since) -> {
            if (now - since >= keepNanos) {
                var key = new ServiceKey(names.get(0), names.get(1), names.get(2));
                registry.forgetOverride(key, names.get(3), names.get(4))
                        .exceptionally(failure -> {
                            // Without a leader, for instance: the next scan tries again.
                            LOG.debug(
                                    "an override stays for now reason=\"{}\"", failure.toString());
                            return false;
                        });
            }
        });
    }
}
