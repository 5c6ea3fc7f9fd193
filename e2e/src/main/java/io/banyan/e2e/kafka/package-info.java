/// Kafka in its ZooKeeper mode, unmodified, on an ensemble of Banyan.
///
/// Enters: nothing but the jars that `bin/e2e kafka` fetches. Leaves: one line per step, or what
/// went wrong and where the logs are. Called by `bin/e2e kafka` only: it downloads far too much for
/// a check.
///
/// Invariant: no broker knows that its ZooKeeper is none, and no acknowledged message is lost.
@NullMarked
package io.banyan.e2e.kafka;

import org.jspecify.annotations.NullMarked;
