package io.banyan.sim;

import io.banyan.tree.Loader;
import io.banyan.tree.State;
import io.banyan.tree.ZnodeTree;
import java.io.IOException;
import java.io.UncheckedIOException;

/// Promise 4: snapshot and replay, the live state and the model are the same; the digest kept step
/// by step is the one counted from scratch; snapshots hold nothing uncommitted.
final class SameState {
    private static final String PROMISE = "SameState";
    private static final int SNAPSHOTS_PER_CHECK = 4;

    private final History history;
    private final ZnodeTree tree;
    private int snapshots;

    SameState(History history, ZnodeTree tree) {
        this.history = history;
        this.tree = tree;
    }

    /// @param what tells people which state
    void check(State state, String what) {
        String difference = Model.of(state).differenceFrom(history.modelAt(state.zxid()));
        Violation.unless(
                difference == null,
                PROMISE,
                what + " at " + History.hex(state.zxid()) + ": " + difference);
        Loader loader = tree.loader();
        try {
            state.writeTo(loader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        State again = loader.finish(state.zxid());
        Violation.unless(
                again.digest() == state.digest() && again.nodeCount() == state.nodeCount(),
                PROMISE,
                what + ": digest " + state.digest() + ", from scratch " + again.digest());
    }

    void snapshot(State state) {
        Violation.unless(
                history.isCommitted(state.zxid()),
                PROMISE,
                "snapshot of " + History.hex(state.zxid()) + ", which is not committed");
        // Whatever else comes of a state is checked in full; snapshots are many.
        if (snapshots++ % SNAPSHOTS_PER_CHECK == 0) {
            check(state, "snapshot");
        }
    }
}
