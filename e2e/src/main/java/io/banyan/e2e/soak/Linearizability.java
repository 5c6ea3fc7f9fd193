package io.banyan.e2e.soak;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Whether one order of a znode's writes, conditional writes and reads behind a sync explains every
/// answer and agrees with time: the search of Wing and Gong with Lowe's memory of where it has
/// been. A door of Nacos knows no version: there a conditional write asks for a value, and every
/// value is written once.
///
/// It looks at no zxid, so it does not believe the server what the rest of the [Judge] has to. A
/// read behind a sync begins with the sync; other reads may show an older state and have no place
/// in the order, but what they show has been written.
///
/// What had no answer may have happened at any time after it was sent, or never. Two things keep
/// the search small although such a write is a candidate for ever: one that a read has shown
/// happened before that read had its answer, as the version that it shows; and among unconditional
/// ones that nobody ever saw one is as good as another, so only the oldest is tried.
public final class Linearizability {
    /// Histories that have an order take about as many steps as they have answers. Without a bound
    /// one that has none could be searched until memory ends.
    private static final int STEPS_MAX = 5_000_000;

    /// How many of the operations that fit nowhere are shown.
    private static final int SHOWN_MAX = 6;

    /// What the znode holds.
    private record State(long value, int version) {}

    private enum Source {
        /// Has an answer, or was seen.
        SETTLED,
        /// Nobody knows, and it happened at one version only.
        CONDITIONAL,
        /// Nobody knows.
        PLAIN
    }

    /// The next operation of an order.
    ///
    /// @param index in the list of its source
    /// @param after what the znode holds behind it
    private record Move(Source source, int index, State after) {}

    /// What the future of a search depends on.
    ///
    /// @param first the first settled operation that has no place
    /// @param beyond which of those behind it have one
    private record Place(int first, BitSet beyond, int plain, BitSet conditional, State state) {}

    /// One step of the search: what is still to be tried here.
    private static final class Fork {
        final Iterator<Move> moves;
        final State state;
        @Nullable Move taken;

        Fork(State state, List<Move> moves) {
            this.state = state;
            this.moves = moves.iterator();
        }
    }

    private final List<Operation> settled = new ArrayList<>();
    private final List<Operation> conditional = new ArrayList<>();
    private final List<Operation> plain = new ArrayList<>();

    private final BitSet placed = new BitSet();
    private final BitSet conditionalUsed = new BitSet();
    private int plainUsed;
    private State state = new State(0, 0);

    private Linearizability(List<Operation> ofOneKey) {
        Map<Long, Operation> shown = firstShown(ofOneKey);
        for (Operation each : ofOneKey) {
            Operation by = shown.get(each.value());
            if (each.kind() == Operation.Kind.READ) {
                if (each.isDone() && each.syncedNanos() != Operation.NEVER) {
                    settled.add(each);
                }
            } else if (each.isAnswered()) {
                if (each.isDone() || each.err() == Operation.BAD_VERSION) {
                    settled.add(each);
                }
            } else if (by != null) {
                settled.add(each.doneBefore(by));
            } else {
                (each.isConditional() ? conditional : plain).add(each);
            }
        }
        Comparator<Operation> byTime = Comparator.comparingLong(Linearizability::begin);
        settled.sort(byTime);
        conditional.sort(byTime);
        plain.sort(byTime);
    }

    private static Map<Long, Operation> firstShown(List<Operation> operations) {
        var shown = new HashMap<Long, Operation>();
        for (Operation each : operations) {
            if (each.kind() == Operation.Kind.READ && each.isDone()) {
                shown.merge(
                        each.value(),
                        each,
                        (a, b) -> a.returnedNanos() <= b.returnedNanos() ? a : b);
            }
        }
        return shown;
    }

    private static long begin(Operation operation) {
        return Math.min(operation.invokedNanos(), operation.syncedNanos());
    }

    /// @param operations of any keys, in any order
    /// @return what does not fit, a line for each key; empty if all does
    public static List<String> verdict(List<Operation> operations) {
        return verdict(operations, STEPS_MAX);
    }

    static List<String> verdict(List<Operation> operations, int stepsMax) {
        var byKey = new TreeMap<Integer, List<Operation>>();
        for (Operation each : operations) {
            byKey.computeIfAbsent(each.key(), key -> new ArrayList<>()).add(each);
        }
        var broken = new ArrayList<String>();
        byKey.forEach((key, ofOneKey) -> {
            String found = new Linearizability(ofOneKey).search(stepsMax);
            if (!found.isEmpty()) {
                broken.add("key " + key + " is not linearizable: " + found);
            }
        });
        return broken;
    }

