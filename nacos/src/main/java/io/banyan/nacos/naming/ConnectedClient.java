package io.banyan.nacos.naming;

import java.util.List;
import java.util.Map;

/// A client with a connection to this server, as consoles show it. Immutable.
///
/// @param connectedWallMillis since when
/// @param port of its end of the connection
/// @param published what it registered, by service
/// @param subscribed services that it is told of
public record ConnectedClient(
        String id,
        long connectedWallMillis,
        String ip,
        int port,
        String app,
        String version,
        Map<ServiceKey, List<Instance>> published,
        List<ServiceKey> subscribed) {
    public ConnectedClient {
        published = Map.copyOf(published);
        subscribed = List.copyOf(subscribed);
    }
}
