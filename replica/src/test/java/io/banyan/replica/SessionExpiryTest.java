package io.banyan.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.replica.SessionExpiry.Live;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Sessions die in buckets of one tick, on a clock that stands while the server does.
class SessionExpiryTest {
    private static final int TICK = 1_000;
    private static final int STEP_MAX = 200;
    private long now = 77_777;
    private long served;
    private final SessionExpiry expiry = new SessionExpiry(TICK, STEP_MAX, 2, now);

    @Test
    void sessionIsDueAtTheEndOfTheTickAfterItsTimeout() {
        expiry.open(1, 3_000); // (0 + 3000) / 1000 + 1 = 4 ticks

        assertThat(passUntilSomebodyIsDue()).isEqualTo(4_000);
    }

    @Test
    void touchMovesTheEndByTheSameRule() {
        Live live = expiry.open(1, 3_000);
        pass(1_500);
        expiry.touch(live, 3_000, 0); // (1500 + 3000) / 1000 + 1 = 5 ticks

        assertThat(passUntilSomebodyIsDue()).isEqualTo(5_000);
    }

    @Test
    void touchCountsFromWhenTheClientWasHeard() {
        Live live = expiry.open(1, 3_000);
        pass(2_100);
        expiry.touch(live, 3_000, 150); // heard at 1950, one tick earlier than now

        assertThat(passUntilSomebodyIsDue()).isEqualTo(5_000);
    }

    @Test
    void oldNewsDoesNotMoveTheEndBack() {
        Live live = expiry.open(1, 3_000);
        pass(2_000);
        expiry.touch(live, 3_000, 0);
        expiry.touch(live, 3_000, 1_900);

        assertThat(passUntilSomebodyIsDue()).isEqualTo(6_000);
    }

    @Test
    void clientThatComesBackWithAShorterTimeoutIsGivenUpEarlier() {
        Live live = expiry.open(1, 9_000);
        pass(500);
        expiry.touch(live, 3_000, 0); // (500 + 3000) / 1000 + 1 = 4 ticks

        assertThat(passUntilSomebodyIsDue()).isEqualTo(4_000);
    }

    @Test
    void stallOfOursDoesNotCount() {
        expiry.open(1, 3_000);
        pass(1_000);
        now += 3_600_000;
        expiry.tick(now); // counts for STEP_MAX
        expiry.reported(0);
        expiry.reported(1);

        assertThat(expiry.expire()).isEmpty();
        assertThat(passUntilSomebodyIsDue()).isEqualTo(4_000 - STEP_MAX);
    }

    @Test
    void clockThatFallsIsNoTime() {
        expiry.open(1, 3_000);
        now -= 500_000;
        expiry.tick(now);

        assertThat(passUntilSomebodyIsDue()).isEqualTo(4_000);
    }

    @Test
    void nobodyExpiresBeforeEveryGatewayHasReported() {
        expiry.open(1, 3_000);
        for (int i = 0; i < 100; i++) {
            now += 100;
            expiry.tick(now);
            expiry.reported(0);
            assertThat(expiry.expire()).isEmpty();
        }

        expiry.reported(1);

        assertThat(expiry.expire()).extracting(live -> live.id).containsExactly(1L);
    }

    @Test
    void dueSessionIsClosingAndIsNotDueAgain() {
        Live live = expiry.open(1, 1_000);
        passUntilSomebodyIsDue();

        assertThat(live.closing).isTrue();
        expiry.touch(live, 1_000, 0);
        pass(5_000);
        assertThat(expiry.expire()).isEmpty();
        assertThat(expiry.find(1)).isSameAs(live);
        expiry.forget(1);
        assertThat(expiry.find(1)).isNull();
        assertThat(expiry.count()).isZero();
    }

    @Test
    void closingSessionIsNeverDue() {
        Live live = expiry.open(1, 1_000);
        expiry.close(live);
        expiry.touch(live, 1_000, 0);
        pass(10_000);

        assertThat(expiry.expire()).isEmpty();
        assertThat(expiry.dueInMillis()).isEmpty();
    }

    @Test
    void sessionsOfOneTickGoTogetherAndInTheOrderInWhichTheyCame() {
        expiry.open(3, 3_000);
        expiry.open(1, 3_400);
        expiry.open(2, 4_000);
        assertThat(expiry.dueInMillis().get(4_000L)).isEqualTo(List.of(3L, 1L));

        pass(3_900);
        assertThat(expiry.expire()).isEmpty();
        pass(100);
        assertThat(expiry.expire()).extracting(live -> live.id).containsExactly(3L, 1L);
        pass(1_000);
        assertThat(expiry.expire()).extracting(live -> live.id).containsExactly(2L);
    }

    private void pass(long millis) {
        for (long left = millis; left > 0; left -= 100) {
            long step = Math.min(left, 100);
            now += step;
            served += step;
            expiry.tick(now);
            expiry.reported(0);
            expiry.reported(1);
        }
    }

    /// @return milliseconds served since the test began
    private long passUntilSomebodyIsDue() {
        for (int i = 0; i < 1_000; i++) {
            pass(50);
            if (!expiry.expire().isEmpty()) {
                return served;
            }
        }
        throw new AssertionError("nobody expired");
    }
}
