/// Counting what the server does, under ZooKeeper's metric names.
///
/// In: additions from hot paths, each into a cell that one thread owns, and suppliers for what can
/// be asked any time. Out: the lines of `mntr`, the keys of the admin command `monitor`, and the
/// text of the Prometheus endpoint.
///
/// Every metric of ZooKeeper 3.9 is there from the start, zero until somebody counts. Nothing here
/// is static: two servers in one JVM do not mix.
///
/// Invariant: adding to a cell takes no lock and allocates nothing; reading never disturbs a
/// writer, at the price that a reader may see an addition half made (count without sum).
@NullMarked
package io.banyan.server.metrics;

import org.jspecify.annotations.NullMarked;
