package io.banyan.nacos.naming;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.banyan.nacos.json.Json;

/// Services as clients are shown them.
public final class ServiceJson {
    /// How long a client may use a list before it asks again.
    private static final int CACHE_MILLIS = 10_000;

    private ServiceJson() {}

    /// As HTTP and UDP have it: the name is grouped, the clusters are those that were asked for.
    static ObjectNode overHttp(Service service, String clusters, boolean healthyOnly) {
        ServiceKey key = service.key();
        ObjectNode node =
                Json.object()
                        .put("name", key.grouped())
                        .put("dom", key.grouped())
                        .put("groupName", key.group())
                        .put("clusters", clusters);
        return body(node, service, clusters, healthyOnly)
                .put("useSpecifiedURL", false)
                .put("env", "")
                .put("valid", true)
                .set("metadata", Json.node(service.meta().metadata()));
    }

    /// As gRPC has it: the name is plain.
    static ObjectNode overGrpc(Service service, String clusters, boolean healthyOnly) {
        ServiceKey key = service.key();
        ObjectNode node =
                Json.object()
                        .put("name", key.name())
                        .put("groupName", key.group())
                        .put("clusters", clusters);
        return body(node, service, clusters, healthyOnly);
    }

    private static ObjectNode body(
            ObjectNode node, Service service, String clusters, boolean healthyOnly) {
        Service.Selection selection = service.select(clusters, healthyOnly);
        ArrayNode hosts = Json.array();
        selection.hosts().forEach(each -> hosts.add(host(service.key(), each)));
        node.put("cacheMillis", CACHE_MILLIS);
        node.set("hosts", hosts);
        return node.put("lastRefTime", service.revision())
                .put("checksum", "")
                .put("allIPs", false)
                .put("reachProtectionThreshold", selection.isProtected());
    }

    /// One instance within a list.
    public static ObjectNode host(ServiceKey key, Instance instance) {
        ObjectNode node =
                Json.object()
                        .put("instanceId", instance.id(key))
                        .put("ip", instance.ip())
                        .put("port", instance.port())
                        .put("weight", instance.weight())
                        .put("healthy", instance.healthy())
                        .put("valid", instance.healthy())
                        .put("enabled", instance.enabled())
                        .put("ephemeral", instance.ephemeral())
                        .put("marked", false)
                        .put("clusterName", instance.cluster())
                        .put("serviceName", key.grouped());
        ObjectNode metadata = node.putObject("metadata");
        instance.metadata().forEach(metadata::put);
        return node.put("instanceHeartBeatInterval", instance.beatIntervalMillis())
                .put("instanceHeartBeatTimeOut", instance.beatTimeoutMillis())
                .put("ipDeleteTimeout", instance.deleteTimeoutMillis());
    }
}
