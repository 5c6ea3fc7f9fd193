package io.banyan.replica;

/// What a {@link Replica} has to know of the configuration. Durations in milliseconds.
///
/// @param serverId 1 for a server on its own, myid in an ensemble
/// @param gateways how many gateways it serves
/// @param tickMillis `tickTime`
/// @param stallMillisMax how much of a gap between two ticks counts on the session clock
/// @param snapCount transactions per snapshot
/// @param snapSizeBytes log bytes per snapshot, 0 for no such limit
/// @param reapEveryMillis `znode.container.checkIntervalMs`
/// @param reapPerMinuteMax `znode.container.maxPerMinute`
/// @param neverUsedMillisMax `znode.container.maxNeverUsedIntervalMs`, 0 for never
/// @param reconfigEnabled `reconfigEnabled`
/// @param leaderServes `zookeeper.leaderServes`: whether the leader of an ensemble takes clients
/// @param readOnlyMode `readonlymode.enabled`: whether a member that finds no leader answers reads
/// @param newSessions what a client without a session gets
/// @param counterEnd where the counter of an epoch ends: the next one begins before it. {@link
///   #COUNTER_END}, or less for a simulation that wants to get there
/// @param votersMin fewer must not be left by a reconfiguration
public record ReplicaConfig(
        int serverId,
        int gateways,
        int tickMillis,
        int stallMillisMax,
        int snapCount,
        long snapSizeBytes,
        int reapEveryMillis,
        int reapPerMinuteMax,
        long neverUsedMillisMax,
        boolean reconfigEnabled,
        boolean leaderServes,
        boolean readOnlyMode,
        NewSessions newSessions,
        long counterEnd,
        int votersMin) {
    /// The largest counter that a zxid has room for.
    public static final long COUNTER_END = 0xffff_ffffL;

    /// With a leader that serves, without read-only mode, with global sessions, and with epochs as
    /// long as zxids allow.
    public ReplicaConfig(
            int serverId,
            int gateways,
            int tickMillis,
            int stallMillisMax,
            int snapCount,
            long snapSizeBytes,
            int reapEveryMillis,
            int reapPerMinuteMax,
            long neverUsedMillisMax,
            boolean reconfigEnabled) {
        this(
                serverId,
                gateways,
                tickMillis,
                stallMillisMax,
                snapCount,
                snapSizeBytes,
                reapEveryMillis,
                reapPerMinuteMax,
                neverUsedMillisMax,
                reconfigEnabled,
                true,
                false,
                NewSessions.GLOBAL,
                COUNTER_END,
                2);
    }

    public ReplicaConfig {
        if (counterEnd < 2 || counterEnd > COUNTER_END) {
            throw new IllegalArgumentException("counterEnd=" + counterEnd);
        }
        if (gateways < 1 || tickMillis < 1 || stallMillisMax < 1 || snapCount < 2) {
            throw new IllegalArgumentException(
                    "gateways="
                            + gateways
                            + " tickMillis="
                            + tickMillis
                            + " stallMillisMax="
                            + stallMillisMax
                            + " snapCount="
                            + snapCount);
        }
    }
}
