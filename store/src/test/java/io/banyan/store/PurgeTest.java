package io.banyan.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PurgeTest {
    private static final StoreConfig PLAIN = StoreConfig.DEFAULT.withPreAllocBytes(0);

    @TempDir Path dir;
    private Disk disk;

    @BeforeEach
    void open() throws IOException {
        disk = FileDisk.open(dir, dir, true);
        Logs.snapshot(disk, PLAIN, 0);
        for (long zxid = 1; zxid < 10; zxid += 2) {
            Logs.write(disk, PLAIN, 10, zxid, zxid + 1);
        }
        for (long zxid : new long[] {2, 5, 6, 9}) {
            Logs.snapshot(disk, PLAIN, zxid);
        }
    }

    @AfterEach
    void close() throws IOException {
        disk.close();
    }

    @Test
    void theNewestSnapshotsAndTheLogBehindTheOldestOfThemAreKept() throws IOException {
        var deleted = new Purge(disk, PLAIN).run(3);

        assertThat(deleted).containsExactly("snapshot.0", "snapshot.2", "log.1", "log.3");
        // Log 5 holds zxid 6, which snapshot 5 needs.
        assertThat(disk.list(Disk.Folder.LOG))
                .containsExactly(
                        "log.5", "log.7", "log.9", "snapshot.5", "snapshot.6", "snapshot.9");
        assertThat(Logs.read(disk, 6)).containsExactly(6L, 7L, 8L, 9L, 10L);
    }

    @Test
    void aDamagedSnapshotDoesNotCount() throws IOException {
        Path newest = dir.resolve("version-2/snapshot.9");
        byte[] bytes = Files.readAllBytes(newest);
        bytes[50] ^= 1;
        Files.write(newest, bytes);

        new Purge(disk, PLAIN).run(3);

        assertThat(SnapshotFiles.names(disk))
                .containsExactly("snapshot.2", "snapshot.5", "snapshot.6", "snapshot.9");
        var told = new ArrayList<Long>();
        assertThat(Recovered.run(disk, told).lastZxid()).isEqualTo(10);
    }

    @Test
    void withTooFewSnapshotsNothingIsDeleted() throws IOException {
        assertThat(new Purge(disk, PLAIN).run(6)).isEmpty();
        assertThat(disk.list(Disk.Folder.LOG)).hasSize(10);
    }

    @Test
    void theOperatorsKeysDecide() {
        assertThat(Purge.Policy.DEFAULT).isEqualTo(new Purge.Policy(true, 3, 0));
        assertThat(Purge.Policy.everyHours(0, 3).enabled()).isFalse();
        assertThat(Purge.Policy.everyHours(2, 1)).isEqualTo(new Purge.Policy(true, 3, 7_200_000));
    }
}
