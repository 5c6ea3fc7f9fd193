package io.banyan.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// All rows, and a run over the wanted ones.
final class Suite {
    private static final List<Section> ONE_SERVER =
            List.of(
                    ThroughputSection.ofOneServer(),
                    new StartSection(),
                    new SessionSection(),
                    new MemorySection(),
                    new SnapshotSection());

    private static final List<Section> ENSEMBLE =
            List.of(ThroughputSection.ofEnsemble(), new FailoverSection());

    private Suite() {}

    private static List<Section> sections(int servers) {
        return servers > 1 ? ENSEMBLE : ONE_SERVER;
    }

    static List<String> ids(int servers) {
        return sections(servers).stream().flatMap(section -> section.ids().stream()).toList();
    }

    /// @param failures gets a line for every section that could not be measured; the others are
    static List<Line> run(Arena arena, Predicate<String> wanted, List<String> failures) {
        var lines = new ArrayList<Line>();
        for (Section section : sections(arena.settings().servers())) {
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
