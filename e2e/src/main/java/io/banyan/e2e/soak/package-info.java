/// Real ensembles under real faults, for as long as one likes, and whether every promise was kept.
///
/// Enters: a kind of server, how many, how long, which faults, a seed. Leaves: a report, and the
/// first promises that were broken. [Soak] drives; [Client]s write down a [History] of what they
/// asked and got; [Judge] reads it when all is over, and knows nothing of servers: it judges Apache
/// ZooKeeper by the same rules.
///
/// Invariant: what a client did not get an answer for counts neither as done nor as not done.
@NullMarked
package io.banyan.e2e.soak;

import org.jspecify.annotations.NullMarked;
