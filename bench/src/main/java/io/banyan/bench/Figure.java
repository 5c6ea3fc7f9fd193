package io.banyan.bench;

import io.banyan.bench.load.Measured;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/// One candidate's result in one row. What a row does not measure is NaN.
///
/// @param value what the row compares, in the row's unit
/// @param cpuMicros processor time of the server for one operation
record Figure(
        double value, double p50Micros, double p99Micros, double p999Micros, double cpuMicros) {

    static Figure of(double value) {
        return new Figure(value, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    }

    /// Throughput as the value.
    static Figure of(Measured measured, long cpuNanos) {
        Histogram all = measured.all();
        return new Figure(
                measured.perSecond(),
                all.getValueAtPercentile(50) / 1e3,
                all.getValueAtPercentile(99) / 1e3,
                all.getValueAtPercentile(99.9) / 1e3,
                cpuNanos / 1e3 / Math.max(1, measured.count()));
    }

    Figure withValue(double other) {
        return new Figure(other, p50Micros, p99Micros, p999Micros, cpuMicros);
    }

    /// Each column's median on its own.
    static Figure median(List<Figure> rounds) {
        return new Figure(
                median(rounds, Figure::value),
                median(rounds, Figure::p50Micros),
                median(rounds, Figure::p99Micros),
                median(rounds, Figure::p999Micros),
                median(rounds, Figure::cpuMicros));
    }

    private static double median(List<Figure> rounds, ToDoubleFunction<Figure> column) {
        if (rounds.isEmpty()) {
            throw new IllegalArgumentException("no rounds");
        }
        double[] sorted = rounds.stream().mapToDouble(column).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
