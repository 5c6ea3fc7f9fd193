package io.banyan.e2e.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.e2e.soak.Operation.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The search accepts what has an order and condemns what has none. Moments are numbers without a
/// unit.
@Tag("fast")
class LinearizabilityTest {
    private static final int BAD_VERSION = -103;

    private final List<Operation> history = new ArrayList<>();

    @Test
    void whatOverlapsMayHaveHappenedInEitherOrder() {
        write(100, 0, 10, 2);
        write(101, 0, 10, 1);
        read(100, 2, 11, 12);

        assertThat(verdict()).isEmpty();
    }

    @Test
    void anOrderThatDisagreesWithTimeIsFound() {
        write(100, 0, 10, 2);
        write(101, 11, 12, 1);

        assertThat(verdict()).singleElement().asString().contains("no order explains");
    }

    @Test
    void twoConditionalWritesThatSucceededOnOneVersionAreFound() {
        conditional(100, 0, 0, 10, 0);
        conditional(101, 0, 5, 15, 0);

        assertThat(verdict()).hasSize(1);
    }

    @Test
    void aConditionalWriteThatWasRefusedAlthoughNobodyElseWroteIsFound() {
        write(100, 0, 10, 1);
        conditional(101, 1, 11, 12, BAD_VERSION);

        assertThat(verdict()).hasSize(1);
    }

    @Test
    void aConditionalWriteThatWasRefusedBesideAnotherWritePasses() {
        write(100, 0, 10, 1);
        conditional(101, 1, 11, 20, BAD_VERSION);
        write(102, 12, 19, 2);

        assertThat(verdict()).isEmpty();
    }

    @Test
    void aReadBehindASyncThatMissesAWriteIsFound() {
        write(100, 0, 10, 1);
        write(101, 11, 12, 2);
        read(100, 1, 13, 14);

        assertThat(verdict()).hasSize(1);
    }

    @Test
    void aReadWithoutASyncMayBeOld() {
        write(100, 0, 10, 1);
        write(101, 11, 12, 2);
        add(Kind.READ, 100, 13, 14, 0, 1, Operation.ANY, Operation.NEVER);

        assertThat(verdict()).isEmpty();
    }

    @Test
    void twoReadsBesideAWriteThatSeeItAndThenDoNotAreFound() {
        write(100, 0, 10, 1);
        write(101, 11, 30, 2);
        read(101, 2, 12, 13);
        read(100, 1, 14, 15);

        assertThat(verdict()).hasSize(1);
    }

    @Test
    void aWriteWithoutAnAnswerMayHaveHappenedLaterOrNever() {
        open(100, Operation.ANY, 0);
        write(101, 5, 10, 1);
        assertThat(verdict()).isEmpty();

        write(102, 20, 30, 3);
        read(102, 3, 40, 50);

        assertThat(verdict()).isEmpty();
    }

    @Test
    void aWriteWithoutAnAnswerThatWasSeenHasHappenedOnce() {
        open(100, Operation.ANY, 0);
        read(100, 1, 5, 10);
        write(101, 11, 12, 2);
        read(100, 3, 13, 14);

        assertThat(verdict()).hasSize(1);
    }

    @Test
    void aWriteWithoutAnAnswerDoesNotHappenBeforeItIsSent() {
        write(100, 0, 10, 2);
        open(101, Operation.ANY, 11);

        assertThat(verdict()).hasSize(1);
    }

    @Test
    void aConditionalWriteWithoutAnAnswerFillsOnlyTheGapItAskedFor() {
        open(100, 1, 0);
        write(101, 5, 10, 1);
        write(102, 11, 12, 3);
        assertThat(verdict()).isEmpty();

        history.clear();
        open(100, 0, 0);
        write(101, 5, 10, 1);
        write(102, 11, 12, 3);

        assertThat(verdict()).hasSize(1);
    }

    @Test
    void aFaultIsFoundAlsoBehindManyWritesWithoutAnAnswer() {
        for (int i = 0; i < 200; i++) {
            open(1_000 + i, i % 3 == 0 ? i : Operation.ANY, i);
        }
        write(100, 300, 310, 1);
        read(100, 1, 311, 312);
        write(101, 313, 314, 50);
        read(100, 1, 315, 316);

        assertThat(verdict()).singleElement().asString().contains("no order explains");
    }

    @Test
    void aSearchThatTakesTooLongSaysSo() {
        write(100, 0, 10, 1);
        write(101, 11, 12, 2);

        assertThat(Linearizability.verdict(history, 1))
                .singleElement()
                .asString()
                .contains("no order found in 1 steps");
    }

    @Test
    void keysAreJudgedOneByOne() {
        write(100, 0, 10, 1);
        history.add(
                new Operation(Kind.WRITE, 1, 7, 1, 200, 0, 10, 0, 1, 1, 2, -1, Operation.NEVER));

        assertThat(verdict()).singleElement().asString().startsWith("key 1 ");
    }

    @Test
    void aDoorThatTellsNoVersionsIsJudgedByValues() {
        untold(Kind.WRITE, 100, 0, 10, 0, Operation.ANY);
        untold(Kind.WRITE, 101, 11, 12, 0, 100);
        untold(Kind.WRITE, 102, 13, 14, BAD_VERSION, 100);
        untold(Kind.READ, 101, 15, 16, 0, Operation.ANY);
        // And the version counts what that door did.
        read(101, 2, 17, 18);

        assertThat(verdict()).isEmpty();
    }

