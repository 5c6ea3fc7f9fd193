package io.banyan.replica;

import java.util.List;

/// Committed transactions in zxid order, the same for every gateway.
public record Batch(List<Committed> items) {}
