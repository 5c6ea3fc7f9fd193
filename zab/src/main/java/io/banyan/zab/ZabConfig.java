package io.banyan.zab;

/// What {@link Zab} has to know of the configuration. Durations in milliseconds.
///
/// @param serverId `myid`
/// @param quorums the members that this server begins with, and who of them decide
/// @param tickMillis `tickTime`
/// @param initLimit ticks that discovery and synchronisation may take each
/// @param syncLimit ticks that a server may be silent
/// @param heartbeatMillis how often a leader pings learners that are Banyan servers
/// @param silenceMillis how long a learner waits for a sign of life of a leader that is a Banyan
///   server
/// @param historyTxns how many committed transactions are kept in memory for learners
/// @param historyBytes how many bytes of them
/// @param snapshotAlways `forceSnapshotSync`: learners always get an image
/// @param observerMasters whether followers serve observers, and observers turn to them rather than
///   to the leader
/// @param reconfig `reconfigEnabled`: whether the members may change while the ensemble works
public record ZabConfig(
        long serverId,
        Quorums quorums,
        int tickMillis,
        int initLimit,
        int syncLimit,
        int heartbeatMillis,
        int silenceMillis,
        int historyTxns,
        long historyBytes,
        boolean snapshotAlways,
        boolean observerMasters,
        boolean reconfig) {
    public ZabConfig {
        if (tickMillis < 1 || initLimit < 1 || syncLimit < 1 || historyTxns < 1) {
            throw new IllegalArgumentException(
                    "tickMillis="
                            + tickMillis
                            + " initLimit="
                            + initLimit
                            + " syncLimit="
                            + syncLimit
                            + " historyTxns="
                            + historyTxns);
        }
    }
}
