package io.banyan.tree;

/// Logged transactions carried out one after another, of which only the last state is wanted.
///
/// What one transaction has copied the next ones change in place, so a log is replayed with a good
/// part of the copying and of the garbage saved. Confined to one thread.
public final class Replay {
    private final TreeConfig config;
    private State state;

    /// Dropped whenever a state is shown, since that may never change again.
    private Edit edit = new Edit();

    Replay(TreeConfig config, State start) {
        this.config = config;
        state = start;
    }

    /// Carries out a transaction; its effects may be there already, as after a fuzzy snapshot.
    ///
    /// @param payload header, record and digest; not modified
    /// @throws io.banyan.wire.MalformedRecord if it is no transaction; then this is of no use any
    ///   more
    public void txn(byte[] payload) {
        state = new Application(config, state, payload, edit).run().state();
    }

    /// The state after all transactions so far. More may follow, which leave it as it is.
    public State state() {
        edit = new Edit();
        return state;
    }
}