    @Test
    void twoConditionalWritesThatSucceededOnOneValueAreFound() {
        untold(Kind.WRITE, 100, 0, 10, 0, 0);
        untold(Kind.WRITE, 101, 5, 15, 0, 0);

        assertThat(verdict()).hasSize(1);
    }

    @Test
    void aConditionalWriteThatWasRefusedAlthoughTheValueWasThereIsFound() {
        untold(Kind.WRITE, 100, 0, 10, 0, Operation.ANY);
        untold(Kind.WRITE, 101, 11, 12, BAD_VERSION, 100);

        assertThat(verdict()).hasSize(1);
    }

    @Test
    void aConditionalWriteWithoutAnAnswerHappensOnlyOnTheValueItAskedFor() {
        untold(Kind.WRITE, 100, 0, Operation.NEVER, 0, 101);
        write(101, 5, 10, 1);
        write(102, 11, 12, 3);
        assertThat(verdict()).isEmpty();

        history.clear();
        untold(Kind.WRITE, 100, 0, Operation.NEVER, 0, 99);
        write(101, 5, 10, 1);
        write(102, 11, 12, 3);

        assertThat(verdict()).hasSize(1);
    }

    /// What a real register did, with moments around the true ones, always has an order; and with
    /// one read replaced by what was true before it was asked, it has none.
    @Test
    void randomHistoriesOfARealRegisterPassAndOneOldReadInThemDoesNot() {
        for (int seed = 1; seed <= 200; seed++) {
            var random = new Random(seed);
            int old = random(random);
            assertThat(verdict()).as("seed %d", seed).isEmpty();

            if (old >= 0) {
                Operation read = history.get(old);
                history.set(
                        old,
                        new Operation(
                                Kind.READ,
                                1,
                                7,
                                0,
                                0,
                                read.invokedNanos(),
                                read.returnedNanos(),
                                0,
                                0,
                                0,
                                0,
                                Operation.ANY,
                                read.syncedNanos()));
                assertThat(verdict()).as("seed %d with an old read", seed).hasSize(1);
            }
        }
    }

    /// @return index of a read that was asked after a write had been answered, or -1
    private int random(Random random) {
        history.clear();
        long value = 0;
        int version = 0;
        long firstAnswer = Operation.NEVER;
        int late = -1;
        for (int i = 1; i <= 60; i++) {
            long at = 100L * i;
            long invoked = at - random.nextInt(400);
            long returned = at + random.nextInt(400);
            int expected = Math.max(0, version - random.nextInt(2));
            boolean matches = expected == version;
            switch (random.nextInt(5)) {
                case 0 -> {
                    read(value, version, invoked, returned);
                    late = firstAnswer < invoked ? history.size() - 1 : late;
                }
                case 1 -> {
                    write(value = i, invoked, returned, ++version);
                    firstAnswer = Math.min(firstAnswer, returned);
                }
                case 2 -> {
                    open(i, Operation.ANY, invoked);
                    if (random.nextBoolean()) {
                        value = i;
                        version++;
                    }
                }
                case 3 -> {
                    open(i, expected, invoked);
                    if (matches && random.nextBoolean()) {
                        value = i;
                        version++;
                    }
                }
                default -> {
                    conditional(i, expected, invoked, returned, matches ? 0 : BAD_VERSION);
                    if (matches) {
                        value = i;
                        version++;
                        firstAnswer = Math.min(firstAnswer, returned);
                    }
                }
            }
        }
        return late;
    }

    private List<String> verdict() {
        return Linearizability.verdict(history);
    }

    private void write(long value, long invoked, long returned, int version) {
        add(Kind.WRITE, value, invoked, returned, 0, version, Operation.ANY, Operation.NEVER);
    }

    private void conditional(long value, int expected, long invoked, long returned, int err) {
        int version = err == 0 ? expected + 1 : 0;
        add(Kind.WRITE, value, invoked, returned, err, version, expected, Operation.NEVER);
    }

    private void open(long value, int expected, long invoked) {
        add(Kind.WRITE, value, invoked, Operation.NEVER, 0, 0, expected, Operation.NEVER);
    }

    private void untold(
            Kind kind, long value, long invoked, long returned, int err, long expectedValue) {
        history.add(
                new Operation(
                        kind,
                        1,
                        7,
                        0,
                        value,
                        invoked,
                        returned,
                        err,
                        0,
                        0,
                        Operation.UNTOLD,
                        Operation.ANY,
                        expectedValue,
                        kind == Kind.READ ? invoked : Operation.NEVER));
    }

    /// Behind a sync.
    private void read(long value, int version, long synced, long returned) {
        add(Kind.READ, value, synced, returned, 0, version, Operation.ANY, synced);
    }

    private void add(
            Kind kind,
            long value,
            long invoked,
            long returned,
            int err,
            int version,
            int expected,
            long synced) {
        history.add(
                new Operation(
                        kind, 1, 7, 0, value, invoked, returned, err, 0, 0, version, expected,
                        synced));
    }
}
