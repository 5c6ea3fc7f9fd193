package io.banyan.client;

import io.banyan.wire.Stat;

/// A znode that was just made.
///
/// @param path with its number, if it is sequential
/// @param stat as it was made; {@link Stat#czxid} is the zxid of the create
public record Created(String path, Stat stat) {
    /// The last component of the path.
    public String name() {
        return Paths.name(path);
    }
}
