package io.banyan.server.metrics;

import java.util.Locale;

/// Summaries with one value per key: a namespace or a learner.
public enum SummarySet {
    WRITE_PER_NAMESPACE(false),
    READ_PER_NAMESPACE(false),
    LEARNER_HANDLER_QP_SIZE(false),
    ACK_LATENCY(true),
    LEARNER_HANDLER_QP_TIME_MS(true);

    private final String text = name().toLowerCase(Locale.ROOT);

    private final boolean percentiles;

    SummarySet(boolean percentiles) {
        this.percentiles = percentiles;
    }

    /// Whether percentiles are kept as well (ZooKeeper's advanced summaries).
    public boolean hasPercentiles() {
        return percentiles;
    }

    @Override
    public String toString() {
        return text;
    }
}
