package io.banyan.client;

/// Which watches of a path `removeWatches` is about.
public enum WatchKind {
    /// One-shot watches by `children`.
    CHILDREN(1),
    /// One-shot watches by `get` and `exists`.
    DATA(2),
    /// All of them.
    ANY(3),
    /// Those of {@link WatchMode#PERSISTENT}; ZooKeeper knows it since 3.9.
    PERSISTENT(4),
    /// Those of {@link WatchMode#RECURSIVE}; ZooKeeper knows it since 3.9.
    RECURSIVE(5);

    private final int wire;

    WatchKind(int wire) {
        this.wire = wire;
    }

    int wire() {
        return wire;
    }
}
