package io.banyan.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
    @Test
    void rowShowsMediansRatioGoalAndWhetherItIsReached() {
        var line =
                new Line(
                        "read",
                        "reads",
                        "/s",
                        List.of(figure(100_000), figure(300_000), figure(90_000)),
                        List.of(figure(850_000)),
                        new Goal.AtLeastTimes(8),
                        "");

        String[] rows = Table.of(List.of(line), "ZooKeeper", "Banyan").split("\n", -1);

        assertThat(rows[0].replaceAll(" +", " "))
                .startsWith("| row | ZooKeeper | Banyan | ratio | p50 us |");
        assertThat(rows[1]).matches("\\|( -+ \\|)+");
        assertThat(rows[2].replaceAll(" +", " "))
                .isEqualTo(
                        "| reads | 100.0 k/s | 850.0 k/s | 8.50 | 10.0 / 10.0 | 20.0 / 20.0"
                                + " | 30.0 / 30.0 | 4.00 / 4.00 | >= 8 x | yes |");
    }

    @Test
    void everyRowIsAsWideAsTheHeading() {
        var line =
                new Line(
                        "start",
                        "start, empty",
                        "s",
                        List.of(Figure.of(0.36)),
                        List.of(Figure.of(0.2)),
                        new Goal.AtMost(0.3),
                        "a note");

        String[] rows = Table.of(List.of(line), "ZooKeeper", "Banyan").split("\n", -1);

        assertThat(rows[1]).hasSameSizeAs(rows[0]);
        assertThat(rows[2]).hasSameSizeAs(rows[0]).contains("| <= 0.3 s | yes");
        assertThat(rows[2].replace(" ", "")).contains("|0.36s|0.20s|0.56|||||<=0.3s|");
        assertThat(rows).contains("start: a note");
    }

    @Test
    void missedGoalIsShouted() {
        var line =
                new Line(
                        "restart",
                        "restart",
                        "s",
                        List.of(Figure.of(4)),
                        List.of(Figure.of(1)),
                        new Goal.AtMostTimes(0.2),
                        "");

        assertThat(Table.of(List.of(line), "a", "b")).contains("| <= 0.2 x | NO");
    }

    @Test
    void medianOfAnEvenNumberOfRoundsIsBetweenTheMiddleTwo() {
        Figure median = Figure.median(List.of(figure(4), figure(1), figure(2), figure(8)));

        assertThat(median.value()).isEqualTo(3);
        assertThat(median.p99Micros()).isEqualTo(20);
        assertThatThrownBy(() -> Figure.median(List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void goalsCompareTheRightWayRound() {
        Figure one = Figure.of(1);
        Figure two = Figure.of(2);

        assertThat(new Goal.AtLeastTimes(2).reached(one, two)).contains(true);
        assertThat(new Goal.AtLeastTimes(2).reached(two, one)).contains(false);
        assertThat(new Goal.AtMostTimes(1).reached(one, one)).contains(true);
        assertThat(new Goal.AtMostTimes(1).reached(one, two)).contains(false);
        assertThat(new Goal.AtMost(1.5).reached(two, one)).contains(true);
        assertThat(new Goal.AtMost(1.5).reached(one, two)).contains(false);
        assertThat(new Goal.None().reached(one, two)).isEmpty();
    }

    private static Figure figure(double value) {
        return new Figure(value, 10, 20, 30, 4);
    }
}
