/// Configurations: what is published, what is read, who waits for a change.
///
/// In come publications, queries and waiters of the HTTP and gRPC rooms, and the tree's changes;
/// out go contents, and wake-ups. The MD5s of all configurations are kept in an index that follows
/// the tree's changes and is never refreshed by looking.
///
/// Invariant: a waiter registers first and compares then; a change is indexed first and looks for
/// waiters then; both on the door's thread. So none is missed.
@NullMarked
package io.banyan.nacos.config;

import org.jspecify.annotations.NullMarked;
