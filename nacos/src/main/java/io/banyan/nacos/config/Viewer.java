package io.banyan.nacos.config;

import org.jspecify.annotations.Nullable;

/// Who looks: decides which version of a configuration is shown.
///
/// @param ip of the client
/// @param tag that the client carries, null for none
public record Viewer(String ip, @Nullable String tag) {}
