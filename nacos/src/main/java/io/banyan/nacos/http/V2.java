package io.banyan.nacos.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import io.banyan.nacos.config.ConfigKey;
import io.banyan.nacos.config.Configs;
import io.banyan.nacos.config.Found;
import io.banyan.nacos.config.Gray;
import io.banyan.nacos.config.History;
import io.banyan.nacos.config.Page;
import io.banyan.nacos.config.Published;
import io.banyan.nacos.config.Search;
import io.banyan.nacos.json.Json;
import io.banyan.nacos.naming.Instance;
import io.banyan.nacos.naming.Leases;
import io.banyan.nacos.naming.Service;
import io.banyan.nacos.naming.ServiceJson;
import io.banyan.nacos.naming.ServiceKey;
import io.banyan.nacos.naming.ServiceMeta;
import io.banyan.nacos.tree.NacosTree;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// v2 and v3: the same things in an envelope, and the group and namespace under other names.
final class V2 {
    private final NacosTree tree;
    private final Configs configs;
    private final ConfigCalls configCalls;
    private final NamingCalls calls;

    V2(NacosTree tree, ConfigCalls configCalls, NamingCalls calls) {
        this.tree = tree;
        this.configs = configCalls.configs();
        this.configCalls = configCalls;
        this.calls = calls;
    }

    void addTo(Routes routes) {
        routes.get("/v2/cs/config", call -> content(call, "group", 404))
                .post("/v2/cs/config", call -> publish(call, "group"))
                .delete("/v2/cs/config", call -> delete(call, "group"))
                .get("/v2/cs/config/searchDetail", call -> search(call, "group"))
                .get("/v3/client/cs/config", this::contentForClient)
                .get("/v3/console/cs/config/searchDetail", call -> search(call, "groupName"))
                .delete("/v3/admin/cs/config/batch", this::deleteIds)
                .delete("/v3/console/cs/config/batchDelete", this::deleteIds)
                .on(HttpMethod.GET, "/v3/admin/cs/listener", this::listenedAt)
                .on(HttpMethod.GET, "/v3/console/cs/config/listener/ip", this::listenedAt);
        for (String base : List.of("/v3/admin/cs/config", "/v3/console/cs/config")) {
            routes.get(base, call -> detail(call, "groupName"))
                    .post(base, call -> publish(call, "groupName"))
                    .delete(base, call -> delete(call, "groupName"))
                    .get(base + "/list", call -> search(call, "groupName"))
                    .on(HttpMethod.GET, base + "/listener", this::listenersOf)
                    .post(base + "/clone", new Cloning(configs, configCalls.limits())::handle)
                    .put(base + "/metadata", this::describe)
                    .get(base + "/beta", this::beta)
                    .delete(base + "/beta", this::deleteBeta);
        }
        history(routes, "/v2/cs/history", "group");
        history(routes, "/v3/admin/cs/history", "groupName");
        history(routes, "/v3/console/cs/history", "groupName");
        for (String base :
                List.of("/v2/ns/instance", "/v3/admin/ns/instance", "/v3/console/ns/instance")) {
            routes.post(base, this::register)
                    .delete(base, this::deregister)
                    .put(base, this::update)
                    .get(base, this::instance)
                    .put(base + "/beat", this::beat)
                    .put(base + "/metadata/batch", call -> metadata(call, false))
                    .delete(base + "/metadata/batch", call -> metadata(call, true));
        }
        routes.get(
                        "/v2/ns/instance/list",
                        call -> Envelope.of(Json.raw(calls.list(call, "clusterName"))))
                .get("/v3/admin/ns/instance/list", this::allInstances)
                .get("/v3/console/ns/instance/list", this::instancesByPage)
                .on(HttpMethod.PATCH, "/v2/ns/instance", this::patch)
                .put("/v3/admin/ns/instance/partial", this::patch)
                // As Nacos has it: without an envelope.
                .get("/v2/ns/instance/statuses", call -> Answer.json(calls.statuses(call)))
                .getUnder(
                        "/v2/ns/instance/statuses",
                        "key",
                        call -> Answer.json(calls.statuses(call)));
        String client = "/v3/client/ns/instance";
        routes.post(
                        client,
                        call ->
                                call.params().flag("heartBeat", false)
                                        ? beat(call)
                                        : register(call))
                .delete(client, this::deregister)
                .get(client + "/list", this::hosts);
        for (String base :
                List.of("/v2/ns/service", "/v3/admin/ns/service", "/v3/console/ns/service")) {
            routes.post(base, this::createService)
                    .delete(base, this::deleteService)
                    .put(base, this::updateService)
                    .get(base, this::service)
                    .get(
                            base + "/selector/types",
                            call -> Envelope.of(NamingCalls.selectorTypes()));
        }
        routes.get("/v2/ns/service/list", this::serviceList)
                .get("/v3/admin/ns/service/list", this::serviceViews)
                .get("/v3/console/ns/service/list", this::serviceViews)
                .put("/v3/admin/ns/cluster", this::updateCluster)
                .put("/v3/console/ns/service/cluster", this::updateCluster)
                .get("/v3/admin/ns/health/checkers", call -> Envelope.of(NamingCalls.checkers()));
        for (String path :
                List.of(
                        "/v2/ns/health",
                        "/v2/ns/health/instance",
                        "/v3/admin/ns/health/instance")) {
            routes.put(path, this::health);
        }
        for (String base : List.of("/v2/ns/operator", "/v2/ns/ops", "/v3/admin/ns/ops")) {
            routes.get(base + "/metrics", this::metrics)
                    .get(base + "/switches", call -> Envelope.of(Json.object()))
                    .on(HttpMethod.PUT, base + "/switches", Routes.now(call -> Envelope.of("ok")));
        }
    }

