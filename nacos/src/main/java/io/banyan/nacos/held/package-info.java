/// What all connections of the door together may make the server hold.
///
/// In come the requests of the HTTP and gRPC rooms as they begin, grow and end; out goes whether
/// there is room. Invariant: what is held is at most what is allowed, and a little for each
/// request.
@NullMarked
package io.banyan.nacos.held;

import org.jspecify.annotations.NullMarked;
