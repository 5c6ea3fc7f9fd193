package io.banyan.nacos.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.banyan.nacos.json.Json;
import io.banyan.nacos.naming.Instance;
import io.banyan.nacos.naming.Registry;
import io.banyan.nacos.naming.Service;
import io.banyan.nacos.naming.ServiceJson;
import io.banyan.nacos.naming.ServiceKey;
import io.banyan.nacos.naming.Subscriber;

/// Services and instances as consoles are shown them.
final class InstanceJson {
    private InstanceJson() {}

    static ObjectNode one(ServiceKey key, Instance instance) {
        ObjectNode node =
                Json.object()
                        .put("service", key.grouped())
                        .put("ip", instance.ip())
                        .put("port", instance.port())
                        .put("clusterName", instance.cluster())
                        .put("weight", instance.weight())
                        .put("healthy", instance.healthy())
                        .put("enabled", instance.enabled())
                        .put("ephemeral", instance.ephemeral())
                        .put("instanceId", instance.id(key));
        return node.set("metadata", Json.node(instance.metadata()));
    }

    static ObjectNode service(Service service, Registry registry) {
        ObjectNode node =
                Json.object()
                        .put("name", service.key().name())
                        .put("groupName", service.key().group())
                        .put("namespaceId", service.key().namespace())
                        .put("protectThreshold", service.meta().protectThreshold());
        node.set("metadata", Json.node(service.meta().metadata()));
        node.set("selector", Json.parse(service.meta().selector()));
        return node.set("clusters", clusters(service, registry));
    }

    /// As v2 and v3 have it: the latter's names stand beside the former's.
    ///
    /// @param withHosts its instances too
    static ObjectNode detail(Service service, Registry registry, boolean withHosts) {
        ObjectNode node =
                service(service, registry)
                        .put("serviceName", service.key().name())
                        .put(
                                "ephemeral",
                                service.instances().isEmpty()
                                        || service.instances().stream()
                                                .anyMatch(Instance::ephemeral));
        ObjectNode byName = node.putObject("clusterMap");
        for (String name : service.clusters()) {
            Registry.Cluster settings = registry.cluster(service.key(), name);
            ObjectNode cluster =
                    byName.putObject(name)
                            .put("clusterName", name)
                            .put("healthyCheckPort", settings.checkPort())
                            .put("useInstancePortForCheck", settings.checkPort() == 0);
            cluster.putObject("healthChecker").put("type", settings.checkerType());
            cluster.set("metadata", Json.node(settings.metadata()));
            if (withHosts) {
                ArrayNode hosts = cluster.putArray("hosts");
                service.instances().stream()
                        .filter(each -> each.cluster().equals(name))
                        .forEach(each -> hosts.add(ServiceJson.host(service.key(), each)));
            }
        }
        return node;
    }

    static ArrayNode clusters(Service service, Registry registry) {
        ArrayNode all = Json.array();
        for (String name : service.clusters()) {
            Registry.Cluster settings = registry.cluster(service.key(), name);
            ObjectNode node = Json.object().put("name", name);
            node.set("healthChecker", Json.object().put("type", settings.checkerType()));
            node.set("metadata", Json.node(settings.metadata()));
            all.add(node);
        }
        return all;
    }

    static ObjectNode summary(Service service) {
        long healthy = service.instances().stream().filter(Instance::healthy).count();
        return Json.object()
                .put("name", service.key().name())
                .put("groupName", service.key().group())
                .put("clusterCount", service.clusters().size())
                .put("ipCount", service.instances().size())
                .put("healthyInstanceCount", healthy)
                .put("triggerFlag", Boolean.toString(service.select("", false).isProtected()));
    }

    static ObjectNode subscriber(ServiceKey key, Subscriber.Shown shown) {
        return Json.object()
                .put("addrStr", shown.address())
                .put("agent", shown.agent())
                .put("app", shown.app())
                .put("ip", shown.ip())
                .put("namespaceId", key.namespace())
                .put("serviceName", key.grouped());
    }
}
