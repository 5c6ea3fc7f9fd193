/// Running another program while holding a lock or an office.
///
/// Enters: a path and the program's words. Leaves: the program's exit code. Invariant: the program
/// is stopped before the lease is given back; when the lease is lost first, by its clock, the
/// program is stopped at once, and the fencing token in its environment is what protects a resource
/// from a program that would not stop.
@NullMarked
package io.banyan.cli.hold;

import org.jspecify.annotations.NullMarked;
