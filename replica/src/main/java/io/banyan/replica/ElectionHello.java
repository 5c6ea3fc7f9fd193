package io.banyan.replica;

import java.util.List;

/// How a server introduces itself on another one's election port.
///
/// @param serverId {@link #ANONYMOUS} of an observer without an id of its own
/// @param addresses of its election port, `host:port`; empty from servers before 3.5
public record ElectionHello(long serverId, List<String> addresses) {
    public static final long ANONYMOUS = Long.MAX_VALUE;

    public ElectionHello {
        addresses = List.copyOf(addresses);
    }
}
