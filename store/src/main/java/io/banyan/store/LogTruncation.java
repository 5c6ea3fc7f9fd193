package io.banyan.store;

import java.io.IOException;

/// Cutting the log behind one transaction.
@SuppressWarnings("DoNotCallSuggester") // Until the next commit.
final class LogTruncation {
    private LogTruncation() {}

    static void truncate(Disk disk, StoreConfig config, long zxid) throws IOException {
        throw new UnsupportedOperationException("the next commit");
    }
}
