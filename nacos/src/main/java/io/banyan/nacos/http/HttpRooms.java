package io.banyan.nacos.http;

import io.banyan.nacos.auth.Auth;
import io.banyan.nacos.config.Configs;
import io.banyan.nacos.config.Limits;
import io.banyan.nacos.held.Budget;
import io.banyan.nacos.naming.ConnectedClient;
import io.banyan.nacos.naming.Leases;
import io.banyan.nacos.naming.Registry;
import io.banyan.nacos.naming.Services;
import io.banyan.nacos.naming.UdpPush;
import io.banyan.nacos.tree.NacosTree;
import java.util.List;
import java.util.function.Supplier;

/// Puts the service together.
public final class HttpRooms {
    private HttpRooms() {}

    /// @param connected clients with a connection; called on the door's thread
    public static NacosHttp build(
            NacosTree tree,
            Configs configs,
            Limits limits,
            Services services,
            Registry registry,
            Leases leases,
            UdpPush udp,
            Auth auth,
            Supplier<List<ConnectedClient>> connected,
            Budget budget) {
        var routes = new Routes();
        var calls = new ConfigCalls(configs, limits);
        var listeners = new Listeners(configs.polls());
        new ConfigV1(calls, listeners, tree.thread()).addTo(routes);
        var naming = new NamingCalls(services, registry, leases, udp);
        new NamingV1(tree, naming).addTo(routes);
        new V2(tree, calls, naming).addTo(routes);
        new ClientCalls(tree, naming, connected).addTo(routes);
        new PrometheusTargets(services).addTo(routes);
        new ConsoleV1(tree, configs, auth).addTo(routes);
        return new NacosHttp(routes, auth, listeners, tree::isLoaded, budget);
    }
}
