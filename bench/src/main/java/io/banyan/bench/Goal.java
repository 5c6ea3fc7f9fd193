package io.banyan.bench;

import java.util.Locale;
import java.util.Optional;

/// What Banyan is to reach in a row.
sealed interface Goal {
    /// No more than a figure to look at.
    record None() implements Goal {}

    /// At least so many times ZooKeeper's figure.
    record AtLeastTimes(double times) implements Goal {}

    /// At most so many times ZooKeeper's figure.
    record AtMostTimes(double times) implements Goal {}

    /// At most this, whatever ZooKeeper does.
    record AtMost(double value) implements Goal {}

    /// Empty if there is nothing to reach.
    default Optional<Boolean> reached(Figure zookeeper, Figure banyan) {
        double ratio = banyan.value() / zookeeper.value();
        return switch (this) {
            case None() -> Optional.empty();
            case AtLeastTimes(double times) -> Optional.of(ratio >= times);
            case AtMostTimes(double times) -> Optional.of(ratio <= times);
            case AtMost(double value) -> Optional.of(banyan.value() <= value);
        };
    }

    default String text(String unit) {
        return switch (this) {
            case None() -> "";
            case AtLeastTimes(double times) -> ">= " + number(times) + " x";
            case AtMostTimes(double times) -> "<= " + number(times) + " x";
            case AtMost(double value) -> "<= " + number(value) + " " + unit;
        };
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.1f", value);
    }
}
