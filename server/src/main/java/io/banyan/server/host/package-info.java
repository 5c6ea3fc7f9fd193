/// The threads around a replica: its own, the log's, the snapshot writer's.
///
/// In: inputs from gateways and files. Out: effects carried out, in their order. Each thread owns
/// what it works on and hears from the others only through its {@link io.banyan.server.host.Inbox}.
///
/// Invariant: `Synced` is told to the replica only after the disk said so; the first failure of the
/// log ends the server.
@NullMarked
package io.banyan.server.host;

import org.jspecify.annotations.NullMarked;
