/// The differential test: one seeded script, two servers, no difference.
///
/// Enters: a seed, two ports. Leaves: nothing, or the first difference and the shortest script that
/// shows it. Called by `bin/e2e diff` and by the tests.
///
/// Invariants: a script is plain data, so that any part of it can be left out and the rest still be
/// run; whatever two correct servers may do differently (zxids, times, session ids, the order of
/// children, who of several racing writers is first) is mapped away in one place, [Comparison];
/// every intended difference stands in [KnownDifferences] with its reason.
@NullMarked
package io.banyan.e2e.diff;

import org.jspecify.annotations.NullMarked;
