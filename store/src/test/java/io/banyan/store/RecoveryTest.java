package io.banyan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.store.Recovery.Rules;
import io.banyan.store.Recovery.Start;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryTest {
    private static final StoreConfig PLAIN = StoreConfig.DEFAULT.withPreAllocBytes(0);
    private static final Rules NO_AUTOCREATE = new Rules(false, false);

    @TempDir Path dir;
    private final List<Long> told = new ArrayList<>();

    @Test
    void anEmptyDirectoryIsAFreshDatabase() throws IOException {
        try (Disk disk = open()) {
            Recovery.Result result = Recovered.run(disk, told);

            assertThat(result.start()).isEqualTo(Start.FRESH);
            assertThat(result.lastZxid()).isZero();
        }
    }

    @Test
    void withoutAutocreateAnEmptyDirectoryNeedsTheMarker() throws IOException {
        try (Disk disk = open()) {
            Recovery.Result without = Recovered.run(disk, NO_AUTOCREATE, told);
            assertThat(without.start()).isEqualTo(Start.UNINITIALIZED);
            assertThat(without.lastZxid()).isEqualTo(-1);

            Files.createFile(dir.resolve("initialize"));
            assertThat(Recovered.run(disk, NO_AUTOCREATE, told).start()).isEqualTo(Start.FRESH);
            // Until the first snapshot is durable, a crash must not lose the permission.
            assertThat(dir.resolve("initialize")).exists();
            Recovery.created(disk);
            assertThat(dir.resolve("initialize")).doesNotExist();
        }
    }

    @Test
    void logsWithoutASnapshotAreRefusedUnlessTheEmptyStartIsTrusted() throws IOException {
        try (Disk disk = open()) {
            Logs.write(disk, PLAIN, 10, 1, 2);

            assertThatThrownBy(() -> Recovered.run(disk, told))
                    .isInstanceOf(StartRefused.class)
                    .hasMessageContaining("zookeeper.snapshot.trust.empty=true");

            Recovery.Result result = Recovered.run(disk, new Rules(true, true), told);
            assertThat(result.start()).isEqualTo(Start.LOG_ONLY);
            assertThat(told).containsExactly(1L, 2L);
        }
    }

    @Test
    void replayBeginsBehindTheNewestSnapshot() throws IOException {
        try (Disk disk = open()) {
            Logs.snapshot(disk, PLAIN, 0);
            Logs.write(disk, PLAIN, 10, 1, 2, 3, 4);
            Logs.snapshot(disk, PLAIN, 2);

            Recovery.Result result = Recovered.run(disk, told);

            assertThat(result.start()).isEqualTo(Start.SNAPSHOT);
            assertThat(result.lastZxid()).isEqualTo(4);
            assertThat(told).containsExactly(3L, 4L);
        }
    }

    @Test
    void aDamagedSnapshotIsReplacedByAnOlderOneIfTheLogMakesUpForIt() throws IOException {
        try (Disk disk = open()) {
            Logs.snapshot(disk, PLAIN, 0);
            Logs.write(disk, PLAIN, 10, 1, 2, 3);
            Logs.snapshot(disk, PLAIN, 2);
            flip("snapshot.2", 40);

            Recovery.Result result = Recovered.run(disk, told);

            assertThat(told).containsExactly(1L, 2L, 3L);
            assertThat(result.invalidSnapshots()).hasSize(1);
            assertThat(result.invalidSnapshots().getFirst()).contains("snapshot.2");
        }
    }

    @Test
    void aDamagedSnapshotWhoseZxidTheLogDoesNotReachIsALoss() throws IOException {
        try (Disk disk = open()) {
            Logs.snapshot(disk, PLAIN, 0);
            Logs.write(disk, PLAIN, 10, 1, 2, 3);
            Logs.snapshot(disk, PLAIN, 9);
            flip("snapshot.9", 40);

            assertThatThrownBy(() -> Recovered.run(disk, told))
                    .isInstanceOf(StartRefused.class)
                    .hasMessageContaining("end at 0x3, before its zxid 0x9");
        }
    }

    @Test
    void onlyDamagedSnapshotsAreRefusedWithTheirReasons() throws IOException {
        try (Disk disk = open()) {
            Logs.snapshot(disk, PLAIN, 5);
            flip("snapshot.5", 40);

            assertThatThrownBy(() -> Recovered.run(disk, told))
                    .isInstanceOf(StartRefused.class)
                    .hasMessageContaining("no snapshot of this server is valid")
                    .hasMessageContaining("snapshot.5 at offset");
        }
    }

    @Test
    void aHalfWrittenFirstSnapshotIsBegunAnewAndALaterOneIsNot() throws IOException {
        try (Disk disk = open()) {
            Files.write(dir.resolve("version-2/snapshot.0"), new byte[100]);
            assertThat(Recovered.run(disk, told).start()).isEqualTo(Start.FRESH);

            Files.write(dir.resolve("version-2/snapshot.7"), new byte[100]);
            assertThatThrownBy(() -> Recovered.run(disk, told))
                    .isInstanceOf(StartRefused.class)
                    .hasMessageContaining("this server had data");
        }
    }

    @Test
    void aHalfWrittenNewerSnapshotOfZooKeeperIsPassedOver() throws IOException {
        try (Disk disk = open()) {
            Logs.snapshot(disk, PLAIN, 0);
            Logs.write(disk, PLAIN, 10, 1, 2);
            Files.write(dir.resolve("version-2/snapshot.9"), new byte[100]);

            assertThat(Recovered.run(disk, told).lastZxid()).isEqualTo(2);
        }
    }

    @Test
    void temporaryFilesAreRemovedAndForeignOnesLeftAlone() throws IOException {
        try (Disk disk = open()) {
            Logs.snapshot(disk, PLAIN, 0);
            Files.write(dir.resolve("version-2/snapshot.5.tmp"), new byte[100]);
            Files.write(dir.resolve("version-2/banyan-snapshot.6.tmp"), new byte[100]);
            Files.write(dir.resolve("version-2/currentEpoch.tmp"), new byte[1]);

            Recovered.run(disk, told);

            assertThat(disk.list(Disk.Folder.SNAP))
                    .containsExactly("currentEpoch.tmp", "snapshot.0");
        }
    }

    @Test
    void filesInEachOthersDirectoryAreRefused() throws IOException {
        Path logDir = Files.createDirectories(dir.resolve("logs"));
        try (Disk disk = FileDisk.open(dir, logDir, true)) {
            Path stray = dir.resolve("version-2/log.1");
            Files.createFile(stray);
            assertThatThrownBy(() -> Recovered.run(disk, told))
                    .isInstanceOf(StartRefused.class)
                    .hasMessageContaining("version-2/log.1 lies in the directory of dataDir");

            Files.delete(stray);
            Files.createFile(logDir.resolve("version-2/snapshot.0"));
            assertThatThrownBy(() -> Recovered.run(disk, told))
                    .isInstanceOf(StartRefused.class)
                    .hasMessageContaining("snapshot.0 lies in the directory of dataLogDir");
        }
    }

    @Test
    void anEmptyLastLogIsRemovedSoThatItsNameIsFree() throws IOException {
        try (Disk disk = open()) {
            Logs.snapshot(disk, PLAIN, 0);
            Logs.write(disk, PLAIN, 10, 1, 2);
            Files.createFile(dir.resolve("version-2/log.3"));

            assertThat(Recovered.run(disk, told).lastZxid()).isEqualTo(2);

            Logs.write(disk, PLAIN, 10, 3);
            assertThat(Logs.read(disk, 1)).containsExactly(1L, 2L, 3L);
        }
    }

    @Test
    void twoServersOnOneDirectoryAreRefused() throws IOException {
        try (Disk disk = open()) {
            assertThat(disk.list(Disk.Folder.LOG)).isEmpty();
            assertThatThrownBy(this::open)
                    .isInstanceOf(StartRefused.class)
                    .hasMessageContaining("another server uses " + dir);
        }
        open().close();
    }

    @Test
    void aMissingDirectoryIsRefusedWithoutAutocreate() {
        Path missing = dir.resolve("missing");
        assertThatThrownBy(() -> FileDisk.open(missing, missing, false))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining(missing + " is missing");
    }

    @Test
    void myidIsTheNumberInItsFirstLine() throws IOException {
        try (Disk disk = open()) {
            assertThat(MyId.read(disk)).isEmpty();
            Files.writeString(dir.resolve("myid"), " 12 \n");
            assertThat(MyId.read(disk)).hasValue(12);
            Files.writeString(dir.resolve("myid"), "twelve");
            assertThatThrownBy(() -> MyId.read(disk))
                    .isInstanceOf(StartRefused.class)
                    .hasMessageContaining("holds \"twelve\"");
        }
    }

    private Disk open() throws IOException {
        return FileDisk.open(dir, dir, true);
    }

    private void flip(String name, int offset) throws IOException {
        Path file = dir.resolve("version-2").resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        bytes[offset] ^= 4;
        Files.write(file, bytes);
    }
}
