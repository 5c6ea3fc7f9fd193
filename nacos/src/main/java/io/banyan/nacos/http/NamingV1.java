package io.banyan.nacos.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import io.banyan.nacos.config.ConfigKey;
import io.banyan.nacos.config.Page;
import io.banyan.nacos.json.Json;
import io.banyan.nacos.naming.Instance;
import io.banyan.nacos.naming.Leases;
import io.banyan.nacos.naming.Registry;
import io.banyan.nacos.naming.Service;
import io.banyan.nacos.naming.ServiceJson;
import io.banyan.nacos.naming.ServiceKey;
import io.banyan.nacos.naming.ServiceMeta;
import io.banyan.nacos.naming.Services;
import io.banyan.nacos.naming.Subscriber;
import io.banyan.nacos.tree.NacosTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// `/v1/ns`: naming as 1.x clients, consoles and scripts ask for it.
final class NamingV1 {
    private static final int BEAT_OK = 10_200;
    private static final int BEAT_UNKNOWN = 20_404;
    private static final Answer OK = Answer.text("ok");

    private final NacosTree tree;
    private final NamingCalls calls;
    private final Services services;
    private final Registry registry;

    NamingV1(NacosTree tree, NamingCalls calls) {
        this.tree = tree;
        this.calls = calls;
        services = calls.services();
        registry = calls.registry();
    }

    void addTo(Routes routes) {
        routes.post("/v1/ns/instance", this::register)
                .delete("/v1/ns/instance", this::deregister)
                .put("/v1/ns/instance", this::update)
                .on(HttpMethod.PATCH, "/v1/ns/instance", this::patch)
                .get("/v1/ns/instance", this::instance)
                .get("/v1/ns/instance/list", call -> Answer.jsonBytes(calls.list(call, "clusters")))
                .put("/v1/ns/instance/beat", this::beat)
                .put("/v1/ns/instance/metadata/batch", call -> metadata(call, false))
                .delete("/v1/ns/instance/metadata/batch", call -> metadata(call, true))
                .get("/v1/ns/instance/statuses", this::statuses)
                .post("/v1/ns/service", this::createService)
                .delete("/v1/ns/service", this::deleteService)
                .put("/v1/ns/service", this::updateService)
                .get("/v1/ns/service", this::service)
                .get("/v1/ns/service/list", this::serviceList)
                .get("/v1/ns/service/names", this::serviceNames)
                .get(
                        "/v1/ns/service/selector/types",
                        call -> Answer.rest(200, "", NamingCalls.selectorTypes()))
                .get("/v1/ns/health/checkers", call -> Answer.json(NamingCalls.checkers()))
                .on(HttpMethod.GET, "/v1/ns/service/subscribers", this::subscribers)
                .put("/v1/ns/cluster", this::updateCluster)
                .put("/v1/ns/health/instance", this::health)
                .put("/v1/ns/health", this::health)
                .get("/v1/ns/catalog/services", this::catalog)
                .get("/v1/ns/catalog/instances", this::catalogInstances)
                .get("/v1/ns/catalog/service", this::catalogService);
        for (String base : List.of("/v1/ns/operator", "/v1/ns/ops")) {
            routes.get(base + "/metrics", this::metrics)
                    .get(base + "/switches", call -> Answer.json(switches()))
                    .put(base + "/switches", Routes.now(call -> OK))
                    .get(
                            base + "/servers",
                            call -> Answer.json(Json.object().set("servers", Json.array())));
        }
    }

    // ---- instances

    private CompletionStage<Answer> register(Call call) {
        return calls.register(NamingCalls.key(call), NamingCalls.instance(call))
                .thenApply(done -> OK);
    }

    private CompletionStage<Answer> deregister(Call call) {
        return calls.deregister(NamingCalls.key(call), NamingCalls.place(call))
                .thenApply(done -> OK);
    }

    private CompletionStage<Answer> update(Call call) {
        Instance wanted = NamingCalls.instance(call);
        return calls.update(call, wanted)
                .thenApply(there ->
                        there
                                ? OK
                                : Answer.text(
                                        400,
                                        "caused: no such instance to update: "
                                                + wanted.address()
                                                + ";"));
    }