    private Answer metrics(Call call) {
        return Envelope.of(Json.object().put("status", tree.isConnected() ? "UP" : "DOWN"));
    }

    // ---- configurations

    private ConfigKey key(Call call, String groupName) {
        return configCalls.key(call, groupName, "namespaceId");
    }

    private Answer content(Call call, String groupName, int absentStatus) {
        Found found =
                configs.query(key(call, groupName), call.viewer(), call.params().filled("tag"));
        return found == null
                ? Envelope.failure(absentStatus, Envelope.NOT_FOUND, "config data not exist")
                : Envelope.of(new String(found.content(), StandardCharsets.UTF_8));
    }

    private Answer contentForClient(Call call) {
        Found found =
                configs.query(key(call, "groupName"), call.viewer(), call.params().filled("tag"));
        if (found == null) {
            return Envelope.failure(200, Envelope.NOT_FOUND, "config data not exist");
        }
        Gray gray = found.gray();
        return Envelope.of(
                Json.object()
                        .put("content", new String(found.content(), StandardCharsets.UTF_8))
                        .put("md5", found.md5())
                        .put("contentType", found.meta().typeOrText())
                        .put("lastModified", found.stat().mtime())
                        .put("encryptedDataKey", found.encryptedDataKey())
                        .put("beta", gray != null && gray.isBeta())
                        .put("tag", gray != null && !gray.isBeta() ? gray.expression() : null));
    }

    private Answer detail(Call call, String groupName) {
        Found found = configs.formal(key(call, groupName));
        return found == null
                ? Envelope.failure(404, Envelope.NOT_FOUND, "config data not exist")
                : Envelope.of(ConfigJson.v3(ConfigJson.detail(found), found.key()));
    }

    private CompletionStage<Answer> publish(Call call, String groupName) {
        return configCalls
                .publish(call, key(call, groupName))
                .thenApply(how ->
                        switch (how) {
                            case Published.DONE -> Envelope.of(true);
                            case Published.CHANGED_MEANWHILE ->
                                    Envelope.failure(
                                            409,
                                            Envelope.CONFLICT,
                                            "Cas publish fail, server md5 may have" + " changed.");
                            case Published.TOO_MANY_GRAYS ->
                                    Envelope.failure(
                                            400,
                                            Envelope.PARAMETER_INVALID,
                                            "too many gray versions");
                        });
    }

