package io.banyan.server.metrics;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/// The two forms in which ZooKeeper shows its metrics.
public final class MetricsText {
    private static final double[] MEDIAN = {0.5};
    private static final double[] QUANTILES = {0.5, 0.9, 0.99};

    private MetricsText() {}

    /// Names without `zk_` and values, as `mntr` and the admin command `monitor` list them. With
    /// the Prometheus provider ZooKeeper lists Prometheus' samples there instead of its own.
    ///
    /// @param jvm whether the samples of the JVM are among them (Prometheus only)
    public static Map<String, Number> values(Metrics metrics, boolean prometheus, boolean jvm) {
        metrics.keepWindows();
        var values = new LinkedHashMap<String, Number>();
        if (prometheus) {
            var samples =
                    new Samples() {
                        @Override
                        public void family(String name, String help, String type) {}

                        @Override
                        public void sample(String name, Number value, String... labels) {
                            values.put(name + Samples.labels(labels, ""), value.doubleValue());
                        }
                    };
            describe(metrics, samples);
            if (jvm) {
                JvmSamples.describe(samples);
            }
            return values;
        }
        list(metrics, values::put);
        return values;
    }

    /// The body of `/metrics`, in the text format 0.0.4 of Prometheus as ZooKeeper writes it:
    /// counters keep their names (newer client libraries would append `_total`), the JVM's metrics
    /// have the names of the old hotspot exporter, on which dashboards are built.
    ///
    /// @param only names of families to show; empty: all
    public static String prometheus(Metrics metrics, boolean jvm, Collection<String> only) {
        metrics.keepWindows();
        var text = new StringBuilder(1 << 16);
        var samples =
                new Samples() {
                    private boolean shown;

                    @Override
                    public void family(String name, String help, String type) {
                        shown = only.isEmpty() || only.contains(name);
                        if (!shown) {
                            return;
                        }
                        text.append("# HELP ").append(name).append(' ').append(help);
                        text.append("\n# TYPE ").append(name).append(' ').append(type);
                        text.append('\n');
                    }

                    @Override
                    public void sample(String name, Number value, String... labels) {
                        if (!shown) {
                            return;
                        }
                        text.append(name).append(Samples.labels(labels, ",")).append(' ');
                        text.append(value.doubleValue()).append('\n');
                    }
                };
        describe(metrics, samples);
        if (jvm) {
            JvmSamples.describe(samples);
        }
        return text.toString();
    }

    // --- ZooKeeper's own form -------------------------------------------------------------

    private static void list(Metrics metrics, BiConsumer<String, Number> out) {
        metrics.gauges().forEach((name, value) -> out.accept(name.toString(), value));
        metrics.gaugeSets()
                .forEach((name, byKey) ->
                        byKey.forEach((key, v) -> out.accept(key + "_" + name, v)));
        for (Counter name : Counter.values()) {
            out.accept(name.toString(), metrics.value(name));
        }
        for (CounterSet name : CounterSet.values()) {
            metrics.values(name).forEach((key, value) -> out.accept(key + "_" + name, value));
        }
        for (Summary name : Summary.values()) {
            list(name.toString(), metrics.value(name), name.hasPercentiles(), out);
        }
        for (SummarySet name : SummarySet.values()) {
            metrics.values(name)
                    .forEach((key, value) ->
                            list(key + "_" + name, value, name.hasPercentiles(), out));
        }
    }

    private static void list(
            String name, SummaryValue value, boolean percentiles, BiConsumer<String, Number> out) {
        out.accept("avg_" + name, value.average());
        out.accept("min_" + name, value.min());
        out.accept("max_" + name, value.max());
        out.accept("cnt_" + name, value.count());
        out.accept("sum_" + name, value.sum());
        if (percentiles) {
            out.accept("p50_" + name, value.percentile(0.5));
            out.accept("p95_" + name, value.percentile(0.95));
            out.accept("p99_" + name, value.percentile(0.99));
            out.accept("p999_" + name, value.percentile(0.999));
        }
    }

    // --- Prometheus -----------------------------------------------------------------------

    private static void describe(Metrics metrics, Samples out) {
        metrics.gauges()
                .forEach((name, value) -> {
                    out.family(name.toString(), name.toString(), "gauge");
                    out.sample(name.toString(), value);
                });
        var gaugeSets = metrics.gaugeSets();
        for (GaugeSet name : GaugeSet.values()) {
            out.family(name.toString(), name.toString(), "gauge");
            gaugeSets
                    .getOrDefault(name, Map.of())
                    .forEach((key, v) -> out.sample(name.toString(), v, "key", key));
        }
        for (Counter name : Counter.values()) {
            out.family(name.toString(), name.toString(), "counter");
            out.sample(name.toString(), metrics.value(name));
        }
        for (CounterSet name : CounterSet.values()) {
            out.family(name.toString(), name.toString(), "counter");
            metrics.values(name).forEach((key, v) -> out.sample(name.toString(), v, "key", key));
        }
        for (Summary name : Summary.values()) {
            out.family(name.toString(), name.toString(), "summary");
            summary(name.toString(), metrics.value(name), name.hasPercentiles(), out);
        }
        for (SummarySet name : SummarySet.values()) {
            out.family(name.toString(), name.toString(), "summary");
            metrics.values(name)
                    .forEach((key, value) ->
                            summary(
                                    name.toString(),
                                    value,
                                    name.hasPercentiles(),
                                    out,
                                    "key",
                                    key));
        }
    }

    private static void summary(
            String name, SummaryValue value, boolean advanced, Samples out, String... labels) {
        boolean quiet = value.recentEvents() == 0;
        for (double quantile : advanced ? QUANTILES : MEDIAN) {
            var more = Arrays.copyOf(labels, labels.length + 2);
            more[labels.length] = "quantile";
            more[labels.length + 1] = Double.toString(quantile);
            Number shown = value.percentile(quantile);
            out.sample(name, quiet ? Double.NaN : shown.doubleValue(), more);
        }
        out.sample(name + "_count", value.count(), labels);
        out.sample(name + "_sum", value.sum(), labels);
    }
}
