/// Durability under `kill -9`.
///
/// Enters: a kind of server, a number of rounds, a seed. Leaves: counts, or the first write that
/// was acknowledged and is gone, or is there and was never sent. Called by `bin/e2e kill9` and the
/// tests.
///
/// Invariant: each writer's requests go down one connection, so what survives of them is a
/// beginning of their sequence, no shorter than what was acknowledged; a [Writer] is a model that
/// is moved along that sequence until it equals the tree.
@NullMarked
package io.banyan.e2e.kill;

import org.jspecify.annotations.NullMarked;
