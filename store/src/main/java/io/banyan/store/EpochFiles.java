package io.banyan.store;

import java.io.IOException;

/// `acceptedEpoch` and `currentEpoch`: the promises a member of an ensemble must not forget.
/// Confined to one thread.
@SuppressWarnings("DoNotCallSuggester") // Until the next commit.
public final class EpochFiles {
    private EpochFiles() {}

    /// Reads both files, creating missing ones from the history.
    ///
    /// @param lastZxid of the recovered history
    /// @throws StartRefused if they contradict each other or the history
    public static EpochFiles open(Disk disk, long lastZxid) throws IOException {
        throw new UnsupportedOperationException("the next commit");
    }

    public long acceptedEpoch() {
        throw new UnsupportedOperationException("the next commit");
    }

    public long currentEpoch() {
        throw new UnsupportedOperationException("the next commit");
    }

    /// Durable on return. A failure is final: the server must stop.
    public void saveAcceptedEpoch(long epoch) throws IOException {
        throw new UnsupportedOperationException("the next commit");
    }

    /// Durable on return. A failure is final: the server must stop.
    public void saveCurrentEpoch(long epoch) throws IOException {
        throw new UnsupportedOperationException("the next commit");
    }
}
