/// Commands about whole subtrees, and about one znode in the user's editor.
///
/// Enters: a run of a command. Leaves: many requests, pipelined where order allows. None of them is
/// one step to other clients; each says so in its help, and stops at the first refusal.
@NullMarked
package io.banyan.cli.subtree;

import org.jspecify.annotations.NullMarked;
