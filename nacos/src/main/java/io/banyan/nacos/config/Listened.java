package io.banyan.nacos.config;

import org.jspecify.annotations.Nullable;

/// One line of a listening request.
///
/// @param md5 of what the client has, {@link Md5#NONE} if that is nothing
/// @param tenant the namespace as the client wrote it, for the answer; null if it wrote none
public record Listened(ConfigKey key, String md5, @Nullable String tenant) {}
