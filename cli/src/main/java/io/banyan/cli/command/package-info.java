/// What a command is, and what it runs with.
///
/// Enters: words of a command line, from a script, a shell or a pipe. Leaves: lines on two streams,
/// in zkCli's wording, in our own or as JSON, and an exit code. The other packages hold the
/// commands; they call this one and never each other.
///
/// Invariant: a command neither exits the JVM nor touches `System.out`; so each can be run by a
/// test and many in one shell.
@NullMarked
package io.banyan.cli.command;

import org.jspecify.annotations.NullMarked;
