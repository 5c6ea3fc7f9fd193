package io.banyan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.wire.Acl;
import io.banyan.wire.StatPersisted;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SnapshotTest {
    @TempDir Path dir;
    private Disk disk;

    @BeforeEach
    void open() throws IOException {
        disk = FileDisk.open(dir, dir, true);
    }

    @AfterEach
    void close() throws IOException {
        disk.close();
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void whatWasWrittenIsReadBack(Compression compression) throws IOException {
        var config = StoreConfig.DEFAULT.withCompression(compression);
        byte[] big = new byte[1_000_000];
        Arrays.fill(big, (byte) 'x');

        long bytes;
        try (var writer = SnapshotWriter.create(disk, config, 0xabc)) {
            writer.session(-5, 4000);
            writer.session(6, 40_000);
            writer.acl(1, Acl.READ_ONLY);
            writer.acl(2, List.of());
            node(writer, "", new byte[0], -1);
            node(writer, "/a", null, 1);
            node(writer, "/a/" + "long".repeat(20_000), big, 2);
            bytes = writer.finish(new ZxidDigest(0xabc, 2, -77));
        }

        String name = "snapshot.abc" + compression.suffix();
        assertThat(disk.list(Disk.Folder.SNAP)).containsExactly(name);
        assertThat(Files.size(dir.resolve("version-2").resolve(name))).isEqualTo(bytes);
        var notes = new Golden.Notes();
        Snapshot read = SnapshotFiles.read(disk, config, name, notes);
        assertThat(read.zxid()).isEqualTo(0xabc);
        assertThat(read.lastZxid()).isEqualTo(0xabc);
        assertThat(read.digest()).isEqualTo(new ZxidDigest(0xabc, 2, -77));
        assertThat(notes.sessions).containsOnly(Map.entry(6L, 40_000), Map.entry(-5L, 4000));
        assertThat(notes.nodes).hasSize(3);
        assertThat(notes.nodes.get("/a")).startsWith("node /a -1 ").contains("[1,s{'world");
        assertThat(SnapshotFiles.looksComplete(disk, name)).isTrue();
    }

    @Test
    void everyFlippedByteAndEveryCutIsNoticed() throws IOException {
        Logs.snapshot(disk, StoreConfig.DEFAULT, 1);
        Path file = dir.resolve("version-2/snapshot.1");
        byte[] good = Files.readAllBytes(file);
        // The version and the dbid of the header are not checked by ZooKeeper, but sealed.
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 0x10;
            Files.write(file, bad);
            assertInvalid("byte " + i);
        }
        for (int length = 0; length < good.length; length++) {
            boolean wholeBlocks = length == good.length - 21 || length == good.length - 54;
            if (!wholeBlocks) {
                Files.write(file, Arrays.copyOf(good, length));
                assertInvalid("cut at " + length);
            }
        }
    }

    @Test
    void trailersMayBeAbsent() throws IOException {
        Logs.snapshot(disk, StoreConfig.DEFAULT, 1);
        Path file = dir.resolve("version-2/snapshot.1");
        byte[] good = Files.readAllBytes(file);

        Files.write(file, Arrays.copyOf(good, good.length - 21));
        Snapshot of38 = read("snapshot.1");
        assertThat(of38.lastZxid()).isEqualTo(-1);
        assertThat(of38.digest()).isNotNull();

        Files.write(file, Arrays.copyOf(good, good.length - 54));
        assertThat(read("snapshot.1").digest()).isNull();

        var d = StoreConfig.DEFAULT;
        var noDigest = new StoreConfig(0, true, 0, d.entryBytesMax(), d.compression(), false, true);
        Logs.snapshot(disk, noDigest, 2);
        Snapshot zxidOnly = read("snapshot.2");
        assertThat(zxidOnly.digest()).isNull();
        assertThat(zxidOnly.lastZxid()).isEqualTo(2);
    }

    @Test
    void aSnapshotThatIsNotFinishedLeavesNothing() throws IOException {
        try (var writer = SnapshotWriter.create(disk, StoreConfig.DEFAULT, 1)) {
            node(writer, "", new byte[0], -1);
        }

        assertThat(disk.list(Disk.Folder.SNAP)).isEmpty();
    }

    @Test
    void piecesOutOfOrderAreRefused() throws IOException {
        try (var writer = SnapshotWriter.create(disk, StoreConfig.DEFAULT, 1)) {
            node(writer, "", new byte[0], -1);
            assertThatThrownBy(() -> writer.session(1, 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("SESSIONS after NODES");
        }
    }

    private Snapshot read(String name) throws IOException {
        return SnapshotFiles.read(disk, StoreConfig.DEFAULT, name, new Golden.Notes());
    }

    private void assertInvalid(String what) {
        assertThatThrownBy(() -> read("snapshot.1"))
                .as(what)
                .isInstanceOf(CorruptFile.class)
                .hasMessageContaining("snapshot.1");
    }

    private static void node(SnapshotWriter writer, String path, byte[] data, long acl)
            throws IOException {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        writer.node(bytes, bytes.length, data, acl, new StatPersisted(1, 2, 3, 4, 5, 6, 7, 8, 9));
    }
}
