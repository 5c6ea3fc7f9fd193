package io.banyan.nacos.config;

import io.banyan.wire.Stat;
import org.jspecify.annotations.Nullable;

/// A configuration as a client is given it.
///
/// @param content not to be modified
/// @param stat of the znode with the content
/// @param gray the version it is, null for the formal one
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record Found(
        ConfigKey key, byte[] content, String md5, Meta meta, Stat stat, @Nullable Gray gray) {
    /// The number by which consoles name it.
    public long id() {
        return stat.czxid();
    }

    public @Nullable String encryptedDataKey() {
        return gray == null ? meta.encryptedDataKey() : gray.encryptedDataKey();
    }
}
