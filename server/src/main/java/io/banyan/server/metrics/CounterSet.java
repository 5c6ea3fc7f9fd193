package io.banyan.server.metrics;

import java.util.Locale;

/// Counters with one value per namespace (the first component of a path).
public enum CounterSet {
    QUOTA_EXCEEDED_ERROR_PER_NAMESPACE;

    private final String text = name().toLowerCase(Locale.ROOT);

    @Override
    public String toString() {
        return text;
    }
}
