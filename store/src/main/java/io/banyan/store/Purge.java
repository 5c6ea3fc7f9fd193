package io.banyan.store;

import java.io.IOException;
import java.util.List;

/// Deleting snapshots and logs that no restart can need.
@SuppressWarnings("DoNotCallSuggester") // Until the next commit.
public final class Purge {
    /// ZooKeeper's minimum, and our default.
    public static final int RETAIN_MIN = 3;

    private Purge() {}

    /// Keeps the newest `retain` valid snapshots and every log entry behind the oldest of them. May
    /// run beside the log thread and a snapshot writer, but not twice at once.
    ///
    /// @return names of the deleted files
    public static List<String> run(Disk disk, StoreConfig config, int retain) throws IOException {
        throw new UnsupportedOperationException("the next commit");
    }
}
