package io.banyan.server.metrics;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One thread's part of a summary that is kept per namespace: the first component of a path.
/// Confined to that thread.
public final class NamespaceSummary {
    private final Metrics metrics;
    private final SummarySet name;

    /// As many as {@link Metrics#KEYS_MAX}: clients choose these names.
    private final Map<String, SummaryCell> cells = new HashMap<>();

    private @Nullable SummaryCell others;

    /// The namespace of the last call, since the next one is mostly about the same.
    private byte[] lastName = {};

    private @Nullable SummaryCell last;

    public NamespaceSummary(Metrics metrics, SummarySet name) {
        this.metrics = metrics;
        this.name = name;
    }

    /// Counts for the namespace of a path; not for the root, which is in none.
    ///
    /// @param path array that holds an absolute path's UTF-8 from `from` up to `end`; only read
    public void add(byte[] path, int from, int end, long measured) {
        int begin = from + 1;
        int stop = begin;
        while (stop < end && path[stop] != '/') {
            stop++;
        }
        if (begin >= stop) {
            return;
        }
        SummaryCell cell = last;
        if (cell == null || !Arrays.equals(lastName, 0, lastName.length, path, begin, stop)) {
            cell = cellOf(new String(path, begin, stop - begin, StandardCharsets.UTF_8));
            lastName = Arrays.copyOfRange(path, begin, stop);
            last = cell;
        }
        cell.add(measured);
    }

    private SummaryCell cellOf(String namespace) {
        SummaryCell known = cells.get(namespace);
        if (known != null) {
            return known;
        }
        if (cells.size() < Metrics.KEYS_MAX) {
            SummaryCell cell = metrics.summary(name, namespace);
            cells.put(namespace, cell);
            return cell;
        }
        SummaryCell shared = others;
        if (shared == null) {
            shared = metrics.summary(name, Metrics.OTHER);
            others = shared;
        }
        return shared;
    }
}
