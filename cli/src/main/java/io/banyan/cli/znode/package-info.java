/// The commands that zkCli has: one znode, its data, its ACL, its quota, its watches.
///
/// Enters: a run of a command. Leaves: requests to a server, and its answers in the run's manner.
/// In zkCli's manner every line is as zkCli 3.9 prints it.
@NullMarked
package io.banyan.cli.znode;

import org.jspecify.annotations.NullMarked;
