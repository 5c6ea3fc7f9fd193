package io.banyan.server.net;

import java.util.concurrent.atomic.AtomicLong;

/// What the large requests in work may take together (`largeRequestMaxBytes`). Thread-safe: one
/// budget for all event loops.
final class LargeRequests {
    private final int thresholdBytes;
    private final long bytesMax;
    private final AtomicLong bytes = new AtomicLong();

    /// @param thresholdBytes longer requests are large; 0 or less: none is
    LargeRequests(int thresholdBytes, long bytesMax) {
        this.thresholdBytes = thresholdBytes;
        this.bytesMax = bytesMax;
    }

    boolean isLarge(int length) {
        return thresholdBytes > 0 && length > thresholdBytes;
    }

    int thresholdBytes() {
        return thresholdBytes;
    }

    /// Asked when the length of a request has come, before its body is taken in.
    boolean hasRoomFor(int length) {
        return bytes.get() + length <= bytesMax;
    }

    /// What a connection's large requests take has changed.
    void changed(long byBytes) {
        bytes.addAndGet(byBytes);
    }
}
