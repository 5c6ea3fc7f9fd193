package io.banyan.nacos.naming;

import io.banyan.nacos.config.ConfigKey;
import io.banyan.nacos.config.Invalid;
import io.banyan.nacos.config.Limits;
import io.banyan.nacos.tree.Layout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which service.
///
/// @param namespace canonical
public record ServiceKey(String namespace, String group, String name) {
    public static final String DEFAULT_GROUP = "DEFAULT_GROUP";

    private static final String SEPARATOR = "@@";
    private static final int NAME_MAX = 512;
    private static final int GROUP_MAX = 128;

    /// @param serviceName plain, or `GROUP@@NAME`
    /// @param groupName counts for a plain name
    /// @throws Invalid if it cannot be a service's name
    public static ServiceKey of(
            @Nullable String namespace, @Nullable String groupName, @Nullable String serviceName) {
        if (serviceName == null || serviceName.isBlank()) {
            throw new Invalid("Required parameter 'serviceName' is not present or empty");
        }
        int at = serviceName.indexOf(SEPARATOR);
        String group =
                at >= 0
                        ? serviceName.substring(0, at)
                        : groupName == null || groupName.isBlank() ? DEFAULT_GROUP : groupName;
        String name = at >= 0 ? serviceName.substring(at + SEPARATOR.length()) : serviceName;
        if (name.isBlank()
                || name.length() > NAME_MAX
                || name.contains(SEPARATOR)
                || name.chars().anyMatch(Character::isWhitespace)) {
            throw new Invalid("invalid serviceName: " + serviceName);
        }
        if (group.isBlank()
                || group.length() > GROUP_MAX
                || group.chars().anyMatch(Character::isWhitespace)) {
            throw new Invalid("invalid groupName: " + group);
        }
        Limits.namespace(namespace);
        return new ServiceKey(ConfigKey.namespace(namespace), group, name);
    }

    /// `GROUP@@NAME`.
    public String grouped() {
        return group + SEPARATOR + name;
    }

    String path() {
        return Layout.path(Layout.NAMING, namespace, group, name);
    }

    String overridesPath() {
        return Layout.path(Layout.NAMING_META, namespace, group, name);
    }

    /// The service that a path below a root belongs to.
    static @Nullable ServiceKey ofPath(String root, String path) {
        List<String> names = Layout.names(root, path);
        return names.size() < 3 ? null : new ServiceKey(names.get(0), names.get(1), names.get(2));
    }
}
