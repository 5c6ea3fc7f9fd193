package io.banyan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.wire.Zxid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochFilesTest {
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
    void missingFilesAreMadeFromTheHistory() throws IOException {
        var epochs = EpochFiles.open(disk, Zxid.of(5, 9));

        assertThat(epochs.acceptedEpoch()).isEqualTo(5);
        assertThat(epochs.currentEpoch()).isEqualTo(5);
        assertThat(dir.resolve("version-2/acceptedEpoch")).hasContent("5");
        assertThat(dir.resolve("version-2/currentEpoch")).hasContent("5");
    }

    @Test
    void whatWasSavedIsReadAgain() throws IOException {
        var epochs = EpochFiles.open(disk, -1);
        epochs.saveAcceptedEpoch(3);
        epochs.saveCurrentEpoch(2);

        var again = EpochFiles.open(disk, Zxid.of(2, 1));

        assertThat(again.acceptedEpoch()).isEqualTo(3);
        assertThat(again.currentEpoch()).isEqualTo(2);
        assertThat(disk.list(Disk.Folder.SNAP)).containsExactly("acceptedEpoch", "currentEpoch");
    }

    @Test
    void aHistoryAheadOfTheEpochIsACrashIfTheEpochWasPromised() throws IOException {
        write("4", "3");

        assertThat(EpochFiles.open(disk, Zxid.of(4, 1)).currentEpoch()).isEqualTo(4);
        assertThat(dir.resolve("version-2/currentEpoch")).hasContent("4");
    }

    @Test
    void aHistoryAheadOfTheEpochIsACrashIfItsTemporaryFileIsThere() throws IOException {
        write("3", "3");
        Files.writeString(dir.resolve("version-2/currentEpoch.tmp"), "4");

        var epochs = EpochFiles.open(disk, Zxid.of(4, 1));

        assertThat(epochs.currentEpoch()).isEqualTo(4);
        assertThat(epochs.acceptedEpoch()).isEqualTo(4);
        assertThat(dir.resolve("version-2/currentEpoch.tmp")).doesNotExist();
    }

    @Test
    void aHistoryAheadOfEveryPromiseIsRefused() throws IOException {
        write("3", "3");

        assertThatThrownBy(() -> EpochFiles.open(disk, Zxid.of(4, 1)))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("says epoch 3, but the log ends with zxid 0x400000001");
    }

    @Test
    void anAcceptedEpochBelowTheCurrentIsRefused() throws IOException {
        write("3", "4");

        assertThatThrownBy(() -> EpochFiles.open(disk, Zxid.of(4, 1)))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("less than the 4 of currentEpoch");
    }

    @Test
    void aFileWithoutANumberIsRefused() throws IOException {
        write("", "4");

        assertThatThrownBy(() -> EpochFiles.open(disk, 0))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("which is no epoch");
    }

    private void write(String accepted, String current) throws IOException {
        Files.writeString(dir.resolve("version-2/acceptedEpoch"), accepted);
        Files.writeString(dir.resolve("version-2/currentEpoch"), current);
    }
}
