/// Servers as real processes: Apache ZooKeeper of several versions, and Banyan.
///
/// Enters: a kind of server, the lines of its zoo.cfg, JVM flags. Leaves: a process that was seen
/// to serve, its port, its directory, its output. Everybody in this module may call.
///
/// Invariant: each process that was started here is killed at the latest when this JVM ends, and
/// its output stays in `e2e/target/e2e-logs` for whoever has to find out why a test failed.
@NullMarked
package io.banyan.e2e.server;

import org.jspecify.annotations.NullMarked;
