package io.banyan.client;

/// How long and how far a watch looks that is added by `addWatch`.
public enum WatchMode {
    /// At the znode and the names of its children, until it is removed.
    PERSISTENT(0, 4),
    /// At the znode and everything below it, until it is removed.
    RECURSIVE(1, 5);

    private final int wire;
    private final int removal;

    WatchMode(int wire, int removal) {
        this.wire = wire;
        this.removal = removal;
    }

    int wire() {
        return wire;
    }

    int removal() {
        return removal;
    }
}
