package io.banyan.e2e.nacos;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.e2e.soak.Linearizability;
import io.banyan.e2e.soak.Operation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What the clients of case Z3 write down is accepted where the registers are true, and condemned
/// where they lie once. One thread and a counter for a clock: each run of a seed is the same.
@Tag("fast")
class RegisterClientTest {
    private static final int KEYS = 2;
    private static final int STEPS = 400;
    private static final int SEEDS = 20;

    /// What the registers do wrong, once.
    private enum Lie {
        NONE,
        /// A write is answered and not done.
        FORGETS,
        /// A read behind a sync shows what was there before.
        SHOWS_OLD,
        /// A conditional write is done although another value is there.
        COMPARES_NOT,
        /// A conditional write is refused although its value is there.
        REFUSES
    }

    @Test
    void whatTrueRegistersAnsweredHasAnOrder() {
        for (int seed = 1; seed <= SEEDS; seed++) {
            var run = new Run(seed, Lie.NONE, false);
            run.play();
            assertThat(run.verdict()).as("seed %d", seed).isEmpty();
            assertThat(run.operations()).anyMatch(each -> each.err() == Operation.BAD_VERSION);
        }
    }

    @Test
    void eachLieIsFound() {
        for (Lie lie : List.of(Lie.FORGETS, Lie.SHOWS_OLD, Lie.COMPARES_NOT, Lie.REFUSES)) {
            for (int seed = 1; seed <= SEEDS; seed++) {
                var run = new Run(seed, lie, false);
                run.play();
                assertThat(run.told).as("%s is told, seed %d", lie, seed).isTrue();
                assertThat(run.verdict()).as("%s, seed %d", lie, seed).isNotEmpty();
            }
        }
    }

    @Test
    void whatHadNoAnswerStaysOpenAndTheWayIsLookedForAgain() {
        for (int seed = 1; seed <= SEEDS; seed++) {
            var run = new Run(seed, Lie.NONE, true);
            run.play();

            assertThat(run.operations()).anyMatch(each -> !each.isAnswered());
            assertThat(run.operations().getLast().isAnswered()).isTrue();
            assertThat(run.verdict()).as("seed %d", seed).isEmpty();
        }
    }

    /// Clients of registers in memory, each of which does something while another waits for its
    /// answer.
    private static final class Run {
        private final long[] values = new long[KEYS];
        private final long[] before = new long[KEYS];
        private final int[] versions = new int[KEYS];
        private final List<RegisterClient> clients = new ArrayList<>();
        private final List<RegisterClient> busy = new ArrayList<>();
        private final Random random;
        private final Lie planted;
        private final boolean breaks;
        private long now;
        private int steps;
        private boolean told;

        Run(int seed, Lie planted, boolean breaks) {
            this.planted = planted;
            this.breaks = breaks;
            random = new Random(seed);
            for (int i = 1; i <= 4; i++) {
                boolean tellsVersions = i % 2 == 0;
                clients.add(
                        new RegisterClient(
                                i,
                                by -> new Fake(tellsVersions),
                                KEYS,
                                random.nextLong(),
                                () -> ++now));
            }
        }

        void play() {
            while (steps < STEPS) {
                step();
            }
            clients.forEach(each -> {
                // As the case does: what is there at the end counts.
                try {
                    each.readAll();
                } catch (IOException e) {
                    assertThat(breaks).isTrue();
                }
            });
        }

        private void step() {
            RegisterClient next = clients.get(random.nextInt(clients.size()));
            if (!busy.contains(next)) {
                steps++;
                busy.add(next);
                next.step();
                busy.remove(next);
            }
        }

        /// Others do something, and the connection may break.
        private void meanwhile() throws IOException {
            while (random.nextInt(3) == 0 && busy.size() < clients.size() && steps < STEPS) {
                step();
            }
            if (breaks && steps < STEPS && random.nextInt(20) == 0) {
                throw new IOException("broken");
            }
        }

        /// Whether it is time for a lie, which nothing that happens beside it may excuse.
        private boolean lies(Lie lie) {
            boolean now = planted == lie && !told && steps > STEPS / 4 && busy.size() == 1;
            told |= now;
            return now;
        }

        List<Operation> operations() {
            return clients.stream().flatMap(each -> each.operations().stream()).toList();
        }

        List<String> verdict() {
            return Linearizability.verdict(operations());
        }

        /// One way to the registers.
        private final class Fake implements Register {
            private final boolean tellsVersions;

            /// What was not there any more when the sync began that was the last thing asked for.
            private long @Nullable [] old;

            Fake(boolean tellsVersions) {
                this.tellsVersions = tellsVersions;
            }

            private int told(int version) {
                return tellsVersions ? version : Operation.UNTOLD;
            }

            @Override
            public Seen read(int key) throws IOException {
                long[] gone = old;
                old = null;
                if (gone != null && versions[key] > 0 && lies(Lie.SHOWS_OLD)) {
                    return new Seen(gone[key], told(versions[key] - 1));
                }
                meanwhile();
                var seen = new Seen(values[key], told(versions[key]));
                meanwhile();
                return seen;
            }

            @Override
            public Written write(int key, long value, @Nullable Seen expected) throws IOException {
                old = null;
                if (expected != null && isThere(key, expected) && lies(Lie.REFUSES)) {
                    return new Written(false, Operation.UNTOLD);
                }
                if (expected == null && lies(Lie.FORGETS)) {
                    return new Written(true, told(versions[key] + 1));
                }
                meanwhile();
                if (expected != null && !isThere(key, expected) && !lies(Lie.COMPARES_NOT)) {
                    return new Written(false, Operation.UNTOLD);
                }
                before[key] = values[key];
                values[key] = value;
                int mine = ++versions[key];
                meanwhile();
                return new Written(true, told(mine));
            }

            private boolean isThere(int key, Seen expected) {
                return expected.version() == Operation.UNTOLD
                        ? expected.value() == values[key]
                        : expected.version() == versions[key];
            }

            @Override
            public void sync() throws IOException {
                old = busy.size() == 1 ? before.clone() : null;
            }

            @Override
            public void close() {}
        }
    }
}
