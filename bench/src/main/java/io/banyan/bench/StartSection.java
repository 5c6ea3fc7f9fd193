package io.banyan.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// From starting the process on an empty directory to the first served session.
final class StartSection implements Section {
    private static final String ID = "start-empty";
    private static final double SECONDS_MAX = 0.3;

    @Override
    public List<String> ids() {
        return List.of(ID);
    }

    @Override
    public List<Line> run(Arena arena, Predicate<String> wanted) throws IOException {
        var rounds = List.of(new ArrayList<Figure>(), new ArrayList<Figure>());
        // One start of each that does not count: it brings the files into the page cache.
        for (int round = 0; round <= arena.settings().rounds(); round++) {
            for (int i = 0; i < rounds.size(); i++) {
                Candidate candidate = arena.candidates().get(i);
                try (RunningServer server = arena.start(candidate)) {
                    double seconds = server.firstServedNanos() / 1e9;
                    arena.progress("%s, %s: %.3f s".formatted(ID, candidate.name(), seconds));
                    if (round > 0) {
                        rounds.get(i).add(Figure.of(seconds));
                    }
                }
            }
        }
        return List.of(
                new Line(
                        ID,
                        "start, empty",
                        "s",
                        rounds.getFirst(),
                        rounds.getLast(),
                        new Goal.AtMost(SECONDS_MAX),
                        ""));
    }
}
