package io.banyan.bench;

import java.nio.file.Path;

/// How thoroughly to measure.
///
/// @param rounds how often the candidates take turns; a figure is the median over the rounds
/// @param warmMillis pressed and not counted, before each measurement
/// @param heap of each server, as `-Xmx` takes it
/// @param znodes of the rows about memory and restart
/// @param snapshotZnodes of the row about snapshots
/// @param snapshotHeap of each server there, for ZooKeeper needs more for as many znodes
/// @param sessions of the rows about idle sessions and watchers
/// @param servers 1 for the rows of one server, more for those of an ensemble
/// @param javaHome the JDK that runs the servers
/// @param work where servers get their directories; emptied at the end
record Settings(
        int rounds,
        long warmMillis,
        long measureMillis,
        String heap,
        int znodes,
        int snapshotZnodes,
        String snapshotHeap,
        int sessions,
        int servers,
        Path javaHome,
        Path work) {}
