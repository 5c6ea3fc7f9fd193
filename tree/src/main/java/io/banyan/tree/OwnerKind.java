package io.banyan.tree;

/// What a znode's `ephemeralOwner` says of its life.
enum OwnerKind {
    /// Stays until it is deleted.
    PERSISTENT,
    /// Ends with its session.
    EPHEMERAL,
    /// Goes when its last child has gone.
    CONTAINER,
    /// Goes when it has no children and has not changed for a while.
    TTL;

    static final long CONTAINER_OWNER = Long.MIN_VALUE;
    static final long TTL_MILLIS_MAX = 0xff_ffff_ffffL;

    private static final long EXTENDED_MASK = 0xff00_0000_0000_0000L;
    private static final long FEATURE_MASK = 0x00ff_ff00_0000_0000L;

    static OwnerKind of(long owner, TreeConfig config) {
        if (owner == 0) {
            return PERSISTENT;
        }
        if (owner == CONTAINER_OWNER) {
            return CONTAINER;
        }
        if (config.extendedTypesEnabled()) {
            if (config.emulate353TtlNodes() && owner < 0) {
                return TTL;
            }
            if ((owner & EXTENDED_MASK) == EXTENDED_MASK) {
                // A feature that nobody has defined: the znode stays, since taking it for a
                // session's
                // would delete it.
                return (owner & FEATURE_MASK) == 0 ? TTL : PERSISTENT;
            }
        }
        return EPHEMERAL;
    }

    static long ttlOwner(long ttlMillis) {
        return EXTENDED_MASK | ttlMillis;
    }

    static long ttlMillis(long owner) {
        return owner & TTL_MILLIS_MAX;
    }
}
