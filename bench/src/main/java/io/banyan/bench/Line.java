package io.banyan.bench;

import java.util.List;

/// One row of the table.
///
/// @param unit of both values, and of the goal if that is not a ratio
/// @param zookeeperRounds each round's figures, at least one
/// @param note what a reader must know to judge the figures, mostly empty
record Line(
        String id,
        String title,
        String unit,
        List<Figure> zookeeperRounds,
        List<Figure> banyanRounds,
        Goal goal,
        String note) {

    Line {
        zookeeperRounds = List.copyOf(zookeeperRounds);
        banyanRounds = List.copyOf(banyanRounds);
    }

    Figure zookeeper() {
        return Figure.median(zookeeperRounds);
    }

    Figure banyan() {
        return Figure.median(banyanRounds);
    }
}
