/// Other ways into the same tree: what a front door of its own protocol needs of the server.
///
/// In come requests of sessions without a socket ({@link io.banyan.server.door.DoorSession}), out
/// go replies, watch events and states, in rounds. A door is found as a service ({@link
/// io.banyan.server.door.DoorMaker}), opened behind the client port and closed before it.
///
/// Invariant: a door sees of a round first what changed and then the replies, so that whatever it
/// keeps of the tree is never older than an answer it gives.
@NullMarked
package io.banyan.server.door;

import org.jspecify.annotations.NullMarked;