    private CompletionStage<Answer> patch(Call call) {
        return calls.patch(call)
                .thenApply(there ->
                        there
                                ? OK
                                : Answer.text(
                                        400,
                                        "caused: no such instance: "
                                                + NamingCalls.place(call).address()
                                                + ";"));
    }

    private Answer instance(Call call) {
        ServiceKey key = NamingCalls.key(call);
        Instance place = NamingCalls.place(call);
        Instance found = services.get(key).find(place.cluster(), place.ip(), place.port());
        if (found == null) {
            return Answer.text(404, "caused: no ips found for cluster " + place.cluster() + ";");
        }
        return Answer.json(InstanceJson.one(key, found));
    }

    private CompletionStage<Answer> beat(Call call) {
        return calls.beat(call).thenApply(NamingV1::beaten);
    }

    private static Answer beaten(Leases.Beaten beaten) {
        ObjectNode node =
                Json.object()
                        .put("clientBeatInterval", beaten.intervalMillis())
                        .put("code", beaten.isKnown() ? BEAT_OK : BEAT_UNKNOWN);
        return Answer.json(beaten.isKnown() ? node.put("lightBeatEnabled", true) : node);
    }

    private CompletionStage<Answer> metadata(Call call, boolean remove) {
        Params params = call.params();
        ServiceKey key = NamingCalls.key(call);
        Map<String, String> metadata = NamingCalls.metadata(params.require("metadata"));
        boolean persistentOnly = "persist".equals(params.filled("consistencyType"));
        var updated = Json.array();
        CompletableFuture<?> all = CompletableFuture.completedFuture(true);
        for (Instance each : wanted(key, params.filled("instances"))) {
            if (persistentOnly == each.ephemeral()) {
                continue;
            }
            all =
                    all.thenCombine(
                            registry.overrideMetadata(key, each, metadata, remove), (a, b) -> b);
            updated.add(
                    each.address()
                            + ":unknown:"
                            + each.cluster()
                            + ":"
                            + (each.ephemeral() ? "ephemeral" : "persist"));
        }
        return all.thenApply(done -> Answer.json(Json.object().set("updated", updated)));
    }

    private List<Instance> wanted(ServiceKey key, @Nullable String list) {
        Service service = services.get(key);
        if (list == null) {
            return service.instances();
        }
        var found = new ArrayList<Instance>();
        for (JsonNode each : Json.parse(list)) {
            String cluster = Json.textOf(each, "clusterName");
            Instance instance =
                    service.find(
                            cluster == null ? Instance.DEFAULT_CLUSTER : cluster,
                            Json.textOrEmpty(each, "ip"),
                            each.path("port").asInt());
            if (instance != null) {
                found.add(instance);
            }
        }
        return found;
    }

    private Answer statuses(Call call) {
        return Answer.json(calls.statuses(call));
    }

    // ---- services

    private CompletionStage<Answer> createService(Call call) {
        ServiceKey key = NamingCalls.key(call);
        return registry.createService(key, NamingCalls.meta(call))
                .thenApply(made ->
                        made
                                ? OK
                                : Answer.text(
                                        400,
                                        "caused: specified service already exists, serviceName : "
                                                + key.grouped()
                                                + ";"));
    }

    private CompletionStage<Answer> deleteService(Call call) {
        return registry.deleteService(NamingCalls.key(call)).thenApply(done -> OK);
    }

    private CompletionStage<Answer> updateService(Call call) {
        ServiceKey key = NamingCalls.key(call);
        ServiceMeta meta = NamingCalls.meta(call);
        return registry.updateService(key, old -> meta)
                .thenApply(there ->
                        there
                                ? OK
                                : Answer.text(
                                        400, "caused: service not found: " + key.grouped() + ";"));
    }

    private Answer service(Call call) {
        ServiceKey key = NamingCalls.key(call);
        Service service = services.get(key);
        if (!service.exists()) {
            return Answer.text(404, "caused: service not found: " + key.grouped() + ";");
        }
        return Answer.json(InstanceJson.service(service, registry));
    }

