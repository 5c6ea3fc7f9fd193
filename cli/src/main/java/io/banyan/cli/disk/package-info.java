/// Looking into a server's files, beside a running server or without one.
///
/// Enters: names of files and directories. Leaves: what is in them, as lines or JSON. Nothing is
/// written and nothing locked.
@NullMarked
package io.banyan.cli.disk;

import org.jspecify.annotations.NullMarked;
