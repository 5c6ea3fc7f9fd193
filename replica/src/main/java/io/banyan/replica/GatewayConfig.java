package io.banyan.replica;

import java.util.Set;

/// What a {@link Gateway} has to know of the configuration. Durations in milliseconds.
///
/// @param sessionMillisMin `minSessionTimeout`
/// @param sessionMillisMax `maxSessionTimeout`
/// @param outstandingMax this gateway's share of `globalOutstandingLimit`
/// @param enforcedSchemes schemes of which a connection must have an id, empty for none
/// @param strangerMillisMax how long a connection may wait before its connect request
/// @param tickMillis how often the host calls {@link Gateway#tick}
/// @param checksAclsEagerly `enableEagerACLCheck`: a write that the state here forbids is refused
///   here, and nobody else is bothered with it
public record GatewayConfig(
        int sessionMillisMin,
        int sessionMillisMax,
        int outstandingMax,
        Set<String> enforcedSchemes,
        int strangerMillisMax,
        int tickMillis,
        boolean checksAclsEagerly) {
    int negotiate(int wantedMillis) {
        return Math.max(sessionMillisMin, Math.min(wantedMillis, sessionMillisMax));
    }
}
