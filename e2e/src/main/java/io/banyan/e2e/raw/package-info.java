/// A second opinion on the client protocol: a codec and a client that share no code with `wire`.
///
/// Enters: bytes from a socket. Leaves: frames and closures in arrival order. It knows as little as
/// possible, so that tests can send what no client would and see exactly what comes back. All of
/// this module may call.
///
/// Invariant: nothing that arrived is dropped or reordered; a watch event keeps its place among the
/// replies.
@NullMarked
package io.banyan.e2e.raw;

import org.jspecify.annotations.NullMarked;