    private Answer serviceList(Call call) {
        Params params = call.params();
        Page<String> page =
                Page.of(
                        names(params),
                        params.number("pageNo", 1),
                        params.number("pageSize", Integer.MAX_VALUE));
        ObjectNode node = Json.object();
        node.set("doms", Json.node(page.items()));
        return Answer.json(node.put("count", page.totalCount()));
    }

    private List<String> names(Params params) {
        return services.names(
                ConfigKey.namespace(params.filled("namespaceId")),
                params.or("groupName", ServiceKey.DEFAULT_GROUP));
    }

    private Answer serviceNames(Call call) {
        String namespace = ConfigKey.namespace(call.params().filled("namespaceId"));
        ArrayNode all = Json.array();
        for (String group : services.groups(namespace)) {
            services.names(namespace, group).forEach(name -> all.add(group + "@@" + name));
        }
        ObjectNode node = Json.object();
        node.set("services", Json.object().set(namespace, all));
        return Answer.json(node.put("count", all.size()));
    }

    private CompletionStage<Answer> subscribers(Call call) {
        Params params = call.params();
        ServiceKey key = NamingCalls.key(call);
        int number = params.number("pageNo", 1);
        int size = params.number("pageSize", 1000);
        return CompletableFuture.supplyAsync(
                () -> {
                    Page<Subscriber> page = Page.of(services.subscribersOf(key), number, size);
                    ArrayNode all = Json.array();
                    page.items()
                            .forEach(each -> all.add(InstanceJson.subscriber(key, each.shown())));
                    ObjectNode node = Json.object();
                    node.set("subscribers", all);
                    return Answer.json(node.put("count", page.totalCount()));
                },
                tree.thread());
    }

    // ---- clusters, health, operation

    private CompletionStage<Answer> updateCluster(Call call) {
        return calls.updateCluster(call)
                .thenApply(there ->
                        there
                                ? OK
                                : Answer.text(
                                        400,
                                        "caused: service not found: "
                                                + NamingCalls.key(call).grouped()
                                                + ";"));
    }

    private CompletionStage<Answer> health(Call call) {
        return calls.health(call)
                .thenApply(there -> there ? OK : Answer.text(400, "caused: no such instance;"));
    }

    private Answer metrics(Call call) {
        ObjectNode node = Json.object().put("status", tree.isConnected() ? "UP" : "DOWN");
        return Answer.json(node);
    }

    private static ObjectNode switches() {
        return Json.object()
                .put("name", "00-00---000-NACOS_SWITCH_DOMAIN-000---00-00")
                .put("defaultPushCacheMillis", 10_000)
                .put("clientBeatInterval", 5_000)
                .put("defaultCacheMillis", 3_000)
                .put("pushEnabled", true)
                .put("lightBeatEnabled", true);
    }

    // ---- catalog

    private Answer catalog(Call call) {
        Page<Service> page = calls.named(call, "hasIpCount", 10);
        ArrayNode list = Json.array();
        page.items().forEach(each -> list.add(InstanceJson.summary(each)));
        ObjectNode node = Json.object();
        node.set("serviceList", list);
        return Answer.json(node.put("count", page.totalCount()));
    }

    private Answer catalogInstances(Call call) {
        Params params = call.params();
        ServiceKey key = NamingCalls.key(call);
        String cluster = params.filled("clusterName");
        List<Instance> all =
                services.get(key).instances().stream()
                        .filter(each -> cluster == null || each.cluster().equals(cluster))
                        .toList();
        Page<Instance> page =
                Page.of(all, params.number("pageNo", 1), params.number("pageSize", 10));
        ArrayNode list = Json.array();
        page.items().forEach(each -> list.add(ServiceJson.host(key, each)));
        ObjectNode node = Json.object();
        node.set("list", list);
        return Answer.json(node.put("count", page.totalCount()));
    }

    private Answer catalogService(Call call) {
        Service service = services.get(NamingCalls.key(call));
        if (!service.exists()) {
            return Answer.text(404, "caused: service not found;");
        }
        ObjectNode node = Json.object();
        node.set("service", InstanceJson.service(service, registry));
        node.set("clusters", InstanceJson.clusters(service, registry));
        return Answer.json(node);
    }
}
