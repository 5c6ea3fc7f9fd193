package io.banyan.server.host;

import io.banyan.store.Disk;
import io.banyan.store.SnapshotWriter;
import io.banyan.store.StoreConfig;
import io.banyan.store.ZxidDigest;
import io.banyan.tree.State;
import java.io.IOException;

/// Writes a state as a snapshot file.
public final class SnapshotFile {
    private SnapshotFile() {}

    /// On the calling thread; the file is durable on return.
    ///
    /// @return bytes of the file
    public static long write(Disk disk, StoreConfig config, State state) throws IOException {
        try (var writer = SnapshotWriter.create(disk, config, state.zxid())) {
            state.writeTo(writer);
            return writer.finish(
                    config.writeDigest()
                            ? new ZxidDigest(state.zxid(), ZxidDigest.VERSION, state.digest())
                            : null);
        }
    }
}
