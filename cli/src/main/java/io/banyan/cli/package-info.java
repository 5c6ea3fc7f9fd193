/// The `banyan` command: who it calls with what.
///
/// Enters: the words of the command line. Leaves: an exit code. `banyan cli` is zkCli, with its
/// words, its lines and its codes; every other word is a command of its own, with ours. `server` is
/// not here: `bin/banyan` starts it in a JVM of its own.
@NullMarked
package io.banyan.cli;

import org.jspecify.annotations.NullMarked;
