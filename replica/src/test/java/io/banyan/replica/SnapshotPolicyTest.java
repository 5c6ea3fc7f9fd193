package io.banyan.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// A snapshot is due between half of the limit and the limit, and rests come between snapshots.
class SnapshotPolicyTest {
    @Test
    void dueAfterHalfOfTheCountAndNotAfterAllOfIt() {
        for (int seed = 0; seed < 200; seed++) {
            var policy = policy(100, 0, seed);
            assertThat(appendsUntilBegun(policy, 10, 0)).isBetween(51, 100);
            policy.done(0);
            assertThat(appendsUntilBegun(policy, 10, 0)).isBetween(51, 100);
        }
    }

    @Test
    void dueAfterHalfOfTheBytesAndNotAfterAllOfThem() {
        for (int seed = 0; seed < 200; seed++) {
            var policy = policy(100_000, 1_000, seed);
            assertThat(appendsUntilBegun(policy, 1, 0)).isBetween(501, 1_000);
        }
    }

    @Test
    void serversOfAnEnsembleDrawDifferently() {
        assertThat(appendsUntilBegun(policy(1_000, 0, 1), 1, 0))
                .isNotEqualTo(appendsUntilBegun(policy(1_000, 0, 2), 1, 0));
    }

    @Test
    void wantedSnapshotIsWrittenAtOnceAndStartsTheCountAnew() {
        var policy = policy(100, 0, 3);
        append(policy, 50);
        assertThat(policy.begins(0)).isFalse();

        policy.wanted();
        assertThat(policy.begins(0)).isTrue();
        policy.done(0);

        append(policy, 50);
        assertThat(policy.begins(0)).isFalse();
    }

    @Test
    void nextOneWaitsForTheOneThatIsWritten() {
        var policy = policy(2, 0, 1);
        append(policy, 10);
        assertThat(policy.begins(0)).isTrue();
        append(policy, 10);
        policy.wanted();
        assertThat(policy.begins(0)).isFalse();
        policy.done(0);
        assertThat(policy.begins(0)).isTrue();
    }

    @Test
    void restsThreeTimesAsLongAsWritingTook() {
        var policy = policy(2, 0, 1);
        append(policy, 10);
        assertThat(policy.begins(1_000)).isTrue();
        append(policy, 10);
        policy.done(3_000);

        assertThat(policy.begins(8_999)).isFalse();
        assertThat(policy.begins(9_000)).isTrue();
    }

    @Test
    void restsForAMinuteAtMost() {
        var policy = policy(2, 0, 1);
        append(policy, 10);
        assertThat(policy.begins(0)).isTrue();
        append(policy, 10);
        policy.done(1_000_000);

        assertThat(policy.begins(1_059_999)).isFalse();
        assertThat(policy.begins(1_060_000)).isTrue();
    }

    @Test
    void wantedSnapshotDoesNotWaitForTheEndOfARest() {
        var policy = policy(2, 0, 1);
        append(policy, 10);
        assertThat(policy.begins(0)).isTrue();
        policy.done(1_000);

        policy.wanted();

        assertThat(policy.begins(1_000)).isTrue();
    }

    private static SnapshotPolicy policy(int snapCount, long snapSizeBytes, int seed) {
        return new SnapshotPolicy(snapCount, snapSizeBytes, 0, new SplittableRandom(seed));
    }

    private static void append(SnapshotPolicy policy, int count) {
        for (int i = 0; i < count; i++) {
            policy.appended(1);
        }
    }

    private static int appendsUntilBegun(SnapshotPolicy policy, int bytes, long nowMillis) {
        for (int count = 1; count < 1_000_000; count++) {
            policy.appended(bytes);
            if (policy.begins(nowMillis)) {
                return count;
            }
        }
        throw new AssertionError("never due");
    }
}
