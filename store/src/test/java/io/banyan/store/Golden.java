package io.banyan.store;

import io.banyan.wire.Acl;
import io.banyan.wire.SnapshotSink;
import io.banyan.wire.StatPersisted;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// The golden files of real ZooKeeper servers, and the notation of their `expected.txt`.
final class Golden {
    static final List<String> NAMES = List.of("zk384", "zk395", "zk395-gz", "zk395-snappy");

    private Golden() {}

    static Path folder(String name) {
        try {
            return Path.of(
                    Objects.requireNonNull(Golden.class.getResource("/golden/" + name)).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /// A dataDir with a copy of the files.
    static Path copyTo(Path dataDir, String name) throws IOException {
        Path version2 = Files.createDirectories(dataDir.resolve("version-2"));
        try (var files = Files.list(folder(name))) {
            for (Path file : files.toList()) {
                if (!file.endsWith("expected.txt")) {
                    Files.copy(file, version2.resolve(file.getFileName()));
                }
            }
        }
        return version2;
    }

    static List<String> expected(String name) throws IOException {
        return Files.readAllLines(folder(name).resolve("expected.txt"), StandardCharsets.UTF_8);
    }

    /// Takes what it is told down in the notation of `expected.txt`.
    static final class Notes implements SnapshotSink {
        final Map<Long, Integer> sessions = new TreeMap<>(Long::compareUnsigned);
        final Map<String, String> nodes = new TreeMap<>();
        private final Map<Long, List<Acl>> acls = new HashMap<>(Map.of(-1L, Acl.OPEN));

        @Override
        public void session(long sessionId, int timeoutMillis) {
            sessions.put(sessionId, timeoutMillis);
        }

        @Override
        public void acl(long key, List<Acl> acl) {
            acls.put(key, acl);
        }

        @Override
        public void node(
                byte[] path, int pathEnd, byte @Nullable [] data, long aclKey, StatPersisted s) {
            var text = new String(path, 0, pathEnd, StandardCharsets.UTF_8);
            var crc = new CRC32();
            if (data != null) {
                crc.update(data);
            }
            String acl =
                    acls.getOrDefault(aclKey, List.of()).stream()
                            .map(each ->
                                    each.perms()
                                            + ",s{'"
                                            + each.id().scheme()
                                            + ",'"
                                            + each.id().id()
                                            + "}")
                            .collect(Collectors.joining(",", "[", "]"));
            nodes.put(
                    text,
                    "node %s %d %x %s %d %d %d %d %d %d %d %d %d"
                            .formatted(
                                    text.isEmpty() ? "/" : text,
                                    data == null ? -1 : data.length,
                                    crc.getValue(),
                                    acl,
                                    s.czxid(),
                                    s.mzxid(),
                                    s.ctime(),
                                    s.mtime(),
                                    s.version(),
                                    s.cversion(),
                                    s.aversion(),
                                    s.ephemeralOwner(),
                                    s.pzxid()));
        }

        List<String> lines(Snapshot snapshot) {
            var lines = new ArrayList<String>();
            // ZooKeeper counts the root twice.
            lines.add("snapshot " + snapshot.name() + " " + (snapshot.nodes() + 1));
            sessions.forEach((id, timeout) -> lines.add("session %x %d".formatted(id, timeout)));
            lines.addAll(nodes.values());
            return lines;
        }
    }
}
