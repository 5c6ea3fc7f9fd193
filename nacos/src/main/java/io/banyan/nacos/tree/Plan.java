package io.banyan.nacos.tree;

import io.banyan.wire.MultiOp;
import java.util.List;

/// What an operation wants to do, given a view.
///
/// @param <T> what the operation answers
public sealed interface Plan<T> {
    /// Carry these out as one transaction, then answer.
    record Change<T>(List<MultiOp> ops, T answer) implements Plan<T> {
        public Change {
            ops = List.copyOf(ops);
        }
    }

    /// Nothing has to change.
    record Nothing<T>(T answer) implements Plan<T> {}

    /// As far as this view goes the answer is no; but others may know more, so it is given only
    /// after a view was seen that is as new as the leader's state when the operation began.
    record Refuse<T>(T answer) implements Plan<T> {}
}
