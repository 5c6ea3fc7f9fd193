/// Naming: who offers a service where, who wants to know.
///
/// In come registrations, beats and subscriptions of the HTTP and gRPC rooms, and the tree's
/// changes; out go lists of instances, and pushes. An ephemeral instance is an ephemeral znode: of
/// the session of its gRPC connection, or of a session of its own that is kept by beats.
///
/// Invariant: a beat is no transaction; what a list shows is what the tree holds.
@NullMarked
package io.banyan.nacos.naming;

import org.jspecify.annotations.NullMarked;