    private CompletionStage<Answer> delete(Call call, String groupName) {
        String tag = call.params().filled("tag");
        return configs.remove(
                        key(call, groupName),
                        tag == null ? null : Gray.TAG + tag,
                        ConfigCalls.by(call))
                .thenApply(was -> Envelope.of(true));
    }

    private CompletionStage<Answer> deleteIds(Call call) {
        return configCalls
                .deleteIds(call.params().require("ids"), ConfigCalls.by(call))
                .thenApply(done -> Envelope.of(true));
    }

    private Answer beta(Call call) {
        Found found = configs.beta(key(call, "groupName"));
        Gray gray = found == null ? null : found.gray();
        return found == null || gray == null
                ? Envelope.failure(404, Envelope.NOT_FOUND, "no beta version of this config")
                : Envelope.of(
                        ConfigJson.v3(ConfigJson.detail(found), found.key())
                                .put("grayName", Gray.BETA)
                                .put("betaIps", gray.expression()));
    }

    private CompletionStage<Answer> deleteBeta(Call call) {
        return configs.remove(key(call, "groupName"), Gray.BETA, ConfigCalls.by(call))
                .thenApply(was -> Envelope.of(true));
    }

    private CompletionStage<Answer> listenersOf(Call call) {
        ConfigKey key = key(call, "groupName");
        return CompletableFuture.supplyAsync(
                () -> listeners("config", configCalls.listenersOf(key)), tree.thread());
    }

    private CompletionStage<Answer> listenedAt(Call call) {
        String ip = call.params().require("ip");
        return CompletableFuture.supplyAsync(
                () -> listeners("ip", configCalls.listenedAt(ip)), tree.thread());
    }

    private static Answer listeners(String asked, ObjectNode status) {
        ObjectNode data = Json.object().put("queryType", asked);
        return Envelope.of(data.set("listenersStatus", status));
    }

    private Answer search(Call call, String groupName) {
        Params params = call.params();
        var search =
                new Search(
                        ConfigKey.namespace(params.filled("namespaceId")),
                        !"accurate".equals(params.filled("search")),
                        params.filled("dataId"),
                        params.filled(groupName),
                        params.filled("appName"),
                        params.filled("configTags"),
                        params.filled("type"),
                        params.filled("configDetail"));
        Page<Found> page =
                configs.search(search, params.number("pageNo", 1), params.number("pageSize", 100));
        return Envelope.of(ConfigJson.page(page, each -> listed(each)));
    }

    private static ObjectNode listed(Found found) {
        return ConfigJson.v3(ConfigJson.detail(found), found.key());
    }

    private CompletionStage<Answer> describe(Call call) {
        return configCalls
                .describe(call, key(call, "groupName"))
                .thenApply(there ->
                        there
                                ? Envelope.of(true)
                                : Envelope.failure(
                                        404, Envelope.NOT_FOUND, "config data not exist"));
    }

    private static Answer noRecord() {
        return Envelope.failure(404, Envelope.NOT_FOUND, "no such history record");
    }

