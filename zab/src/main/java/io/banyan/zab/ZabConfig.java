package io.banyan.zab;

import java.util.Set;

/// What {@link Zab} has to know of the configuration. Durations in milliseconds.
///
/// @param serverId `myid`
/// @param electorate who votes
/// @param observers members without a vote
/// @param tickMillis `tickTime`
/// @param initLimit ticks that discovery and synchronisation may take each
/// @param syncLimit ticks that a server may be silent
/// @param heartbeatMillis how often a leader pings learners that are Banyan servers
/// @param silenceMillis how long a learner waits for a sign of life of a leader that is a Banyan
///   server
/// @param historyTxns how many committed transactions are kept in memory for learners
/// @param historyBytes how many bytes of them
/// @param snapshotAlways `forceSnapshotSync`: learners always get an image
/// @param config text of the membership, for NEWLEADER
/// @param observerMasters whether followers serve observers, and observers turn to them rather than
///   to the leader
@SuppressWarnings("ArrayRecordComponent") // shared, never compared
public record ZabConfig(
        long serverId,
        Electorate electorate,
        Set<Long> observers,
        int tickMillis,
        int initLimit,
        int syncLimit,
        int heartbeatMillis,
        int silenceMillis,
        int historyTxns,
        long historyBytes,
        boolean snapshotAlways,
        byte[] config,
        boolean observerMasters) {
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

    boolean isMember(long server) {
        return electorate.contains(server) || observers.contains(server);
    }

    boolean votes() {
        return electorate.contains(serverId);
    }
}
