package io.banyan.nacos.tree;

import java.util.List;

/// Where the door keeps what, the one place that knows it.
///
/// | path | kind | data |
/// | --- | --- | --- |
/// | `/nacos/ns/NS` | persistent | JSON: shown name, description |
/// | `/nacos/config/NS/GROUP/DATAID` | persistent | the content, raw |
/// | `/nacos/config-meta/NS/GROUP/DATAID` | persistent | JSON: type, description, tags, ... |
/// | `/nacos/config-gray/NS/GROUP/DATAID/NAME` | persistent | JSON line, then the content |
/// | `/nacos/config-history/NS/GROUP/DATAID/SEQ` | persistent | JSON line, then the content |
/// | `/nacos/naming/NS/GROUP/SERVICE` | container | JSON: threshold, metadata; empty if never set |
/// | `/nacos/naming/NS/GROUP/SERVICE/CLUSTER` | container | JSON: health checker |
/// | `.../CLUSTER/IP:PORT` | ephemeral or persistent | JSON: an instance |
/// | `/nacos/prober` | ephemeral | which server looks after persistent instances |
/// | `/nacos/naming-meta/NS/GROUP/SERVICE/CLUSTER/IP:PORT` | persistent | JSON: an override |
///
/// Components are encoded by {@link Names}. `NS` is canonical: `public` for the default.
public final class Layout {
    public static final String ROOT = "/nacos";
    public static final String NAMESPACES = ROOT + "/ns";
    public static final String CONFIG = ROOT + "/config";
    public static final String CONFIG_META = ROOT + "/config-meta";
    public static final String CONFIG_GRAY = ROOT + "/config-gray";
    public static final String CONFIG_HISTORY = ROOT + "/config-history";
    public static final String NAMING = ROOT + "/naming";
    public static final String NAMING_META = ROOT + "/naming-meta";
    public static final String AUTH = ROOT + "/auth";

    /// Who has it looks after the persistent instances. Outside what clients see as theirs.
    public static final String PROBER = ROOT + "/prober";

    /// What the door has to be told of: everything that its indexes are made of or that is shown
    /// for itself. A server on which nothing else happens learns of a change by its events only.
    static final List<String> WATCHED =
            List.of(CONFIG, CONFIG_META, CONFIG_GRAY, NAMING, NAMING_META, NAMESPACES, PROBER);

    private Layout() {}

    public static String path(String root, String... names) {
        var path = new StringBuilder(root);
        for (String each : names) {
            path.append('/').append(Names.encode(each));
        }
        return path.toString();
    }

    /// The names behind a root.
    ///
    /// @return decoded; empty for the root itself
    public static List<String> names(String root, String path) {
        if (path.length() <= root.length()) {
            return List.of();
        }
        return List.of(path.substring(root.length() + 1).split("/", -1)).stream()
                .map(Names::decode)
                .toList();
    }

    /// Whether a path is a root or below it.
    public static boolean isWithin(String root, String path) {
        return path.startsWith(root)
                && (path.length() == root.length() || path.charAt(root.length()) == '/');
    }

    static String parent(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }

    static int depth(String path) {
        return (int) path.chars().filter(c -> c == '/').count();
    }
}
