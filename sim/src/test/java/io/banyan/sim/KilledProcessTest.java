package io.banyan.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.sim.StoreWorld.Op;
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
}
