package io.banyan.cli.inspect;

import io.banyan.server.config.ServerConfig;
import io.banyan.store.CorruptFile;
import io.banyan.store.Disk;
import io.banyan.store.FileDisk;
import io.banyan.store.LogDump;
import io.banyan.store.SnapshotFiles;
import io.banyan.store.StoreConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/// The directories of a server: there, writable, roomy, quick, and whole.
final class DiskCheck {
    private static final String AREA = "disk";
    private static final long FREE_BYTES_WRONG = 200L << 20;
    private static final long FREE_BYTES_WARN = 2L << 30;
    private static final int SYNCS = 20;
    private static final int BLOCK_BYTES = 4096;
    private static final double SYNC_MILLIS_WARN = 20;
    private static final String VERSION_FOLDER = "version-2";

    private DiskCheck() {}

    static void check(ServerConfig config, boolean isQuick, List<Finding> findings)
            throws IOException {
        Path data = config.storage().dataDir();
        Path logs = config.storage().dataLogDir();
        boolean areOne = data.equals(logs);
        boolean hasLogs = folder(logs, areOne ? "dataDir" : "dataLogDir", findings);
        boolean hasData = areOne ? hasLogs : folder(data, "dataDir", findings);
        myId(config, data, findings);
        if (hasLogs && !isQuick) {
            timeSyncs(logs, findings);
            logs(logs.resolve(VERSION_FOLDER), findings);
        }
        if (hasData && !isQuick) {
            snapshots(data.resolve(VERSION_FOLDER), findings);
        }
    }

    private static boolean folder(Path folder, String key, List<Finding> findings)
            throws IOException {
        String named = key + " " + folder;
        if (!Files.isDirectory(folder)) {
            findings.add(Finding.note(AREA, named + " is not there; the first start makes it"));
            return false;
        }
        if (!Files.isWritable(folder)) {
            findings.add(
                    Finding.wrong(
                            AREA,
                            named + " is not writable for this user",
                            "run this as the server's user, or correct owner and permissions"));
            return false;
        }
        FileStore store = Files.getFileStore(folder);
        long free = store.getUsableSpace();
        String room = named + " has " + size(free) + " free of " + size(store.getTotalSpace());
        if (free < FREE_BYTES_WRONG) {
            findings.add(
                    Finding.wrong(AREA, room, "make room: a server whose log cannot grow stops"));
        } else if (free < FREE_BYTES_WARN) {
            findings.add(Finding.warn(AREA, room, "make room, or purge more often"));
        } else {
            findings.add(Finding.good(AREA, room));
        }
        return true;
    }

    private static String size(long bytes) {
        return bytes < 10L << 30 ? (bytes >> 20) + " MiB" : (bytes >> 30) + " GiB";
    }

    private static void myId(ServerConfig config, Path data, List<Finding> findings) {
        ServerConfig.Ensemble ensemble = config.ensemble();
        if (!ensemble.isEnsemble()) {
            return;
        }
        if (!ensemble.servers().containsKey(ensemble.myId())) {
            findings.add(
                    Finding.wrong(
                            AREA,
                            "myid "
                                    + ensemble.myId()
                                    + " is none of the servers "
                                    + ensemble.servers().keySet().stream().sorted().toList(),
                            "write this server's N of server.N into " + data.resolve("myid")));
        } else {
            findings.add(Finding.good(AREA, "myid is " + ensemble.myId()));
        }
    }

    // ---- speed

    private static void timeSyncs(Path folder, List<Finding> findings) throws IOException {
        Path file = Files.createTempFile(folder, "banyan-doctor-", ".tmp");
        var millis = new double[SYNCS];
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (int i = 0; i < SYNCS; i++) {
                long from = System.nanoTime();
                channel.write(ByteBuffer.allocate(BLOCK_BYTES), 0);
                channel.force(false);
                millis[i] = (System.nanoTime() - from) / 1e6;
            }
        } finally {
            Files.delete(file);
        }
        Arrays.sort(millis);
        double median = millis[SYNCS / 2];
        String what =
                "a sync of the log's disk takes %.1f ms, at most %.1f"
                        .formatted(median, millis[SYNCS - 1]);
        findings.add(
                median > SYNC_MILLIS_WARN
                        ? Finding.warn(
                                AREA,
                                what,
                                "every write waits for one: give dataLogDir a disk of its own,"
                                        + " best one with a cache that survives a power failure")
                        : Finding.good(AREA, what));
    }

    // ---- content

    private static void logs(Path folder, List<Finding> findings) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Disk disk = FileDisk.openUnlocked(folder)) {
            List<String> names =
                    disk.list(Disk.Folder.LOG).stream()
                            .filter(name -> name.matches("log\\.[0-9a-f]+"))
                            .sorted((a, b) -> Long.compareUnsigned(zxid(a), zxid(b)))
                            .toList();
            if (names.isEmpty()) {
                return;
            }
            String name = names.getLast();
            var summary = LogDump.dump(disk, StoreConfig.DEFAULT, name, entry -> {});
            String what = name + " has " + summary.entries() + " transactions";
            if (summary.damaged()) {
                findings.add(
                        Finding.wrong(
                                AREA,
                                name
                                        + " is damaged at "
                                        + summary.offset()
                                        + ": "
                                        + summary.ending(),
                                "the server refuses to start on it: in an ensemble empty its"
                                        + " version-2 and let the others send it all; standalone:"
                                        + " restore a backup"));
            } else if (summary.torn()) {
                findings.add(
                        Finding.note(
                                AREA,
                                what
                                        + " and ends with an unfinished batch, as of a running"
                                        + " server or a crash; the next start cuts it off"));
            } else {
                findings.add(Finding.good(AREA, what));
            }
        }
    }

    private static long zxid(String name) {
        return Long.parseUnsignedLong(name.substring(name.indexOf('.') + 1), 16);
    }

    private static void snapshots(Path folder, List<Finding> findings) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Disk disk = FileDisk.openUnlocked(folder)) {
            List<String> names = SnapshotFiles.names(disk);
            if (names.isEmpty()) {
                findings.add(Finding.note(AREA, "there is no snapshot yet"));
                return;
            }
            String name = names.getLast();
            try {
                var snapshot = SnapshotFiles.verify(disk, StoreConfig.DEFAULT, name);
                findings.add(
                        Finding.good(
                                AREA, name + " is whole, with " + snapshot.nodes() + " znodes"));
            } catch (CorruptFile e) {
                findings.add(
                        Finding.wrong(
                                AREA,
                                String.valueOf(e.getMessage()),
                                "the server falls back to an older one of "
                                        + names.size()
                                        + "; move it away and look at the disk's health"));
            }
        }
    }
}
