package io.banyan.sim;

import static io.banyan.sim.StoreWorld.Op.APPEND;
import static io.banyan.sim.StoreWorld.Op.APPEND_LONG;
import static io.banyan.sim.StoreWorld.Op.ROLL;
import static io.banyan.sim.StoreWorld.Op.SYNC;
import static io.banyan.sim.StoreWorld.Op.TRUNCATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.banyan.sim.SimDisk.Fault;
import io.banyan.sim.StoreWorld.Op;
import io.banyan.store.CorruptFile;
import io.banyan.store.Disk;
import io.banyan.store.TxnLog;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.OpCode;
import io.banyan.wire.TxnHeader;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StoreFaultTest {
    private static final List<Op> LIST =
            List.of(
                    APPEND,
                    SYNC,
                    APPEND,
                    APPEND_LONG,
                    SYNC,
                    ROLL,
                    APPEND,
                    SYNC,
                    APPEND,
                    SYNC,
                    TRUNCATE,
                    APPEND,
                    SYNC);

    @ParameterizedTest
    @EnumSource(Fault.class)
    void aCallThatFailsLosesNothingAcknowledgedAndEndsTheLog(Fault fault) throws IOException {
        int faults = 0;
        for (int call = 0; ; call++) {
            var disk = new SimDisk(512);
            var world = new StoreWorld(disk, 0);
            disk.failAt(disk.calls() + call, fault);
            boolean failed = runUntilFailure(world);
            if (!failed) {
                break;
            }
            faults++;
            for (boolean keep : new boolean[] {false, true}) {
                var after = new StoreWorld(disk.crashed(piece -> keep), 1000);
                long promised = world.truncatingTo >= 0 ? world.truncatingTo : world.durable;
                assertThat(after.history.last()).isGreaterThanOrEqualTo(promised);
                assertThat(after.history).isEqualTo(world.history.upTo(after.history.last()));
            }
        }
        assertThat(faults).isGreaterThan(20);
    }

    private static boolean runUntilFailure(StoreWorld world) {
        for (Op op : LIST) {
            try {
                world.run(op);
            } catch (IOException e) {
                return true;
            }
        }
        return false;
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void afterAFailureEveryCallIsRefusedWithTheFirstCauseAndTheDiskIsLeftAlone(Fault fault)
            throws IOException {
        var disk = new SimDisk(512);
        var log = new TxnLog(disk, StoreWorld.CONFIG, 0);
        log.append(1, payload(1));
        log.sync();
        log.append(2, payload(2));
        disk.failAt(disk.calls(), fault);

        assertThatThrownBy(log::sync).isInstanceOf(IOException.class);
        int calls = disk.calls();
        assertThatThrownBy(log::sync)
                .hasMessageContaining("the log is out of use")
                .hasMessageContaining("simulated")
                .hasRootCauseMessage(
                        fault == Fault.FULL
                                ? "simulated: no space left on device"
                                : "simulated " + fault + " in call " + (calls - 1));
        assertThatThrownBy(() -> log.append(3, payload(3))).hasMessageContaining("out of use");
        assertThatThrownBy(log::roll).hasMessageContaining("out of use");
        assertThatThrownBy(() -> log.truncate(1)).hasMessageContaining("out of use");
        assertThat(disk.calls()).isEqualTo(calls);
        assertThat(log.durableZxid()).isEqualTo(1);
        log.close();
    }

    @Test
    void aFullDiskEndsTheLogAndARestartWithRoomHasAllThatWasAcknowledged() throws IOException {
        var disk = new SimDisk(4096);
        var world = new StoreWorld(disk, 0);
        disk.setCapacityBytes(12_000);

        assertThatThrownBy(
                        () -> {
                            for (int i = 0; i < 100; i++) {
                                world.run(APPEND_LONG);
                                world.run(SYNC);
                            }
                        })
                .hasMessageContaining("no space left");
        assertThat(world.durable).isPositive();

        SimDisk later = disk.crashed(piece -> true);
        later.setCapacityBytes(Long.MAX_VALUE);
        var after = new StoreWorld(later, 1000);
        assertThat(after.history.last()).isGreaterThanOrEqualTo(world.durable);
    }

    @Test
    void aByteThatRotsInTheMiddleIsReportedAndNeverCutOff() throws IOException {
        var disk = new SimDisk(512);
        var world = new StoreWorld(disk, 0);
        for (int i = 0; i < 5; i++) {
            world.run(APPEND_LONG);
            world.run(SYNC);
        }
        int length = disk.bytes(Disk.Folder.LOG, "log.1").length;
        int entry = 12 + 32 + 4 + 1300 + 1;
        for (int offset = 16; offset < 16 + 4 * entry; offset += 7) {
            SimDisk rotten = disk.crashed(piece -> true);
            rotten.rot(Disk.Folder.LOG, "log.1", offset, 0x20);
            assertThatThrownBy(() -> new StoreWorld(rotten, 1000))
                    .as("offset " + offset)
                    .isInstanceOf(CorruptFile.class)
                    .hasMessageContaining("log.1");
            assertThat(rotten.bytes(Disk.Folder.LOG, "log.1")).hasSize(length);
        }
    }

    private static byte[] payload(long zxid) {
        var out = new JuteWriter();
        new TxnHeader(1, 1, zxid, 1, OpCode.SET_DATA).encode(out);
        return out.toByteArray();
    }
}
