package io.banyan.nacos.held;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// What all connections together may make the server hold.
class BudgetTest {
    private static final int LARGE = 3 * Budget.SMALL_BYTES;

    private final Budget budget = new Budget(2 * LARGE);

    @Test
    void whatIsLargePassesWhileThereIsRoom() {
        Budget.Holding first = budget.open();
        Budget.Holding second = budget.open();

        assertThat(first.take(LARGE)).isTrue();
        assertThat(second.take(LARGE)).isTrue();
        assertThat(budget.open().take(LARGE)).isFalse();
        assertThat(budget.heldBytes()).isEqualTo(2 * LARGE);

        first.close();
        assertThat(budget.open().take(LARGE)).isTrue();
    }

    @Test
    void whatIsSmallAlwaysPassesAndAddsUp() {
        budget.open().take(2 * LARGE);
        Budget.Holding small = budget.open();

        assertThat(small.take(Budget.SMALL_BYTES)).isTrue();
        assertThat(small.take(1)).isFalse();
        small.giveBack();
        assertThat(small.take(1)).isTrue();
        assertThat(budget.heldBytes()).isEqualTo(2 * LARGE + 1);
    }

    @Test
    void aRequestThatIsOverHoldsNothing() {
        Budget.Holding over = budget.open();
        over.take(LARGE);
        over.close();

        assertThat(over.take(LARGE)).isTrue();
        over.close();

        assertThat(budget.heldBytes()).isZero();
    }
}
