package io.banyan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.wire.OpCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Adler32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TxnLogTest {
    private static final StoreConfig PLAIN = StoreConfig.DEFAULT.withPreAllocBytes(0);

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

    @Test
    void nothingIsDurableBeforeASync() throws IOException {
        try (var log = new TxnLog(disk, PLAIN, 0)) {
            log.append(1, Logs.payload(1, 10));
            log.append(2, Logs.payload(2, 10));
            assertThat(log.lastZxid()).isEqualTo(2);
            assertThat(log.durableZxid()).isZero();

            assertThat(log.sync()).isEqualTo(2);
        }

        assertThat(Logs.read(disk, 1)).containsExactly(1L, 2L);
    }

    @Test
    void aZxidThatDoesNotRiseIsRefusedAndTheLogGoesOn() throws IOException {
        try (var log = new TxnLog(disk, PLAIN, 4)) {
            log.append(5, Logs.payload(5, 10));
            assertThatThrownBy(() -> log.append(5, Logs.payload(5, 10)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("0x5 after 0x5");
            log.append(6, Logs.payload(6, 10));
            log.sync();
        }

        assertThat(Logs.read(disk, 5)).containsExactly(5L, 6L);
    }

    @Test
    void aRestartBeginsANewFileAndNeverTouchesTheOldOne() throws IOException {
        Logs.write(disk, PLAIN, 10, 1, 2);
        byte[] before = Files.readAllBytes(dir.resolve("version-2/log.1"));

        Logs.write(disk, PLAIN, 10, 3);

        assertThat(disk.list(Disk.Folder.LOG)).containsExactly("log.1", "log.3");
        assertThat(Files.readAllBytes(dir.resolve("version-2/log.1"))).isEqualTo(before);
        assertThat(Logs.read(disk, 1)).containsExactly(1L, 2L, 3L);
    }

    @Test
    void aFileThatExistsIsNotOverwritten() throws IOException {
        Logs.write(disk, PLAIN, 10, 3);

        try (var log = new TxnLog(disk, PLAIN, 2)) {
            assertThatThrownBy(() -> log.append(3, Logs.payload(3, 10)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("log.3 exists already");
            assertThatThrownBy(log::sync).hasMessageContaining("out of use");
        }
    }

    @Test
    void preallocationGrowsTheFileAheadInStepsAndReadsAsItsEnd() throws IOException {
        var config = StoreConfig.DEFAULT.withPreAllocBytes(64 << 10);

        Logs.write(disk, config, 10, 1);
        assertThat(Files.size(dir.resolve("version-2/log.1"))).isGreaterThanOrEqualTo(64 << 10);

        Logs.write(disk, config, 100_000, 2, 3);
        assertThat(Logs.read(disk, 1)).containsExactly(1L, 2L, 3L);
    }

    @Test
    void countersBeginAgainAtARollAndNotWhenTheFileIsFull() throws IOException {
        var config = PLAIN.withLogBytesMax(500);
        try (var log = new TxnLog(disk, config, 0)) {
            for (long zxid = 1; zxid <= 10; zxid++) {
                log.append(zxid, Logs.payload(zxid, 100));
                log.sync();
            }
            assertThat(log.txnsSinceRoll()).isEqualTo(10);
            assertThat(log.bytesSinceRoll()).isEqualTo(10 * (13 + 32 + 100));

            log.roll();
            assertThat(log.txnsSinceRoll()).isZero();
            assertThat(log.bytesSinceRoll()).isZero();
        }

        assertThat(disk.list(Disk.Folder.LOG)).containsExactly("log.1", "log.5", "log.9");
        assertThat(Logs.read(disk, 1)).hasSize(10);
    }

    @Test
    void aLongBatchIsSyncedInParts() throws IOException {
        try (var log = new TxnLog(disk, PLAIN, 0)) {
            for (long zxid = 1; zxid <= 9; zxid++) {
                log.append(zxid, Logs.payload(zxid, 1 << 20));
            }
            assertThat(log.durableZxid()).isBetween(1L, 8L);
            log.sync();
        }

        assertThat(Logs.read(disk, 1)).hasSize(9);
    }

    @Test
    void truncationKeepsTheEntryItGoesBackTo() throws IOException {
        Logs.snapshot(disk, PLAIN, 0);
        Logs.write(disk, PLAIN, 10, 1, 2, 3);
        Logs.write(disk, PLAIN, 10, 4, 5);
        Logs.snapshot(disk, PLAIN, 4);

        try (var log = new TxnLog(disk, PLAIN, 5)) {
            log.truncate(2);
            assertThat(log.lastZxid()).isEqualTo(2);
            log.append(0x100000001L, Logs.payload(0x100000001L, 10));
            log.sync();
        }

        assertThat(Logs.read(disk, 1)).containsExactly(1L, 2L, 0x100000001L);
        assertThat(SnapshotFiles.names(disk)).containsExactly("snapshot.0");
    }

    @Test
    void truncationToWhatNoSnapshotLeadsToChangesNothing() throws IOException {
        Logs.snapshot(disk, PLAIN, 4);
        Logs.write(disk, PLAIN, 10, 1, 2, 3, 4, 5);

        try (var log = new TxnLog(disk, PLAIN, 5)) {
            assertThatThrownBy(() -> log.truncate(2))
                    .isInstanceOf(CorruptFile.class)
                    .hasMessageContaining("cannot go back to zxid 0x2");
            log.append(6, Logs.payload(6, 10));
            log.sync();
        }

        assertThat(Logs.read(disk, 1)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        assertThat(SnapshotFiles.names(disk)).containsExactly("snapshot.4");
    }

    @Test
    void aTornTailIsTheEndAndIsCutOffDurably() throws IOException {
        Logs.snapshot(disk, PLAIN, 0);
        Logs.write(disk, PLAIN, 1000, 1, 2, 3, 4);
        // The second sector of entry 3 was lost, and those of entry 4 were kept.
        long third = LogFormat.HEADER_BYTES + 2 * 1045;
        edit("log.1", (int) (third + 1024 - third % 512), new byte[512]);

        var told = new ArrayList<Long>();
        Recovery.Result result = Recovered.run(disk, told);

        assertThat(told).containsExactly(1L, 2L);
        assertThat(result.tornBytes()).isEqualTo(2 * 1045);
        assertThat(Files.size(dir.resolve("version-2/log.1"))).isEqualTo(third);
    }

    @Test
    void aFlippedBitInTheMiddleIsAnErrorThatSaysWhereAndWhatToDo() throws IOException {
        Logs.snapshot(disk, PLAIN, 0);
        Logs.write(disk, PLAIN, 1000, 1, 2, 3, 4);
        edit("log.1", LogFormat.HEADER_BYTES + 1045 + 500, new byte[] {127});

        assertThatThrownBy(() -> Logs.read(disk, 1))
                .isInstanceOf(CorruptFile.class)
                .hasMessageContaining("log.1 at offset " + (LogFormat.HEADER_BYTES + 1045))
                .hasMessageContaining("wrong checksum")
                .hasMessageContaining("behind zxid 0x1")
                .hasMessageContaining("restore a backup");
        assertThat(Files.size(dir.resolve("version-2/log.1"))).isEqualTo(16 + 4 * 1045);
    }

    @Test
    void aLostEndMarkInTheMiddleIsAnErrorThoughZooKeeperWouldStopThere() throws IOException {
        Logs.write(disk, PLAIN, 100, 1, 2, 3);
        edit("log.1", LogFormat.HEADER_BYTES + 145 - 1, new byte[] {'C'});

        assertThatThrownBy(() -> Logs.read(disk, 1)).hasMessageContaining("has no end mark");
    }

    @Test
    void aLengthThatLiesAcrossTheEndOfTheFileIsAnErrorIfEntriesFollow() throws IOException {
        Logs.write(disk, PLAIN, 100, 1, 2, 3);
        edit(
                "log.1",
                LogFormat.HEADER_BYTES + 145 + 8,
                ByteBuffer.allocate(4).putInt(90000).array());

        assertThatThrownBy(() -> Logs.read(disk, 1)).hasMessageContaining("ends within an entry");
    }

    @Test
    void zerosFarBeforeTheEndAreNoTornTail() throws IOException {
        try (var log = new TxnLog(disk, PLAIN, 0)) {
            for (long zxid = 1; zxid <= 12; zxid++) {
                log.append(zxid, Logs.payload(zxid, 1 << 20));
                log.sync();
            }
        }
        // All entries behind one batch are damaged but the last: it proves that the sector was
        // synced long ago.
        edit("log.1", 4096, new byte[512]);
        int entry = (1 << 20) + 45;
        for (int i = 1; i < 11; i++) {
            edit("log.1", 16 + i * entry + 600, new byte[] {127});
        }

        assertThatThrownBy(() -> Logs.read(disk, 1)).isInstanceOf(CorruptFile.class);
    }

    @Test
    void aMissingFileInTheMiddleIsAHole() throws IOException {
        Logs.write(disk, PLAIN, 10, 1, 2);
        Logs.write(disk, PLAIN, 10, 3);
        Logs.write(disk, PLAIN, 10, 4);
        disk.delete(Disk.Folder.LOG, "log.3");

        assertThatThrownBy(() -> Logs.read(disk, 1))
                .hasMessageContaining("zxid 0x4 stands behind 0x2")
                .hasMessageContaining("log.4 at offset 16");
    }

    @Test
    void aNewEpochFollowsAnyEntryOfAnOlderOne() throws IOException {
        Logs.write(disk, PLAIN, 10, 1, 2);
        Logs.write(disk, PLAIN, 10, 0x300000001L, 0x300000002L);

        assertThat(Logs.read(disk, 1)).containsExactly(1L, 2L, 0x300000001L, 0x300000002L);
    }

    @Test
    void aFileTornByAnEarlierCrashIsPassedWhenTheNextGoesOnBehindIt() throws IOException {
        Logs.write(disk, PLAIN, 100, 1, 2, 3);
        edit("log.1", 16 + 145 + 50, new byte[] {127});
        Logs.write(disk, PLAIN, 10, 2, 3, 4);

        assertThat(Logs.read(disk, 1)).containsExactly(1L, 2L, 3L, 4L);
    }

    @ParameterizedTest
    @CsvSource({
        "checksum, 7, 1",
        "length negative, 8, 128",
        "length too large, 9, 1",
        "length too small, 11, 128",
        "length one too large, 11, 1",
        "payload, 100, 1",
        "end mark, 144, 1"
    })
    void anEntryThatWasWholeAndRottedIsNotPassedWhenALaterEpochFollows(
            String what, int at, int bits) throws IOException {
        Logs.write(disk, PLAIN, 100, 1, 2, 3);
        int third = LogFormat.HEADER_BYTES + 2 * 145;
        byte was = Files.readAllBytes(dir.resolve("version-2/log.1"))[third + at];
        edit("log.1", third + at, new byte[] {(byte) (was ^ bits)});
        edit("log.1", 1000, new byte[1]); // Padding makes no difference.

        Logs.write(disk, PLAIN, 10, 0x300000001L);

        assertThatThrownBy(() -> Logs.read(disk, 1))
                .describedAs(what)
                .isInstanceOf(CorruptFile.class)
                .hasMessageContaining("log.1 at offset " + third);
    }

    @Test
    void anEntryThatAKilledZooKeeperWroteHalfIsPassedWhenALaterEpochFollows() throws IOException {
        Logs.write(disk, PLAIN, 100, 1, 2, 3);
        edit("log.1", LogFormat.HEADER_BYTES + 2 * 145 + 60, new byte[85]);
        Logs.write(disk, PLAIN, 10, 0x300000001L);

        assertThat(Logs.read(disk, 1)).containsExactly(1L, 2L, 0x300000001L);
    }

    @Test
    void aRefusalLoggedUnderAUsedZxidIsLeftOutAndTheEntryKept() throws IOException {
        Logs.write(disk, PLAIN, 10, 1, 2);
        byte[] refusal = Logs.payload(2, 4, OpCode.ERROR);
        // ZooKeeper begins a file with it; the writer here cannot, so its bytes are put together.
        var bytes = ByteBuffer.allocate(16 + 13 + refusal.length + 13 + 42);
        var adler = new Adler32();
        adler.update(refusal);
        bytes.putInt(LogFormat.MAGIC).putInt(2).putLong(0);
        bytes.putLong(adler.getValue()).putInt(refusal.length).put(refusal).put((byte) 'B');
        byte[] third = Logs.payload(3, 10);
        adler.reset();
        adler.update(third);
        bytes.putLong(adler.getValue()).putInt(third.length).put(third).put((byte) 'B');
        Files.write(dir.resolve("version-2/log.2"), Arrays.copyOf(bytes.array(), bytes.position()));

        assertThat(Logs.read(disk, 1)).containsExactly(1L, 2L, 3L);
        try (var reader = LogReader.from(disk, StoreConfig.DEFAULT, 2)) {
            LogEntry second = reader.next();
            assertThat(second).isNotNull();
            assertThat(second.payload()).isEqualTo(Logs.payload(2, 10));
            assertThat(reader.next()).isNotNull();
            assertThat(reader.next()).isNull();
            assertThat(reader.duplicates()).isEqualTo(1);
        }
    }

    private void edit(String name, int offset, byte[] bytes) throws IOException {
        try (DiskFile file = disk.openForWriting(Disk.Folder.LOG, name)) {
            file.write(ByteBuffer.wrap(bytes), offset);
        }
    }

    @Test
    void imageBecomesTheWholeHistory() throws IOException {
        Logs.snapshot(disk, PLAIN, 1);
        Logs.snapshot(disk, PLAIN, 9);
        try (var log = new TxnLog(disk, PLAIN, 1)) {
            log.append(2, Logs.payload(2, 10));
            log.roll();
            log.append(3, Logs.payload(3, 10));
            log.append(4, Logs.payload(4, 10));
            log.replace(3, sink -> sink.node(new byte[0], 0, new byte[0], -1, Logs.STAT), null);

            assertThat(log.lastZxid()).isEqualTo(3);
            assertThat(log.durableZxid()).isEqualTo(3);
            log.append(4, Logs.payload(4, 20));
            log.sync();
        }

        assertThat(disk.list(Disk.Folder.SNAP)).containsExactly("log.4", "snapshot.3");
        assertThat(Logs.read(disk, 4)).containsExactly(4L);
    }

    @Test
    void stretchOfHistoryIsGivenOnlyWhereNothingCanBeMissing() throws IOException {
        long epoch2 = 2L << 32;
        Logs.write(disk, PLAIN, 10, 5, 6, 7, epoch2 + 1, epoch2 + 2);

        assertThat(stretch(6, epoch2 + 1)).containsExactly(7L, epoch2 + 1);
        assertThat(stretch(7, 7)).isEmpty();
        // What came before the first entry is not known; and 8 may have been before epoch 2.
        assertThat(stretch(4, 6)).isNull();
        assertThat(stretch(8, epoch2 + 2)).isNull();
        assertThat(stretch(5, 9)).isNull();
        assertThat(stretch(5, epoch2 + 3)).isNull();
        assertThat(LogReader.stretch(disk, PLAIN, 5, 7, 20)).isNull();
    }

    private @Nullable List<Long> stretch(long after, long upTo) throws IOException {
        List<LogEntry> entries = LogReader.stretch(disk, PLAIN, after, upTo, 1000);
        return entries == null ? null : entries.stream().map(LogEntry::zxid).toList();
    }
}
