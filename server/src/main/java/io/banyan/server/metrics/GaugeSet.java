package io.banyan.server.metrics;

import java.util.Locale;

/// Gauges with one value per namespace (the first component of a path).
public enum GaugeSet {
    QUOTA_COUNT_LIMIT_PER_NAMESPACE,
    QUOTA_BYTES_LIMIT_PER_NAMESPACE,
    QUOTA_COUNT_USAGE_PER_NAMESPACE,
    QUOTA_BYTES_USAGE_PER_NAMESPACE;

    private final String text = name().toLowerCase(Locale.ROOT);

    @Override
    public String toString() {
        return text;
    }
}
