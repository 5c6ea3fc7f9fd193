package io.banyan.nacos.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.banyan.nacos.json.Json;
import io.banyan.nacos.naming.Instance;
import io.banyan.nacos.naming.ServiceKey;
import io.banyan.nacos.naming.Services;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `/prometheus`: all instances in the form of Prometheus's discovery by HTTP.
final class PrometheusTargets {
    private static final String SERVICE = "/service/";

    private final Services services;

    PrometheusTargets(Services services) {
        this.services = services;
    }

    void addTo(Routes routes) {
        routes.get("/prometheus", call -> all())
                .getUnder("/prometheus/namespaceId", "path", this::ofNamespace);
    }

    private Answer all() {
        ArrayNode targets = Json.array();
        services.namespaces().forEach(namespace -> add(targets, namespace, null));
        return Answer.json(targets);
    }

    /// `NAMESPACE` or `NAMESPACE/service/NAME`.
    private Answer ofNamespace(Call call) {
        String path = call.params().require("path");
        int service = path.indexOf(SERVICE);
        ArrayNode targets = Json.array();
        if (service < 0) {
            add(targets, path, null);
        } else {
            add(targets, path.substring(0, service), path.substring(service + SERVICE.length()));
        }
        return Answer.json(targets);
    }

    private void add(ArrayNode targets, String namespace, @Nullable String onlyName) {
        for (String group : services.groups(namespace)) {
            for (String name : services.names(namespace, group)) {
                if (onlyName == null || onlyName.equals(name)) {
                    List<Instance> instances =
                            services.get(new ServiceKey(namespace, group, name)).instances();
                    instances.forEach(each -> targets.add(target(each)));
                }
            }
        }
    }

    /// The names of metadata become names of labels as Nacos makes them.
    private static ObjectNode target(Instance instance) {
        ObjectNode labels = Json.object().put("__meta_clusterName", instance.cluster());
        instance.metadata()
                .forEach(
                        (key, value) -> labels.put(key.replace('.', '_').replace('-', '_'), value));
        ObjectNode target = Json.object();
        target.set("targets", Json.array().add(instance.address()));
        target.set("labels", labels);
        return target;
    }
}
