package io.banyan.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Lines as a Markdown table that is also readable as it is.
final class Table {
    private static final String BOTH = " / ";

    private Table() {}

    static String of(List<Line> lines, String zookeeperName, String banyanName) {
        var rows = new ArrayList<List<String>>();
        rows.add(
                List.of(
                        "row",
                        zookeeperName,
                        banyanName,
                        "ratio",
                        "p50 us",
                        "p99 us",
                        "p99.9 us",
                        "CPU us/op",
                        "goal",
                        "reached"));
        for (Line line : lines) {
            rows.add(cells(line));
        }
        int columns = rows.getFirst().size();
        int[] widths =
                IntStream.range(0, columns)
                        .map(c -> rows.stream().mapToInt(r -> r.get(c).length()).max().orElse(0))
                        .toArray();
        var text = new StringBuilder();
        text.append(row(rows.getFirst(), widths));
        text.append(
                IntStream.of(widths)
                        .mapToObj(w -> "-".repeat(w))
                        .collect(Collectors.joining(" | ", "| ", " |\n")));
        rows.stream().skip(1).forEach(cells -> text.append(row(cells, widths)));
        lines.stream()
                .filter(line -> !line.note().isEmpty())
                .forEach(line -> text.append("\n" + line.id() + ": " + line.note() + "\n"));
        return text.toString();
    }

    private static List<String> cells(Line line) {
        Figure a = line.zookeeper();
        Figure b = line.banyan();
        return List.of(
                line.title(),
                quantity(a.value(), line.unit()),
                quantity(b.value(), line.unit()),
                String.format(Locale.ROOT, "%.2f", b.value() / a.value()),
                both(a.p50Micros(), b.p50Micros()),
                both(a.p99Micros(), b.p99Micros()),
                both(a.p999Micros(), b.p999Micros()),
                both(a.cpuMicros(), b.cpuMicros()),
                line.goal().text(line.unit()),
                line.goal().reached(a, b).map(reached -> reached ? "yes" : "NO").orElse(""));
    }

    private static String row(List<String> cells, int[] widths) {
        return IntStream.range(0, widths.length)
                .mapToObj(c -> String.format("%-" + widths[c] + "s", cells.get(c)))
                .collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private static String both(double a, double b) {
        if (Double.isNaN(a) && Double.isNaN(b)) {
            return "";
        }
        return number(a) + BOTH + number(b);
    }

    static String quantity(double value, String unit) {
        if (unit.equals("/s") && value >= 10_000) {
            return String.format(Locale.ROOT, "%.1f k/s", value / 1000);
        }
        return number(value) + (unit.startsWith("/") ? "" : " ") + unit;
    }

    /// Three digits that count, as far as they are before the point.
    static String number(double value) {
        double size = Math.abs(value);
        if (Double.isNaN(value)) {
            return "-";
        }
        if (size >= 100) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        return String.format(Locale.ROOT, size >= 10 ? "%.1f" : "%.2f", value);
    }
}
