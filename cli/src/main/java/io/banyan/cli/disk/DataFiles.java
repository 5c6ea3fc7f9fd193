package io.banyan.cli.disk;

import io.banyan.cli.command.Trouble;
import io.banyan.store.Disk;
import io.banyan.store.FileDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Files of one kind, found from what a person named.
///
/// @param folder that holds them
/// @param names in rising order of zxid
record DataFiles(Path folder, List<String> names) {
    private static final String VERSION_FOLDER = "version-2";

    /// Logs or snapshots.
    enum Kind {
        LOG("log."),
        SNAPSHOT("snapshot.");

        private final String prefix;

        Kind(String prefix) {
            this.prefix = prefix;
        }

        /// @return -1 if it is no such file
        long zxidOf(String name) {
            if (!name.startsWith(prefix)) {
                return -1;
            }
            String rest = name.substring(prefix.length());
            int dot = rest.indexOf('.');
            try {
                return Long.parseUnsignedLong(dot < 0 ? rest : rest.substring(0, dot), 16);
            } catch (NumberFormatException e) {
                // Something else that begins so.
                return -1;
            }
        }
    }

    /// @throws Trouble if there is nothing of the kind
    static List<DataFiles> find(Kind kind, List<String> words) throws IOException {
        var found = new ArrayList<DataFiles>();
        for (String word : words.isEmpty() ? List.of(defaultFolder()) : words) {
            found.add(find(kind, Path.of(word)));
        }
        return found;
    }

    private static String defaultFolder() {
        String set = System.getenv("BANYAN_DATA_DIR");
        return set == null || set.isEmpty() ? "data" : set;
    }

    private static DataFiles find(Kind kind, Path path) throws IOException {
        if (Files.isRegularFile(path)) {
            Path folder = path.toAbsolutePath().getParent();
            String name = path.getFileName().toString();
            if (kind.zxidOf(name) < 0) {
                throw Trouble.local(path + ": not named " + kind.prefix + "ZXID");
            }
            return new DataFiles(folder == null ? Path.of("/") : folder, List.of(name));
        }
        if (!Files.isDirectory(path)) {
            throw Trouble.local(path + ": no such file or directory");
        }
        Path inner = path.resolve(VERSION_FOLDER);
        Path folder = Files.isDirectory(inner) ? inner : path;
        List<String> names;
        try (Disk disk = FileDisk.openUnlocked(folder)) {
            names =
                    disk.list(Disk.Folder.LOG).stream()
                            .filter(name -> kind.zxidOf(name) >= 0 && !name.endsWith(".tmp"))
                            .sorted(java.util.Comparator.comparingLong(kind::zxidOf))
                            .toList();
        }
        if (names.isEmpty()) {
            throw Trouble.local(folder + ": no file named " + kind.prefix + "ZXID");
        }
        return new DataFiles(folder, names);
    }
}
