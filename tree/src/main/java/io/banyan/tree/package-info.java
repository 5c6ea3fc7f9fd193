/// The replicated state and everything that happens to it: znodes, sessions, ACLs, quotas.
///
/// In: requests as clients sent them, transactions as leaders logged them, snapshots as somebody
/// tells them to a {@link io.banyan.tree.Loader}. Out: the next {@link io.banyan.tree.State} with
/// transaction, reply and changes ({@link io.banyan.tree.Applied}), and the bodies of replies to
/// reads. {@link io.banyan.tree.ZnodeTree} is the door; the replica evaluates and applies, gateways
/// read, the store loads and writes. Any thread may call, since nothing here is shared and mutable.
///
/// Pure: no clock, no thread, no I/O, no logging, no randomness; iteration in the same order in
/// every JVM.
///
/// Invariant: a state never changes once it is returned, and applying the transaction that an
/// evaluation gave leads to an equal state, digest, reply and list of changes.
@NullMarked
package io.banyan.tree;

import org.jspecify.annotations.NullMarked;
