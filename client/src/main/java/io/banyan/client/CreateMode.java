package io.banyan.client;

import java.time.Duration;

/// What kind of znode a create makes. `CreateMode.EPHEMERAL.sequential()` reads as it is meant.
///
/// @param kind how long the znode lives
/// @param isSequential whether the server appends ten digits that grow with every create under the
///   parent
/// @param ttlMillis of kind TTL: 1 to 1099511627775; else -1
public record CreateMode(Kind kind, boolean isSequential, long ttlMillis) {
    /// How long a znode lives.
    public enum Kind {
        /// Until it is deleted.
        PERSISTENT,
        /// Until it is deleted or the session ends.
        EPHEMERAL,
        /// Until some time after its last child went.
        CONTAINER,
        /// Until it had no children and no change of data for a time; the server must allow it by
        /// `extendedTypesEnabled`.
        TTL
    }

    public static final CreateMode PERSISTENT = new CreateMode(Kind.PERSISTENT, false, -1);
    public static final CreateMode EPHEMERAL = new CreateMode(Kind.EPHEMERAL, false, -1);
    public static final CreateMode CONTAINER = new CreateMode(Kind.CONTAINER, false, -1);

    private static final long TTL_MILLIS_MAX = (1L << 40) - 1;

    /// @throws IllegalArgumentException for a combination that no server knows
    public CreateMode {
        if (kind == Kind.TTL ? ttlMillis < 1 || ttlMillis > TTL_MILLIS_MAX : ttlMillis != -1) {
            throw new IllegalArgumentException("kind=" + kind + " ttlMillis=" + ttlMillis);
        }
        if (kind == Kind.CONTAINER && isSequential) {
            throw new IllegalArgumentException("a container cannot be sequential");
        }
    }

    /// A znode that goes when it had no children and no change of data for this long.
    public static CreateMode ttl(Duration ttl) {
        return new CreateMode(Kind.TTL, false, ttl.toMillis());
    }

    /// The same with a number appended to the name.
    public CreateMode sequential() {
        return new CreateMode(kind, true, ttlMillis);
    }

    /// As ZooKeeper numbers the modes.
    int flags() {
        return switch (kind) {
            case PERSISTENT -> isSequential ? 2 : 0;
            case EPHEMERAL -> isSequential ? 3 : 1;
            case CONTAINER -> 4;
            case TTL -> isSequential ? 6 : 5;
        };
    }
}
