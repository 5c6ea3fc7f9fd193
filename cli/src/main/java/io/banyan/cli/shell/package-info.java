/// The interactive shell, and the same commands from a pipe.
///
/// Enters: lines. Leaves: what the commands say, and the exit code of the last one. On a terminal
/// lines are edited, completed and remembered; from a pipe they are read and nothing is echoed, as
/// zkCli does.
@NullMarked
package io.banyan.cli.shell;

import org.jspecify.annotations.NullMarked;
