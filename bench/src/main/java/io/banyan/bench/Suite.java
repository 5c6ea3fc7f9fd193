package io.banyan.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// All rows, and a run over the wanted ones.
final class Suite {
    private static final List<Section> SECTIONS =
            List.of(
                    new ThroughputSection(),
                    new StartSection(),
                    new SessionSection(),
                    new MemorySection(),
                    new SnapshotSection());

    private Suite() {}

    static List<String> ids() {
        return SECTIONS.stream().flatMap(section -> section.ids().stream()).toList();
    }

    /// @param failures gets a line for every section that could not be measured; the others are
    static List<Line> run(Arena arena, Predicate<String> wanted, List<String> failures) {
        var lines = new ArrayList<Line>();
        for (Section section : SECTIONS) {
            List<String> ids = section.ids().stream().filter(wanted).toList();
            if (ids.isEmpty()) {
                continue;
            }
            try {
                lines.addAll(section.run(arena, wanted));
            } catch (IOException e) {
                failures.add(String.join(", ", ids) + ": " + messages(e));
                arena.progress("failed: %s".formatted(failures.getLast()));
            }
        }
        return lines;
    }

    private static String messages(Throwable e) {
        Throwable cause = e.getCause();
        String own = e.getMessage() == null ? e.toString() : e.getMessage();
        return cause == null ? own : own + ": " + messages(cause);
    }
}
