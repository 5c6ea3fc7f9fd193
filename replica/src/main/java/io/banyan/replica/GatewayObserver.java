package io.banyan.replica;

import io.banyan.tree.Applied;
import org.jspecify.annotations.Nullable;

/// Told by a gateway what it did, for metrics. Called on the gateway's thread, for every request:
/// it must be cheap.
public interface GatewayObserver {
    /// Watches nobody.
    GatewayObserver NONE =
            new GatewayObserver() {
                @Override
                public void received() {}

                @Override
                public void sent() {}

                @Override
                public void readAnswered(long latencyNanos, int replyBytes) {}

                @Override
                public void writeAnswered(long latencyNanos, int replyBytes) {}

                @Override
                public void watchFired(int eventType) {}

                @Override
                public void authFailed() {}
            };

    /// A frame came in.
    void received();

    /// A reply without latency (of an auth packet, a refusal) went out.
    void sent();

    void readAnswered(long latencyNanos, int replyBytes);

    void writeAnswered(long latencyNanos, int replyBytes);

    /// An event went out: 1 created, 2 deleted, 3 data changed, 4 children changed.
    void watchFired(int eventType);

    void authFailed();

    /// The data, the stat or the children of a znode were read.
    ///
    /// @param path array that holds the path's UTF-8 from `from` up to `end`; for this call only
    /// @param shownBytes of data, or of the names of children, that the reply shows
    default void znodeRead(byte[] path, int from, int end, int shownBytes) {}

    /// A transaction was committed, whoever asked for it: every gateway is told.
    default void committed(Applied applied) {}

    /// Who wants to know of every write; null if nobody does, which costs nothing. Asked once.
    default @Nullable WriteObserver writes() {
        return null;
    }
}
