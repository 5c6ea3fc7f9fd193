/// Ensembles of real servers, of one kind or mixed, through what happens to ensembles.
///
/// Enters: which kind each member is. Leaves: one line per member and step, or the first thing that
/// differs between two members. Called by `bin/e2e ensemble`, `bin/e2e mixed`, `bin/e2e migrate`
/// and the tests.
///
/// Invariant: whatever was acknowledged is in every member's tree at the end, and the members'
/// trees are equal with every field of every stat.
@NullMarked
package io.banyan.e2e.ensemble;

import org.jspecify.annotations.NullMarked;