    private void history(Routes routes, String base, String groupName) {
        routes.get(
                        base + "/list",
                        call -> {
                            Params params = call.params();
                            Page<History> page =
                                    Page.of(
                                            configs.history(key(call, groupName)),
                                            params.number("pageNo", 1),
                                            params.number("pageSize", 100));
                            return Envelope.of(
                                    ConfigJson.page(page, each -> ConfigJson.v3(each, false)));
                        })
                .get(
                        base,
                        call -> {
                            String nid = call.params().require("nid");
                            return configs.history(key(call, groupName)).stream()
                                    .filter(each -> Long.toString(each.id()).equals(nid))
                                    .findFirst()
                                    .map(each -> Envelope.of(ConfigJson.v3(each, true)))
                                    .orElseGet(V2::noRecord);
                        })
                .get(
                        base + "/previous",
                        call ->
                                configs.history(key(call, groupName)).stream()
                                        .findFirst()
                                        .map(each -> Envelope.of(ConfigJson.v3(each, true)))
                                        .orElseGet(V2::noRecord))
                .get(
                        base + "/configs",
                        call -> {
                            String namespace =
                                    ConfigKey.namespace(call.params().filled("namespaceId"));
                            var all =
                                    new Search(
                                            namespace, false, null, null, null, null, null, null);
                            ArrayNode list = Json.array();
                            configs.search(all, 1, Integer.MAX_VALUE)
                                    .items()
                                    .forEach(each -> list.add(listed(each)));
                            return Envelope.of(list);
                        });
    }

    // ---- instances

    private CompletionStage<Answer> register(Call call) {
        return calls.register(NamingCalls.key(call), NamingCalls.instance(call))
                .thenApply(done -> Envelope.of("ok"));
    }

    private CompletionStage<Answer> deregister(Call call) {
        return calls.deregister(NamingCalls.key(call), NamingCalls.place(call))
                .thenApply(done -> Envelope.of("ok"));
    }

    private CompletionStage<Answer> update(Call call) {
        return calls.update(call, NamingCalls.instance(call)).thenApply(V2::okOrNoInstance);
    }

    private static Answer okOrNoInstance(boolean there) {
        return there
                ? Envelope.of("ok")
                : Envelope.failure(404, Envelope.INSTANCE_NOT_FOUND, "no such instance");
    }

    private Answer instance(Call call) {
        ServiceKey key = NamingCalls.key(call);
        Instance place = NamingCalls.place(call);
        Instance found = calls.services().get(key).find(place.cluster(), place.ip(), place.port());
        return found == null
                ? Envelope.failure(404, Envelope.INSTANCE_NOT_FOUND, "no such instance")
                : Envelope.of(InstanceJson.one(key, found));
    }

    /// What operators see: those that are disabled as well, and health as it is.
    private List<Instance> everyInstance(Call call) {
        String cluster = call.params().filled("clusterName");
        boolean healthyOnly = call.params().flag("healthyOnly", false);
        return calls.services().get(NamingCalls.key(call)).instances().stream()
                .filter(each -> cluster == null || each.cluster().equals(cluster))
                .filter(each -> !healthyOnly || each.healthy())
                .toList();
    }

    private Answer allInstances(Call call) {
        ServiceKey key = NamingCalls.key(call);
        ArrayNode all = Json.array();
        everyInstance(call).forEach(each -> all.add(ServiceJson.host(key, each)));
        return Envelope.of(all);
    }

    private Answer instancesByPage(Call call) {
        ServiceKey key = NamingCalls.key(call);
        Page<Instance> page =
                Page.of(
                        everyInstance(call),
                        call.params().number("pageNo", 1),
                        call.params().number("pageSize", 10));
        return Envelope.of(ConfigJson.page(page, each -> ServiceJson.host(key, each)));
    }

    private CompletionStage<Answer> patch(Call call) {
        return calls.patch(call).thenApply(V2::okOrNoInstance);
    }

    private CompletionStage<Answer> health(Call call) {
        return calls.health(call).thenApply(V2::okOrNoInstance);
    }

    private Answer hosts(Call call) {
        ServiceKey key = NamingCalls.key(call);
        ArrayNode hosts = Json.array();
        calls.services()
                .get(key)
                .select(
                        call.params().or("clusterName", ""),
                        call.params().flag("healthyOnly", false))
                .hosts()
                .forEach(each -> hosts.add(ServiceJson.host(key, each)));
        return Envelope.of(hosts);
    }

