package io.banyan.nacos.importer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.banyan.nacos.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/// What Nacos's console exports: a zip file with an entry `GROUP/DATAID` for each configuration of
/// one namespace, and, since 2.0, `.metadata.yml` with what else is known of them.
final class NacosArchive {
    private static final String METADATA = ".metadata.yml";

    /// Of one entry; no server takes more.
    private static final int ENTRY_BYTES_MAX = 64 << 20;

    private static final int ENTRIES_MAX = 1_000_000;

    private NacosArchive() {}

    /// Told of one configuration after the other.
    interface Reader {
        /// @param config as Nacos's search shows one
        void read(ObjectNode config) throws IOException, InterruptedException;
    }

    /// @throws IOException if it cannot be read or is none
    static void read(Path file, Reader reader) throws IOException, InterruptedException {
        try (var zip = new ZipFile(file.toFile())) {
            if (zip.size() > ENTRIES_MAX) {
                throw new ZipException("over " + ENTRIES_MAX + " entries");
            }
            Map<String, Map<String, String>> known = metadata(zip);
            int configs = 0;
            for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
                ZipEntry each = all.nextElement();
                String name = each.getName();
                int slash = name.indexOf('/');
                if (each.isDirectory() || slash <= 0 || slash == name.length() - 1) {
                    continue;
                }
                ObjectNode config =
                        Json.object()
                                .put("group", name.substring(0, slash))
                                .put("dataId", name.substring(slash + 1))
                                .put("content", text(zip, each));
                known.getOrDefault(name, Map.of()).forEach(config::put);
                if (!config.has("type")) {
                    config.put("type", name.substring(name.lastIndexOf('.') + 1));
                }
                reader.read(config);
                configs++;
            }
            if (configs == 0) {
                throw new ZipException("no entry is named GROUP/DATAID: not an export of Nacos");
            }
        }
    }

    private static String text(ZipFile zip, ZipEntry entry) throws IOException {
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = in.readNBytes(ENTRY_BYTES_MAX + 1);
            if (bytes.length > ENTRY_BYTES_MAX) {
                throw new ZipException(entry.getName() + " is over " + ENTRY_BYTES_MAX + " bytes");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /// @return by name of the entry: type, appName, desc
    private static Map<String, Map<String, String>> metadata(ZipFile zip) throws IOException {
        ZipEntry entry = zip.getEntry(METADATA);
        return entry == null ? Map.of() : metadata(text(zip, entry));
    }

    /// A list of objects with a text for each key, which is all of YAML that Nacos writes there.
    static Map<String, Map<String, String>> metadata(String yaml) {
        List<Map<String, String>> items = new ArrayList<>();
        for (String line : yaml.lines().toList()) {
            String text = line.strip();
            if (text.startsWith("- ")) {
                items.add(new HashMap<>());
                text = text.substring(2).strip();
            }
            int colon = text.indexOf(':');
            String value = colon < 0 ? null : unquoted(text.substring(colon + 1).strip());
            if (!items.isEmpty() && value != null && !value.isEmpty()) {
                items.getLast().put(text.substring(0, colon), value);
            }
        }
        var byName = new HashMap<String, Map<String, String>>();
        for (Map<String, String> each : items) {
            var kept = new HashMap<>(each);
            kept.keySet().retainAll(List.of("type", "appName", "desc"));
            byName.put(each.get("group") + "/" + each.get("dataId"), kept);
        }
        return byName;
    }

    private static @Nullable String unquoted(String value) {
        if (value.equals("null")) {
            return null;
        }
        boolean quoted = value.length() > 1 && value.matches("(?s)'.*'|\".*\"");
        return quoted ? value.substring(1, value.length() - 1).replace("''", "'") : value;
    }
}
