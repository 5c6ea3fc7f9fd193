package io.banyan.server;

import io.banyan.replica.GatewayObserver;
import io.banyan.replica.WriteObserver;
import io.banyan.server.metrics.Metrics;
import io.banyan.server.metrics.NamespaceSummary;
import io.banyan.server.metrics.ServerStats;
import io.banyan.server.metrics.Summary;
import io.banyan.server.metrics.SummaryCell;
import io.banyan.server.metrics.SummarySet;
import io.banyan.tree.Applied;
import io.banyan.tree.Change;
import org.jspecify.annotations.Nullable;

/// Counts what one gateway does under ZooKeeper's names. Confined to the gateway's thread.
final class GatewayMeter implements GatewayObserver {
    private final ServerStats stats;
    private final ServerStats.Recorder recorder;
    private final SummaryCell readLatency;
    private final SummaryCell updateLatency;
    private final SummaryCell[] fired;

    /// With each read ZooKeeper counts the znode's stat as well.
    private static final int STAT_BYTES = 68;

    private final NamespaceSummary readPerNamespace;

    /// Null but in one gateway of a server: all hear of every transaction.
    private final @Nullable NamespaceSummary writePerNamespace;

    private final @Nullable WriteObserver writes;

    /// @param writes who keeps the audit log, if one is kept
    /// @param isFirst true for one gateway of a server
    GatewayMeter(
            Metrics metrics, ServerStats stats, boolean isFirst, @Nullable WriteObserver writes) {
        this.stats = stats;
        readPerNamespace = new NamespaceSummary(metrics, SummarySet.READ_PER_NAMESPACE);
        writePerNamespace =
                isFirst ? new NamespaceSummary(metrics, SummarySet.WRITE_PER_NAMESPACE) : null;
        this.writes = writes;
        recorder = stats.recorder();
        readLatency = metrics.summary(Summary.READLATENCY);
        updateLatency = metrics.summary(Summary.UPDATELATENCY);
        // By the number of the event's type.
        fired =
                new SummaryCell[] {
                    metrics.summary(Summary.NODE_CREATED_WATCH_COUNT),
                    metrics.summary(Summary.NODE_DELETED_WATCH_COUNT),
                    metrics.summary(Summary.NODE_CHANGED_WATCH_COUNT),
                    metrics.summary(Summary.NODE_CHILDREN_WATCH_COUNT)
                };
    }

    @Override
    public void received() {
        recorder.received();
    }

    @Override
    public void sent() {
        recorder.sent();
    }

    @Override
    public void readAnswered(long latencyNanos, int replyBytes) {
        long millis = latencyNanos / 1_000_000;
        readLatency.add(millis);
        recorder.sent();
        recorder.answered(millis, replyBytes);
    }

    @Override
    public void writeAnswered(long latencyNanos, int replyBytes) {
        long millis = latencyNanos / 1_000_000;
        updateLatency.add(millis);
        recorder.sent();
        recorder.answered(millis, replyBytes);
    }

    @Override
    public void watchFired(int eventType) {
        recorder.sent();
        fired[eventType - 1].add(1);
    }

    @Override
    public void authFailed() {
        stats.authFailed();
    }

    @Override
    public void znodeRead(byte[] path, int from, int end, int shownBytes) {
        readPerNamespace.add(path, from, end, (long) end - from + shownBytes + STAT_BYTES);
    }

    @Override
    public void committed(Applied applied) {
        if (writePerNamespace == null) {
            return;
        }
        for (Change each : applied.changes()) {
            byte[] path = each.path();
            writePerNamespace.add(path, 0, path.length, (long) path.length + each.dataBytes());
        }
    }

    @Override
    public @Nullable WriteObserver writes() {
        return writes;
    }
}
