package io.banyan.replica;

import io.banyan.tree.Applied;
import org.jspecify.annotations.Nullable;

/// One place in the committed order.
///
/// @param applied the transaction with the state right after it; null for a sync, which is only a
///   place in the order
/// @param ticket who waits for it; null if nobody here does
public record Committed(@Nullable Applied applied, @Nullable Ticket ticket) {}
