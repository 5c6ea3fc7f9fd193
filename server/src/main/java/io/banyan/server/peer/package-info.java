/// The ports on which servers of an ensemble talk: votes on the election port, everything else on
/// the quorum port.
///
/// In: what the replica wants sent, dialled and hung up. Out, through {@link
/// io.banyan.server.peer.PeerEvents}: votes, messages in the order of their link, and links that
/// come and go. Sockets block: each link has a reader and a writer of its own, since links are few
/// and an image of the whole tree is a stream among the messages.
///
/// Invariants: only a configured server is let in; what is wrong with a connection ends that
/// connection with one line in the log and touches no other; of a link that was hung up nothing is
/// heard any more.
@NullMarked
package io.banyan.server.peer;

import org.jspecify.annotations.NullMarked;
