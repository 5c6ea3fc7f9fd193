package io.banyan.client;

import io.banyan.wire.Stat;
import java.util.List;

/// The children of a znode.
///
/// @param names without path, sorted
/// @param stat of the parent, read in the same instant
public record Children(List<String> names, Stat stat) {
    public Children {
        names = List.copyOf(names);
    }
}
