package io.banyan.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.wire.Acl;
import io.banyan.wire.JuteReader;
import io.banyan.wire.SnapshotSink;
import io.banyan.wire.StatPersisted;
import io.banyan.wire.TxnHeader;
import io.banyan.wire.Zxid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoldenFilesTest {
    static final List<String> NAMES = Golden.NAMES;

    @TempDir Path dir;

    @ParameterizedTest
    @FieldSource("NAMES")
    void everyEntryThatZooKeeperReadsIsRead(String golden) throws IOException {
        Golden.copyTo(dir, golden);

        var lines = new ArrayList<String>();
        try (Disk disk = FileDisk.open(dir, dir, false);
                var reader = LogReader.from(disk, StoreConfig.DEFAULT, 1)) {
            for (LogEntry entry = reader.next(); entry != null; entry = reader.next()) {
                TxnHeader header = TxnHeader.decode(new JuteReader(entry.payload()));
                lines.add(
                        "txn %x %d %x %d %d"
                                .formatted(
                                        entry.zxid(),
                                        header.type(),
                                        header.clientId(),
                                        header.cxid(),
                                        header.timeMillis()));
            }
        }

        assertThat(lines)
                .isEqualTo(
                        Golden.expected(golden).stream()
                                .filter(line -> line.startsWith("txn "))
                                .toList());
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void everySnapshotIsReadAsZooKeeperReadsIt(String golden) throws IOException {
        Path version2 = Golden.copyTo(dir, golden);

        var lines = new ArrayList<String>();
        try (Disk disk = FileDisk.open(dir, dir, false)) {
            for (String name : disk.list(Disk.Folder.SNAP)) {
                if (name.startsWith("snapshot.")) {
                    var notes = new Golden.Notes();
                    Snapshot snapshot = SnapshotFiles.read(disk, StoreConfig.DEFAULT, name, notes);
                    lines.addAll(notes.lines(snapshot));
                }
            }
        }

        assertThat(version2).isDirectory();
        assertThat(lines)
                .isEqualTo(
                        Golden.expected(golden).stream()
                                .filter(line -> !line.startsWith("txn "))
                                .toList());
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void recoveryEndsWithZooKeepersLastTransaction(String golden) throws IOException {
        Golden.copyTo(dir, golden);

        Recovery.Result result;
        var told = new ArrayList<Long>();
        try (Disk disk = FileDisk.open(dir, dir, false)) {
            result = Recovered.run(disk, told);
        }

        List<String> txns =
                Golden.expected(golden).stream().filter(l -> l.startsWith("txn ")).toList();
        assertThat(result.lastZxid()).isEqualTo(txns.size());
        assertThat(result.snapshot()).isNotNull();
        assertThat(result.invalidSnapshots()).isEmpty();
        assertThat(told).hasSize((int) result.txns()).endsWith(result.lastZxid());
        assertThat(told.getFirst()).isEqualTo(result.snapshot().zxid() + 1);
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void aLogCutAnywhereInItsLastEntryEndsWithTheEntryBefore(String golden) throws IOException {
        Path version2 = Golden.copyTo(dir, golden);
        Path last = lastLog(version2);
        byte[] whole = Files.readAllBytes(last);
        List<LogEntry> entries = entries(last.getFileName().toString());
        LogEntry lastEntry = entries.getLast();

        for (long cut = lastEntry.offset(); cut < lastEntry.end(); cut++) {
            byte[] torn = Arrays.copyOf(whole, (int) cut);
            Files.write(last, torn);
            try (Disk disk = FileDisk.open(dir, dir, false)) {
                var told = new ArrayList<Long>();
                Recovery.Result result = Recovered.run(disk, told);
                assertThat(result.lastZxid()).as("cut at " + cut).isEqualTo(lastEntry.zxid() - 1);
            }
            // The first four bytes of an entry are zeros and cannot be told from padding.
            assertThat(Files.size(last))
                    .as("cut at " + cut)
                    .isBetween(lastEntry.offset(), lastEntry.offset() + 4);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"zk384", "zk395"})
    void whatIsReadIsWrittenByteForByteAsZooKeeperWroteIt(String golden) throws IOException {
        Path version2 = Golden.copyTo(dir, golden);
        try (Disk disk = FileDisk.open(dir, dir, false)) {
            for (String name : SnapshotFiles.names(disk)) {
                byte[] original = Files.readAllBytes(version2.resolve(name));
                var copy = new Copy();
                Snapshot snapshot = SnapshotFiles.read(disk, StoreConfig.DEFAULT, name, copy);
                boolean trailer = snapshot.lastZxid() >= 0;
                var d = StoreConfig.DEFAULT;
                var config =
                        new StoreConfig(
                                0, true, 0, d.entryBytesMax(), d.compression(), true, trailer);

                try (var writer = SnapshotWriter.create(disk, config, snapshot.zxid())) {
                    copy.replay(writer);
                    writer.finish(snapshot.digest());
                }

                byte[] written = Files.readAllBytes(version2.resolve(name));
                if (trailer && snapshot.lastZxid() != snapshot.zxid()) {
                    // Fuzzy: its own trailer names a later zxid, ours is exact.
                    int end = original.length - 21;
                    assertThat(Arrays.copyOf(written, end))
                            .as(name)
                            .isEqualTo(Arrays.copyOf(original, end));
                } else {
                    assertThat(written).as(name).isEqualTo(original);
                }
            }
        }
    }

    @Test
    void theLogOfTheSpecificationIsWhatTheWriterWrites() throws IOException {
        Path version2 = Golden.copyTo(dir, "zk395");
        byte[] original = Files.readAllBytes(version2.resolve("log.1"));
        List<LogEntry> entries = entries("log.1");
        Path ours = Files.createDirectory(dir.resolve("ours"));

        try (Disk disk = FileDisk.open(ours, ours, true);
                var log = new TxnLog(disk, StoreConfig.DEFAULT.withPreAllocBytes(0), 0)) {
            for (LogEntry entry : entries) {
                log.append(entry.zxid(), entry.payload());
            }
            assertThat(log.sync()).isEqualTo(entries.getLast().zxid());
        }

        byte[] written = Files.readAllBytes(ours.resolve("version-2/log.1"));
        assertThat(written).isEqualTo(Arrays.copyOf(original, original.length - 300));
        assertThat(Zxid.hex(entries.getLast().zxid())).isNotEmpty();
    }

    private static Path lastLog(Path version2) throws IOException {
        try (var files = Files.list(version2)) {
            return files.filter(f -> f.getFileName().toString().startsWith("log."))
                    .max(
                            Comparator.comparingLong(
                                    f -> LogFormat.zxidOf(f.getFileName().toString(), "log")))
                    .orElseThrow();
        }
    }

    private List<LogEntry> entries(String file) throws IOException {
        var entries = new ArrayList<LogEntry>();
        try (Disk disk = FileDisk.open(dir, dir, false);
                var reader = LogFileReader.open(disk, StoreConfig.DEFAULT, file)) {
            for (LogEntry entry = reader.next(); entry != null; entry = reader.next()) {
                entries.add(entry);
            }
        }
        return entries;
    }

    /// Keeps a snapshot to tell it again.
    private static final class Copy implements SnapshotSink {
        private interface Piece {
            void tell(SnapshotSink sink) throws IOException;
        }

        private final List<Piece> pieces = new ArrayList<>();

        void replay(SnapshotSink sink) throws IOException {
            for (Piece piece : pieces) {
                piece.tell(sink);
            }
        }

        @Override
        public void session(long sessionId, int timeoutMillis) {
            pieces.add(sink -> sink.session(sessionId, timeoutMillis));
        }

        @Override
        public void acl(long key, List<Acl> acl) {
            pieces.add(sink -> sink.acl(key, acl));
        }

        @Override
        public void node(
                byte[] path, int pathEnd, byte @Nullable [] data, long aclKey, StatPersisted stat) {
            byte[] kept = Arrays.copyOf(path, pathEnd);
            pieces.add(sink -> sink.node(kept, pathEnd, data, aclKey, stat));
        }
    }
}
