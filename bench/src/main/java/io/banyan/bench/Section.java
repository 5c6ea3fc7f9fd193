package io.banyan.bench;

import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;

/// Rows that are measured together because they share servers or data.
interface Section {
    /// The ids of its rows, in the order of the table.
    List<String> ids();

    /// Measures the wanted rows; at least one of {@link #ids} is.
    List<Line> run(Arena arena, Predicate<String> wanted) throws IOException;
}
