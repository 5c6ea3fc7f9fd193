package io.banyan.tree;

/// Permission to change nodes of a trie in place.
///
/// Whoever builds something large makes one, passes it to every change, and drops it before the
/// result is shown to anybody: nodes made under a token that nobody holds can never change again. A
/// token of null permits nothing, which is right for a single change.
final class Edit {}
