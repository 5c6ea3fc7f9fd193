/// Recipes: what people want znodes for.
///
/// {@link io.banyan.client.recipes.FairLock} and its kin give out a {@link
/// io.banyan.client.recipes.Lease}: something held while a session lives, with a fencing token and
/// a way to bind writes to it. {@link io.banyan.client.recipes.SubtreeCache} keeps a copy of a
/// subtree; {@link io.banyan.client.recipes.Group}, {@link io.banyan.client.recipes.ServiceView}
/// and {@link io.banyan.client.recipes.Configuration} are views of one.
///
/// In: a client, which stays its owner's to close, and a path, which one recipe has for itself.
/// Out: leases, live views, listeners. Methods that wait say so, throw `InterruptedException`, and
/// must not be called from callbacks; listeners run on the client's event thread.
///
/// Invariant: whatever a recipe makes for a moment is an ephemeral, so that a crash leaves nothing
/// behind that would stop others; whatever it claims to hold is bound to one session and said to be
/// lost before a server can give it to another.
@NullMarked
package io.banyan.client.recipes;

import org.jspecify.annotations.NullMarked;
