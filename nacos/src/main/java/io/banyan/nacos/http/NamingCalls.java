package io.banyan.nacos.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.banyan.nacos.config.ConfigKey;
import io.banyan.nacos.config.Invalid;
import io.banyan.nacos.config.Page;
import io.banyan.nacos.json.Json;
import io.banyan.nacos.naming.Adjustment;
import io.banyan.nacos.naming.Instance;
import io.banyan.nacos.naming.Instance.Door;
import io.banyan.nacos.naming.Leases;
import io.banyan.nacos.naming.Registry;
import io.banyan.nacos.naming.Service;
import io.banyan.nacos.naming.ServiceKey;
import io.banyan.nacos.naming.ServiceMeta;
import io.banyan.nacos.naming.Services;
import io.banyan.nacos.naming.Subscriber;
import io.banyan.nacos.naming.UdpPush;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// What the naming interfaces of all versions share.
record NamingCalls(Services services, Registry registry, Leases leases, UdpPush udp) {
    private static final int PORT_MAX = 65_535;

    static ServiceKey key(Call call) {
        Params params = call.params();
        return ServiceKey.of(
                params.filledAny("namespaceId", "tenant"),
                params.filled("groupName"),
                params.filled("serviceName"));
    }

    /// The instance that the parameters describe.
    static Instance instance(Call call) {
        Params params = call.params();
        return new Instance(
                        params.require("ip"),
                        port(params),
                        params.decimal("weight", 1),
                        params.flag("healthy", true),
                        params.flag("enabled", params.flag("enable", true)),
                        params.flag("ephemeral", true),
                        cluster(params),
                        metadata(params.filled("metadata")),
                        Door.HTTP)
                .checkTimeouts();
    }

    /// What the parameters say of a service.
    static ServiceMeta meta(Call call) {
        Params params = call.params();
        return new ServiceMeta(
                true,
                params.decimal("protectThreshold", 0),
                metadata(params.filled("metadata")),
                params.or("selector", "{\"type\":\"none\"}"));
    }

    /// Which instance the parameters mean.
    static Instance place(Call call) {
        Params params = call.params();
        return new Instance(
                params.require("ip"),
                port(params),
                1,
                true,
                true,
                params.flag("ephemeral", true),
                cluster(params),
                Map.of(),
                Door.HTTP);
    }

    private static int port(Params params) {
        params.require("port");
        return params.number("port", 0);
    }

    static String cluster(Params params) {
        String cluster = params.filledAny("clusterName", "cluster");
        return cluster == null ? Instance.DEFAULT_CLUSTER : cluster;
    }

    /// A JSON object, or `k=v,k2=v2`.
    static Map<String, String> metadata(@Nullable String text) {
        if (text == null) {
            return Map.of();
        }
        if (text.startsWith("{")) {
            return Json.texts(Json.parseObject(text));
        }
        var all = new TreeMap<String, String>();
        for (String each : text.split(",", -1)) {
            int equals = each.indexOf('=');
            if (equals <= 0) {
                throw new Invalid("metadata is neither JSON nor k=v,k=v: " + text);
            }
            all.put(each.substring(0, equals).trim(), each.substring(equals + 1).trim());
        }
        return all;
    }

    CompletableFuture<Boolean> register(ServiceKey key, Instance instance) {
        return instance.ephemeral()
                ? leases.register(key, instance)
                : registry.registerPersistent(key, instance);
    }

    CompletableFuture<Boolean> deregister(ServiceKey key, Instance place) {
        return place.ephemeral() ? leases.deregister(key, place) : registry.deregister(key, place);
    }

    /// Changes what the parameters say of an instance; all its metadata is what they say.
    ///
    /// @param wanted as {@link #instance} reads it
    /// @return whether it is there
    CompletableFuture<Boolean> update(Call call, Instance wanted) {
        Params params = call.params();
        var by =
                new Adjustment(
                        params.filledAny("enabled", "enable") == null ? null : wanted.enabled(),
                        params.filled("weight") == null ? null : wanted.weight(),
                        wanted.metadata());
        return registry.override(key(call), wanted, by, true);
    }

    CompletableFuture<Leases.Beaten> beat(Call call) {
        Params params = call.params();
        ServiceKey key = key(call);
        String beat = params.filled("beat");
        if (beat == null) {
            return leases.beat(key, place(call), false);
        }
        ObjectNode json = Json.parseObject(beat);
        Instance said = Instance.read(json, cluster(params), true, Door.HTTP);
        // A beat says nothing of health and state but that the client lives.
        return leases.beat(key, said, true);
    }