    /// Depth first.
    ///
    /// @return empty if there is an order
    private String search(int stepsMax) {
        Deque<Fork> order = new ArrayDeque<>();
        Set<Place> seen = new HashSet<>();
        int most = -1;
        String stuck = "";
        Fork fork = new Fork(state, moves());
        for (int steps = 0; placed.cardinality() < settled.size(); steps++) {
            if (steps == stepsMax) {
                return "no order found in " + steps + " steps" + stuck;
            }
            if (fork.moves.hasNext()) {
                Move move = fork.moves.next();
                take(move);
                if (seen.add(place())) {
                    fork.taken = move;
                    order.addLast(fork);
                    fork = new Fork(state, moves());
                } else {
                    giveBack(move, fork.state);
                }
                continue;
            }
            if (placed.cardinality() > most) {
                most = placed.cardinality();
                stuck = describe();
            }
            if (order.isEmpty()) {
                return "no order explains the answers" + stuck;
            }
            fork = order.removeLast();
            if (fork.taken != null) {
                giveBack(fork.taken, fork.state);
            }
        }
        return "";
    }

    /// What may come next: whatever was sent before the first answer to something that has no
    /// place. Those with an answer come first, since they show soon whether they fit. One that
    /// changes nothing and fits now is the only one: whatever order has it later is as good with it
    /// here.
    private List<Move> moves() {
        var moves = new ArrayList<Move>();
        long firstReturn = Operation.NEVER;
        for (int i = placed.nextClearBit(0);
                i < settled.size() && begin(settled.get(i)) <= firstReturn;
                i = placed.nextClearBit(i + 1)) {
            Operation each = settled.get(i);
            firstReturn = Math.min(firstReturn, each.returnedNanos());
            State after = after(each);
            if (after != null && after.equals(state)) {
                return List.of(new Move(Source.SETTLED, i, after));
            }
            if (after != null) {
                moves.add(new Move(Source.SETTLED, i, after));
            }
        }
        for (int i = 0; i < conditional.size() && begin(conditional.get(i)) <= firstReturn; i++) {
            Operation each = conditional.get(i);
            if (!conditionalUsed.get(i) && isAsExpected(each)) {
                moves.add(new Move(Source.CONDITIONAL, i, written(each)));
            }
        }
        if (plainUsed < plain.size() && begin(plain.get(plainUsed)) <= firstReturn) {
            moves.add(new Move(Source.PLAIN, plainUsed, written(plain.get(plainUsed))));
        }
        return moves;
    }

    /// What the znode holds behind an operation that happens now and is answered as it was.
    ///
    /// @return null if it cannot be answered so now
    private @Nullable State after(Operation operation) {
        if (operation.kind() == Operation.Kind.READ) {
            boolean same =
                    operation.value() == state.value() && isVersion(operation, state.version());
            return same ? state : null;
        }
        boolean matches = isAsExpected(operation);
        if (operation.err() == Operation.BAD_VERSION) {
            return matches ? null : state;
        }
        return matches && isVersion(operation, state.version() + 1) ? written(operation) : null;
    }

    private boolean isAsExpected(Operation write) {
        return (write.expected() == Operation.ANY || write.expected() == state.version())
                && (write.expectedValue() == Operation.ANY
                        || write.expectedValue() == state.value());
    }

    private static boolean isVersion(Operation operation, int version) {
        return operation.version() == Operation.UNTOLD || operation.version() == version;
    }

    private State written(Operation operation) {
        return new State(operation.value(), state.version() + 1);
    }

    private void take(Move move) {
        state = move.after;
        switch (move.source) {
            case SETTLED -> placed.set(move.index);
            case CONDITIONAL -> conditionalUsed.set(move.index);
            case PLAIN -> plainUsed++;
        }
    }

    private void giveBack(Move move, State before) {
        state = before;
        switch (move.source) {
            case SETTLED -> placed.clear(move.index);
            case CONDITIONAL -> conditionalUsed.clear(move.index);
            case PLAIN -> plainUsed--;
        }
    }

    private Place place() {
        int first = placed.nextClearBit(0);
        BitSet beyond = placed.get(first, Math.max(first, placed.length()));
        return new Place(first, beyond, plainUsed, conditionalThatMatters(), state);
    }

    /// Which conditional writes have been taken, without those that ask for a version that is gone:
    /// they have no future, whether they were taken or not.
    private BitSet conditionalThatMatters() {
        var matters = (BitSet) conditionalUsed.clone();
        for (int i = matters.nextSetBit(0); i >= 0; i = matters.nextSetBit(i + 1)) {
            Operation each = conditional.get(i);
            if (each.expected() != Operation.ANY && each.expected() < state.version()) {
                matters.clear(i);
            }
        }
        return matters;
    }

    private String describe() {
        var text = new StringBuilder();
        text.append("; behind ").append(placed.cardinality()).append(" in order the znode holds ");
        text.append(state).append(", and then come");
        int shown = 0;
        for (int i = placed.nextClearBit(0);
                i < settled.size() && shown < SHOWN_MAX;
                i = placed.nextClearBit(i + 1), shown++) {
            text.append("\n    ").append(settled.get(i));
        }
        return text.toString();
    }
}
