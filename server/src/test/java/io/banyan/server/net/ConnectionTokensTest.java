package io.banyan.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.server.config.ServerConfig.Throttle;
import org.junit.jupiter.api.Test;

/// `connection_throttle_*` as ZooKeeper's BLUE throttle counts.
class ConnectionTokensTest {
    private static final long NEW = 0;
    private static final long RENEWED = 77;

    private long nowMillis = 1_000;
    private double random = 0.5;

    @Test
    void zeroTokensThrottleNobody() {
        ConnectionTokens tokens = tokens(new Throttle(0, 1, 1, -1, 0, 0, 0, false, 3, 1, 2));

        for (int i = 0; i < 1_000; i++) {
            assertThat(tokens.take(NEW)).isTrue();
        }
    }

    @Test
    void anEmptyBucketTurnsAwayUntilItIsFilledAgain() {
        ConnectionTokens tokens = tokens(new Throttle(2, 10, 1, -1, 0, 0, 0, false, 3, 1, 2));

        assertThat(tokens.take(NEW)).isTrue();
        assertThat(tokens.take(NEW)).isTrue();
        assertThat(tokens.take(NEW)).isFalse();
        assertThat(tokens.deficit()).isEqualTo(2);
        nowMillis += 11;
        assertThat(tokens.take(NEW)).isTrue();
        assertThat(tokens.take(NEW)).isFalse();
        nowMillis += 1_000_000;
        assertThat(tokens.take(NEW)).isTrue();
        assertThat(tokens.take(NEW)).isTrue();
        assertThat(tokens.take(NEW)).isFalse();
    }

    @Test
    void aNewSessionWeighsMoreThanOneThatComesBack() {
        ConnectionTokens tokens = tokens(new Throttle(5, 1_000, 1, -1, 0, 0, 0, true, 3, 1, 2));

        assertThat(tokens.take(NEW)).isTrue();
        assertThat(tokens.take(NEW)).isFalse();
        assertThat(tokens.take(RENEWED)).isTrue();
        assertThat(tokens.take(RENEWED)).isFalse();
    }

    @Test
    void aSessionThatOnlyThisServerKnowsWeighsLess() {
        var rule = new Throttle(5, 1_000, 1, -1, 0, 0, 0, true, 3, 1, 2);
        var tokens = new ConnectionTokens(rule, () -> nowMillis, () -> random, true);

        for (int i = 0; i < 5; i++) {
            assertThat(tokens.take(NEW)).isTrue();
        }
        assertThat(tokens.take(NEW)).isFalse();
    }

    @Test
    void theChanceOfBeingTurnedAwayGrowsWhileTheBucketIsEmptyAndFallsWhileItIsFull() {
        ConnectionTokens tokens =
                tokens(new Throttle(1, 1_000_000, 1, 10, 0.4, 0.3, 0, false, 3, 1, 2));
        random = 0.99;
        assertThat(tokens.take(NEW)).isTrue();
        nowMillis += 11;
        assertThat(tokens.take(NEW)).isFalse();
        assertThat(tokens.dropChance()).isEqualTo(0.4);

        nowMillis += 2_000_000;
        random = 0.2;
        assertThat(tokens.take(NEW)).isTrue();
        assertThat(tokens.dropChance()).isCloseTo(0.1, within());
    }

    private static org.assertj.core.data.Offset<Double> within() {
        return org.assertj.core.data.Offset.offset(1e-9);
    }

    private ConnectionTokens tokens(Throttle rule) {
        return new ConnectionTokens(rule, () -> nowMillis, () -> random, false);
    }
}
