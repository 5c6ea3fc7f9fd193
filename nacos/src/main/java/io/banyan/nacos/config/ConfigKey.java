package io.banyan.nacos.config;

import io.banyan.nacos.tree.Layout;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Which configuration.
///
/// @param namespace canonical, see {@link #namespace(String)}
public record ConfigKey(String namespace, String group, String dataId) {
    public static final String PUBLIC = "public";

    /// The one spelling of a namespace: absent, empty, `null` and `public` are the same one.
    public static String namespace(@Nullable String written) {
        if (written == null || written.isBlank()) {
            return PUBLIC;
        }
        String lower = written.toLowerCase(Locale.ROOT);
        return lower.equals(PUBLIC) || lower.equals("null") ? PUBLIC : written;
    }

    public static ConfigKey of(@Nullable String namespace, String group, String dataId) {
        return new ConfigKey(namespace(namespace), group, dataId);
    }

    /// The namespace as 1.x and 2.x write it: empty for the default one.
    public String tenant() {
        return namespace.equals(PUBLIC) ? "" : namespace;
    }

    String contentPath() {
        return Layout.path(Layout.CONFIG, namespace, group, dataId);
    }

    String metaPath() {
        return Layout.path(Layout.CONFIG_META, namespace, group, dataId);
    }

    String grayPath() {
        return Layout.path(Layout.CONFIG_GRAY, namespace, group, dataId);
    }

    String historyPath() {
        return Layout.path(Layout.CONFIG_HISTORY, namespace, group, dataId);
    }

    /// The configuration that a path below a root belongs to.
    static @Nullable ConfigKey ofPath(String root, String path) {
        List<String> names = Layout.names(root, path);
        return names.size() < 3 ? null : new ConfigKey(names.get(0), names.get(1), names.get(2));
    }
}
