package io.banyan.server;

import io.banyan.server.metrics.Metrics;
import io.banyan.server.metrics.SummaryCell;
import io.banyan.server.metrics.SummarySet;
import java.util.HashMap;
import java.util.Map;

/// Counts, by learner, what waits to be sent to it. Thread-safe: a learner that comes back has a
/// new connection and with it a new thread, but its cells stay.
final class LearnerQueues {
    private record Cells(SummaryCell packets, SummaryCell millis) {}

    private final Metrics metrics;

    /// By server number; learners have a line in the configuration, so they are few. Guarded by
    /// this, as the cells.
    private final Map<Long, Cells> byLearner = new HashMap<>();

    LearnerQueues(Metrics metrics) {
        this.metrics = metrics;
    }

    /// @param packets written in one go, so that all but the first waited behind another
    /// @param waitedNanos how long the oldest waited
    synchronized void served(long serverId, int packets, long waitedNanos) {
        Cells cells = byLearner.computeIfAbsent(serverId, this::newCells);
        cells.packets.add(packets - 1);
        cells.millis.add(waitedNanos / 1_000_000);
    }

    private Cells newCells(long serverId) {
        String key = Long.toString(serverId);
        return new Cells(
                metrics.summary(SummarySet.LEARNER_HANDLER_QP_SIZE, key),
                metrics.summary(SummarySet.LEARNER_HANDLER_QP_TIME_MS, key));
    }
}
