package io.banyan.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogDumpTest {
    @TempDir Path dir;

    @Test
    void everyEntryUpToTheDamageIsTold() throws IOException {
        Path file = Golden.copyTo(dir, "zk395").resolve("log.1");
        var zxids = new ArrayList<Long>();
        try (Disk disk = FileDisk.openUnlocked(file.getParent())) {
            LogDump.Summary whole =
                    LogDump.dump(disk, StoreConfig.DEFAULT, "log.1", e -> zxids.add(e.zxid()));
            assertThat(whole.ending()).isEqualTo("padding");
            assertThat(whole.damaged()).isFalse();
            assertThat(whole.offset()).isEqualTo(Files.size(file) - 300);
            assertThat(zxids).hasSize((int) whole.entries()).startsWith(1L, 2L, 3L);

            byte[] bytes = Files.readAllBytes(file);
            bytes[200] ^= 1;
            Files.write(file, bytes);
            LogDump.Summary damaged = LogDump.dump(disk, StoreConfig.DEFAULT, "log.1", e -> {});
            assertThat(damaged.damaged()).isTrue();
            assertThat(damaged.entries()).isEqualTo(2);
            assertThat(damaged.intactOffset()).isGreaterThan(200);
        }
    }
}
