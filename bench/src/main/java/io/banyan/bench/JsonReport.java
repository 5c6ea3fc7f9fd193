package io.banyan.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A run for programs: every round of every row.
///
/// @param measuredAt when the run ended
record JsonReport(String measuredAt, String environment, List<Row> rows, List<String> failures) {

    /// @param reached null if the row has no goal
    record Row(
            String id,
            String title,
            String unit,
            Figure zookeeper,
            Figure banyan,
            double ratio,
            String goal,
            @Nullable Boolean reached,
            String note,
            List<Figure> zookeeperRounds,
            List<Figure> banyanRounds) {}

    static JsonReport of(
            Instant measuredAt, String environment, List<Line> lines, List<String> failures) {
        List<Row> rows =
                lines.stream()
                        .map(line ->
                                new Row(
                                        line.id(),
                                        line.title(),
                                        line.unit(),
                                        line.zookeeper(),
                                        line.banyan(),
                                        line.banyan().value() / line.zookeeper().value(),
                                        line.goal().text(line.unit()),
                                        line.goal()
                                                .reached(line.zookeeper(), line.banyan())
                                                .orElse(null),
                                        line.note(),
                                        line.zookeeperRounds(),
                                        line.banyanRounds()))
                        .toList();
        return new JsonReport(measuredAt.toString(), environment, rows, failures);
    }

    void write(Path file) throws IOException {
        new ObjectMapper()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .writeValue(file.toFile(), this);
    }
}