    private CompletionStage<Answer> beat(Call call) {
        return calls.beat(call).thenApply(V2::beaten);
    }

    private static Answer beaten(Leases.Beaten beaten) {
        return beaten.isKnown()
                ? Envelope.of(
                        Json.object()
                                .put("clientBeatInterval", beaten.intervalMillis())
                                .put("code", 10_200)
                                .put("lightBeatEnabled", true))
                : Envelope.failure(200, Envelope.INSTANCE_NOT_FOUND, "no such instance");
    }

    private CompletionStage<Answer> metadata(Call call, boolean remove) {
        Params params = call.params();
        ServiceKey key = NamingCalls.key(call);
        var metadata = NamingCalls.metadata(params.require("metadata"));
        Service service = calls.services().get(key);
        ArrayNode updated = Json.array();
        CompletableFuture<?> all = CompletableFuture.completedFuture(true);
        String list = params.filled("instances");
        for (Instance each : service.instances()) {
            if (list != null && !names(Json.parse(list), each)) {
                continue;
            }
            all =
                    all.thenCombine(
                            calls.registry().overrideMetadata(key, each, metadata, remove),
                            (a, b) -> b);
            updated.add(each.address());
        }
        return all.thenApply(done -> Envelope.of(Json.object().set("updated", updated)));
    }

    private static boolean names(JsonNode list, Instance instance) {
        for (JsonNode each : list) {
            if (instance.ip().equals(Json.textOf(each, "ip"))
                    && each.path("port").asInt() == instance.port()) {
                return true;
            }
        }
        return false;
    }

    // ---- services

    private CompletionStage<Answer> createService(Call call) {
        return calls.registry()
                .createService(NamingCalls.key(call), NamingCalls.meta(call))
                .thenApply(made ->
                        made
                                ? Envelope.of("ok")
                                : Envelope.failure(
                                        400,
                                        Envelope.SERVICE_EXISTS,
                                        "specified service already exists"));
    }

    private CompletionStage<Answer> deleteService(Call call) {
        return calls.registry()
                .deleteService(NamingCalls.key(call))
                .thenApply(done -> Envelope.of("ok"));
    }

    private CompletionStage<Answer> updateService(Call call) {
        ServiceMeta meta = NamingCalls.meta(call);
        return calls.registry()
                .updateService(NamingCalls.key(call), old -> meta)
                .thenApply(V2::okOrNoService);
    }

    private static Answer okOrNoService(boolean there) {
        return there ? Envelope.of("ok") : noService();
    }

    private static Answer noService() {
        return Envelope.failure(404, Envelope.SERVICE_NOT_FOUND, "no such service");
    }

    private Answer service(Call call) {
        Service service = calls.services().get(NamingCalls.key(call));
        return service.exists()
                ? Envelope.of(InstanceJson.detail(service, calls.registry(), false))
                : noService();
    }

    private CompletionStage<Answer> updateCluster(Call call) {
        return calls.updateCluster(call).thenApply(V2::okOrNoService);
    }

    /// By pages with their numbers of instances, as v3 has it; names may be given in part.
    private Answer serviceViews(Call call) {
        Params params = call.params();
        Page<Service> page = calls.named(call, "ignoreEmptyService", 100);
        return Envelope.of(
                params.flag("withInstances", false)
                        ? ConfigJson.page(
                                page, each -> InstanceJson.detail(each, calls.registry(), true))
                        : ConfigJson.page(page, InstanceJson::summary));
    }

    private Answer serviceList(Call call) {
        Params params = call.params();
        List<String> all =
                calls.services()
                        .names(
                                ConfigKey.namespace(params.filled("namespaceId")),
                                params.or("groupName", ServiceKey.DEFAULT_GROUP));
        Page<String> page = Page.of(all, params.number("pageNo", 1), params.number("pageSize", 20));
        ObjectNode data = Json.object().put("count", page.totalCount());
        data.set("services", Json.node(page.items()));
        return Envelope.of(data);
    }
}
