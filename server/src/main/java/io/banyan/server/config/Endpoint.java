package io.banyan.server.config;

import java.net.InetSocketAddress;

/// Where to listen or connect, not resolved yet.
///
/// @param host a name or an address without brackets; empty: every local address
/// @param port 0 to 65535; 0 lets the system choose (embedded use and tests)
public record Endpoint(String host, int port) {
    public Endpoint {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port=" + port);
        }
    }

    public boolean isWildcard() {
        return host.isEmpty();
    }

    /// Resolves the host: may ask DNS. An unknown host gives an unresolved address.
    public InetSocketAddress resolve() {
        return isWildcard() ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
    }

    /// `host:port`, an IPv6 address in brackets, a wildcard as `0.0.0.0`.
    @Override
    public String toString() {
        String shown = isWildcard() ? "0.0.0.0" : host;
        return (shown.indexOf(':') >= 0 ? "[" + shown + "]" : shown) + ":" + port;
    }
}
