/// A world for the production classes to run in: disk, and later network, time and clients, all
/// simulated from a seed.
///
/// In: the code under test through its own interfaces. Out: the same run for the same seed, and
/// failures that real machines have too rarely. Nothing in production depends on this room.
///
/// Invariant: no clock, no thread, no randomness but from the seed.
@NullMarked
package io.banyan.sim;

import org.jspecify.annotations.NullMarked;
