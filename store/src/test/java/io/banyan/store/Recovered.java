package io.banyan.store;

import io.banyan.wire.SnapshotSink;
import java.io.IOException;
import java.util.List;

/// A recovery whose finds are only counted.
final class Recovered implements Recovery.Target {
    private final List<Long> told;

    private Recovered(List<Long> told) {
        this.told = told;
    }

    /// @param told receives the zxids behind the snapshot
    static Recovery.Result run(Disk disk, List<Long> told) throws IOException {
        return run(disk, Recovery.Rules.DEFAULT, told);
    }

    static Recovery.Result run(Disk disk, Recovery.Rules rules, List<Long> told)
            throws IOException {
        return Recovery.recover(disk, StoreConfig.DEFAULT, rules, new Recovered(told), () -> 0);
    }

    @Override
    public SnapshotSink newSnapshot() {
        return new Golden.Notes();
    }

    @Override
    public void snapshotLoaded(Snapshot snapshot) {}

    @Override
    public void txn(long zxid, byte[] payload) {
        told.add(zxid);
    }
}
