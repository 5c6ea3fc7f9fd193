/// The network side: Netty channels on one side, gateways on the other.
///
/// In: bytes from sockets, cut into frames here. Out: what the gateways write. A channel lives on
/// the event loop of its gateway, so the two need no lock.
///
/// Invariant: a frame reaches its gateway whole, in order, and only while the gateway wants it; no
/// length is believed before its bytes have come.
@NullMarked
package io.banyan.server.net;

import org.jspecify.annotations.NullMarked;
