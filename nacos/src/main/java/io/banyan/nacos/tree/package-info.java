/// The Nacos door's way to the tree: where things are, how they are read, how they are written.
///
/// In come changes of one gateway, in rounds, and the operations of the other rooms; out go {@link
/// io.banyan.nacos.tree.View}s of one state each and multis. An operation is planned against a view
/// and carried out as one transaction; when somebody else was faster it is planned again.
///
/// Invariant: the view is never older than an answer that was given, and listeners have been told
/// of every change in it.
@NullMarked
package io.banyan.nacos.tree;

import org.jspecify.annotations.NullMarked;