    /// Changes only what the parameters say.
    ///
    /// @return whether the instance is there
    CompletableFuture<Boolean> patch(Call call) {
        Params params = call.params();
        ServiceKey key = key(call);
        Instance place = place(call);
        String weight = params.filled("weight");
        String enabled = params.filledAny("enabled", "enable");
        var by =
                new Adjustment(
                        enabled == null ? null : Boolean.parseBoolean(enabled),
                        weight == null ? null : params.decimal("weight", 1),
                        metadata(params.filled("metadata")));
        CompletableFuture<Boolean> done = registry.override(key, place, by, false);
        if (params.filled("healthy") == null) {
            return done;
        }
        boolean healthy = params.flag("healthy", true);
        return done.thenCompose(there -> registry.setHealthy(key, place, healthy));
    }

    /// @return whether the service is there
    CompletableFuture<Boolean> updateCluster(Call call) {
        Params params = call.params();
        String checker = params.or("healthChecker", "{\"type\":\"TCP\"}");
        String type = Json.textOrEmpty(Json.parseObject(checker), "type").toUpperCase(Locale.ROOT);
        boolean ownPort =
                params.flag("useInstancePort4Check", params.flag("useInstancePortForCheck", true));
        int port = ownPort ? 0 : params.number("checkPort", 80);
        var settings = new Registry.Cluster(type, port, metadata(params.filled("metadata")));
        return registry.updateCluster(key(call), cluster(params), settings);
    }

    /// Sets whether a persistent instance is healthy.
    ///
    /// @return whether it is there
    CompletableFuture<Boolean> health(Call call) {
        ServiceKey key = key(call);
        Instance place = place(call);
        String healthy = call.params().require("healthy");
        if (!registry.cluster(key, place.cluster()).checkerType().equals("NONE")) {
            throw new Invalid(
                    "health check is still working, service:"
                            + key.grouped()
                            + ", the cluster's"
                            + " checker must be NONE");
        }
        return registry.setHealthy(key, place, Boolean.parseBoolean(healthy));
    }

    /// `IP:PORT_HEALTHY` of each instance of the service that the parameter `key` names, after its
    /// namespace and `##` if it has one.
    ObjectNode statuses(Call call) {
        String text = call.params().require("key");
        int at = text.indexOf("##");
        ServiceKey key =
                ServiceKey.of(
                        at < 0 ? null : text.substring(0, at),
                        null,
                        at < 0 ? text : text.substring(at + 2));
        ArrayNode ips = Json.array();
        services.get(key)
                .instances()
                .forEach(each -> ips.add(each.address() + "_" + each.healthy()));
        return Json.object().set("ips", ips);
    }

    /// Of the kinds of selectors there is the one that selects nothing.
    static ArrayNode selectorTypes() {
        return Json.array().add("none");
    }

    /// What a cluster's checker may be called.
    static ObjectNode checkers() {
        ObjectNode all = Json.object();
        for (String type : List.of("TCP", "HTTP", "MYSQL", "NONE")) {
            all.set(type, Json.object().put("type", type));
        }
        return all;
    }

    /// A list, and with a UDP port the subscription to it.
    byte[] list(Call call, String clustersName) {
        Params params = call.params();
        ServiceKey key = key(call);
        String clusters = params.or(clustersName, "");
        int udpPort = params.number("udpPort", 0);
        if (udpPort > 0 && udpPort <= PORT_MAX) {
            String ip = params.or("clientIP", call.clientIp());
            InetSocketAddress to = literal(ip, udpPort);
            if (to != null) {
                String agent = call.header("user-agent");
                udp.subscribe(
                        key,
                        to,
                        clusters,
                        new Subscriber.Shown(
                                ip + ":" + udpPort,
                                agent == null ? "" : agent,
                                params.or("app", "unknown"),
                                ip));
            }
        }
        return services.overHttp(services.get(key), clusters, params.flag("healthyOnly", false));
    }

    /// A page of the services whose names have these parts.
    ///
    /// @param fullOnly name of the parameter that leaves out those without instances
    /// @param pageSize unless another one is asked for
    Page<Service> named(Call call, String fullOnly, int pageSize) {
        Params params = call.params();
        List<Service> all =
                services.named(
                        ConfigKey.namespace(params.filled("namespaceId")),
                        params.or("groupNameParam", ""),
                        params.or("serviceNameParam", ""));
        if (params.flag(fullOnly, false)) {
            all = all.stream().filter(each -> !each.instances().isEmpty()).toList();
        }
        return Page.of(all, params.number("pageNo", 1), params.number("pageSize", pageSize));
    }

    /// Never a name: nobody is to make us ask the DNS.
    private static @Nullable InetSocketAddress literal(String ip, int port) {
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(ip), port);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
