package io.banyan.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.sim.StoreWorld.Op;
import io.banyan.store.EpochFiles;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A process that ends leaves what the kernel was given; the power may fail later.
class KilledProcessTest {
    @Test
    void entriesThatOnlyTheKernelHadAreDurableOnceTheyAreRecovered() throws IOException {
        int recoveredMore = 0;
        for (int call = 0; call < 12; call++) {
            var disk = new SimDisk(512);
            var world = new StoreWorld(disk, 0);
            world.run(Op.APPEND);
            world.run(Op.SYNC);
            long durable = world.durable;
            disk.failAt(disk.calls() + call, SimDisk.Fault.IO_ERROR);
            try {
                for (Op each : List.of(Op.APPEND, Op.SYNC, Op.ROLL, Op.APPEND_LONG, Op.SYNC)) {
                    world.run(each);
                }
            } catch (IOException e) {
                // The process ends here.
            }
            disk.failAt(-1, SimDisk.Fault.IO_ERROR);

            var afterKill = new StoreWorld.Recovered();
            afterKill.run(disk);
            var afterPowerFailure = new StoreWorld.Recovered();
            afterPowerFailure.run(disk.crashed(piece -> false));

            assertThat(afterPowerFailure.history).isEqualTo(afterKill.history);
            recoveredMore += afterKill.history.last() > durable ? 1 : 0;
        }
        assertThat(recoveredMore).isPositive();
    }

    /// Seed 116 of 2026-11-22.
    @Test
    void promiseThatOnlyTheKernelHadIsDurableOnceItIsRead() throws IOException {
        int readMore = 0;
        for (int call = 0; call < 5; call++) {
            var disk = new SimDisk(512);
            EpochFiles epochs = EpochFiles.open(disk, 0);
            epochs.saveAcceptedEpoch(3);
            disk.failAt(disk.calls() + call, SimDisk.Fault.IO_ERROR);
            try {
                epochs.saveAcceptedEpoch(4);
            } catch (IOException e) {
                // The process ends here.
            }
            disk.failAt(-1, SimDisk.Fault.IO_ERROR);

            long afterKill = EpochFiles.open(disk, 0).acceptedEpoch();
            SimDisk off = disk.crashed(piece -> false);

            assertThat(EpochFiles.open(off, 0).acceptedEpoch()).isEqualTo(afterKill);
            readMore += afterKill == 4 ? 1 : 0;
        }
        assertThat(readMore).isPositive();
    }
}
