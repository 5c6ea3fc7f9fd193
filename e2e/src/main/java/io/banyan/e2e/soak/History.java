package io.banyan.e2e.soak;

import java.util.ArrayList;
import java.util.List;

/// What one client did and saw. Confined to its thread until it has ended.
final class History {
    final List<Operation> operations = new ArrayList<>();
    final List<Sight> sights = new ArrayList<>();

    /// What no check of the whole can see better than the client at once.
    final List<String> broken = new ArrayList<>();

    long reconnects;
    long expired;
}
