package io.banyan.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// A snapshot is due between half of the limit and the limit.
class SnapshotPolicyTest {
    @Test
    void dueAfterHalfOfTheCountAndNotAfterAllOfIt() {
        for (int seed = 0; seed < 200; seed++) {
            var policy = new SnapshotPolicy(100, 0, new SplittableRandom(seed));
            assertThat(appendsUntilDue(policy, 10)).isBetween(51, 100);
            assertThat(appendsUntilDue(policy, 10)).isBetween(51, 100);
        }
    }

    @Test
    void dueAfterHalfOfTheBytesAndNotAfterAllOfThem() {
        for (int seed = 0; seed < 200; seed++) {
            var policy = new SnapshotPolicy(100_000, 1_000, new SplittableRandom(seed));
            assertThat(appendsUntilDue(policy, 1)).isBetween(501, 1_000);
        }
    }

    @Test
    void serversOfAnEnsembleDrawDifferently() {
        var one = new SnapshotPolicy(1_000, 0, new SplittableRandom(1));
        var two = new SnapshotPolicy(1_000, 0, new SplittableRandom(2));

        assertThat(appendsUntilDue(one, 1)).isNotEqualTo(appendsUntilDue(two, 1));
    }

    @Test
    void snapshotForAnotherReasonStartsTheCountAnew() {
        var policy = new SnapshotPolicy(100, 0, new SplittableRandom(3));
        for (int i = 0; i < 50; i++) {
            assertThat(policy.appended(1)).isFalse();
        }
        policy.restart();
        for (int i = 0; i < 50; i++) {
            assertThat(policy.appended(1)).isFalse();
        }
    }

    private static int appendsUntilDue(SnapshotPolicy policy, int bytes) {
        for (int count = 1; count < 1_000_000; count++) {
            if (policy.appended(bytes)) {
                return count;
            }
        }
        throw new AssertionError("never due");
    }
}
