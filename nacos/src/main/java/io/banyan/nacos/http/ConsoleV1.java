package io.banyan.nacos.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import io.banyan.nacos.auth.Auth;
import io.banyan.nacos.config.ConfigKey;
import io.banyan.nacos.config.Configs;
import io.banyan.nacos.config.Invalid;
import io.banyan.nacos.config.Limits;
import io.banyan.nacos.json.Json;
import io.banyan.nacos.tree.Layout;
import io.banyan.nacos.tree.NacosTree;
import io.banyan.nacos.tree.Names;
import io.banyan.nacos.tree.Node;
import io.banyan.nacos.tree.Plan;
import io.banyan.nacos.tree.View;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/// Login, namespaces, and what tells a client how the server is.
final class ConsoleV1 {
    private static final String VERSION = "2.5.1";
    private static final int QUOTA = 200;

    private final NacosTree tree;
    private final Configs configs;
    private final Auth auth;

    /// @param shown the name for people
    private record Namespace(String id, String shown, String description) {}

    ConsoleV1(NacosTree tree, Configs configs, Auth auth) {
        this.tree = tree;
        this.configs = configs;
        this.auth = auth;
    }

    void addTo(Routes routes) {
        for (String path :
                List.of("/v1/auth/users/login", "/v1/auth/login", "/v3/auth/user/login")) {
            routes.post(path, Routes.now(this::login));
        }
        String namespaces = "/v1/console/namespaces";
        routes.get(namespaces, this::namespaces)
                .post(namespaces, this::create)
                .put(namespaces, this::update)
                .delete(namespaces, call -> drop(call).thenApply(Answer::json));
        for (String v :
                List.of(
                        "/v2/console/namespace",
                        "/v3/console/core/namespace",
                        "/v3/admin/core/namespace")) {
            routes.get(v + "/list", call -> Envelope.of(list()))
                    .get(v, this::namespaceEnveloped)
                    .on(HttpMethod.POST, v, this::createEnveloped)
                    .on(HttpMethod.PUT, v, call -> update(call).thenApply(a -> Envelope.of(true)))
                    .on(HttpMethod.DELETE, v, call -> drop(call).thenApply(Envelope::of));
        }
        routes.get("/v3/admin/core/namespace/check", call -> Envelope.of(exists(call) ? 1 : 0))
                .get("/v3/console/core/namespace/exist", call -> Envelope.of(exists(call)));
        for (String v : List.of("/v1/console/health", "/v2/console/health", "/v3/console/health")) {
            routes.get(v + "/liveness", call -> Answer.text("OK"))
                    .get(v + "/readiness", call -> ready());
        }
        routes.get("/v1/console/server/state", call -> Answer.json(state()))
                .get("/v3/console/server/state", call -> Answer.json(state()))
                .get("/v3/admin/core/state", call -> Envelope.of(state()))
                .get("/v3/admin/core/state/liveness", call -> Envelope.of("ok"))
                .get("/v3/admin/core/state/readiness", call -> Envelope.of("ok"))
                // Where Nacos's maintainer client asks.
                .get("/v3/admin/core/ops/readiness", call -> Envelope.of(true))
                .get("/serverlist", ConsoleV1::serverList);
        for (String v : List.of("/v1/core/cluster/nodes", "/v1/core/cluster/node/list")) {
            routes.get(v, call -> Answer.rest(200, "", members(call)));
        }
        routes.get("/v1/core/cluster/self", call -> Answer.rest(200, "", members(call).get(0)))
                .get("/v1/core/cluster/health", call -> Answer.rest(200, "", "UP"))
                .get(
                        "/v1/core/cluster/simple/nodes",
                        call ->
                                Answer.rest(
                                        200,
                                        "",
                                        Json.array().add(members(call).get(0).get("address"))))
                .get("/v3/console/core/cluster/nodes", call -> Envelope.of(members(call)));
        routes.get("/v2/core/cluster/node/list", call -> Envelope.of(members(call)))
                .get("/v3/admin/core/cluster/node/list", call -> Envelope.of(members(call)))
                .get("/v2/core/cluster/node/self", call -> Envelope.of(members(call).get(0)))
                .get("/v3/admin/core/cluster/node/self", call -> Envelope.of(members(call).get(0)))
                .get("/v2/core/cluster/node/self/health", call -> Envelope.of("UP"));
    }

    // ---- login

    private Answer login(Call call) {
        Auth.Token token =
                auth.login(call.params().filled("username"), call.params().filled("password"));
        if (token == null) {
            return Answer.text(403, "caused: unknown user or wrong password;");
        }
        return Answer.json(
                        Json.object()
                                .put("accessToken", token.text())
                                .put("tokenTtl", token.ttlSeconds())
                                .put("globalAdmin", true)
                                .put("username", token.user()))
                .with("Authorization", "Bearer " + token.text());
    }

    // ---- state

    private Answer ready() {
        return tree.isConnected() ? Answer.text("OK") : Answer.text(500, "no leader");
    }

    private static ObjectNode state() {
        return Json.object()
                .put("version", VERSION)
                .put("startup_mode", "standalone")
                .put("standalone_mode", "standalone")
                .putNull("function_mode")
                .put("auth_enabled", false);
    }

    private static ArrayNode members(Call call) {
        String host = call.context().localAddress().getAddress().getHostAddress();
        int port = call.context().localAddress().getPort();
        ArrayNode all = Json.array();
        all.add(
                Json.object()
                        .put("ip", host)
                        .put("port", port)
                        .put("state", "UP")
                        .put("address", host + ":" + port)
                        .put("failAccessCnt", 0));
        return all;
    }

    private static Answer serverList(Call call) {
        var local = call.context().localAddress();
        return Answer.text(local.getAddress().getHostAddress() + ":" + local.getPort());
    }

    // ---- namespaces

    private Answer namespaces(Call call) {
        Params params = call.params();
        if (params.flag("checkNamespaceIdExist", false)) {
            String id = params.require("customNamespaceId");
            return Answer.json(find(tree.view(), ConfigKey.namespace(id)) != null);
        }
        if ("all".equals(params.filled("show"))) {
            String id = ConfigKey.namespace(params.filled("namespaceId"));
            Namespace found = find(tree.view(), id);
            return found == null
                    ? Answer.text(404, "caused: no such namespace;")
                    : Answer.json(json(found));
        }
        return Answer.rest(200, "", list());
    }

    private boolean exists(Call call) {
        String id = call.params().filledAny("customNamespaceId", "namespaceId");
        // Without one the server is to choose it, and chooses none that is taken.
        return id != null && find(tree.view(), ConfigKey.namespace(id)) != null;
    }

    private Answer namespaceEnveloped(Call call) {
        Namespace found =
                find(tree.view(), ConfigKey.namespace(call.params().require("namespaceId")));
        return found == null
                ? Envelope.failure(404, Envelope.NAMESPACE_MISSING, "namespace not exist")
                : Envelope.of(json(found));
    }

    private ArrayNode list() {
        View view = tree.view();
        ArrayNode all = Json.array();
        all.add(json(new Namespace(ConfigKey.PUBLIC, ConfigKey.PUBLIC, "")));
        for (String each : view.children(Layout.NAMESPACES)) {
            Namespace found = find(view, Names.decode(each));
            if (found != null) {
                all.add(json(found));
            }
        }
        return all;
    }

    private ObjectNode json(Namespace of) {
        boolean isPublic = of.id().equals(ConfigKey.PUBLIC);
        return Json.object()
                .put("namespace", isPublic ? "" : of.id())
                .put("namespaceShowName", of.shown())
                .put("namespaceDesc", of.description())
                .put("quota", QUOTA)
                .put("configCount", configs.count(of.id()))
                .put("type", isPublic ? 0 : 2);
    }

    private static @Nullable Namespace find(View view, String id) {
        if (id.equals(ConfigKey.PUBLIC)) {
            return new Namespace(id, id, "");
        }
        Node node = view.node(Layout.path(Layout.NAMESPACES, id));
        if (node == null) {
            return null;
        }
        try {
            ObjectNode data = Json.parseObject(node.data(), 0, node.data().length);
            return new Namespace(
                    id, Json.textOrEmpty(data, "shown"), Json.textOrEmpty(data, "description"));
        } catch (Json.Broken written) {
            return new Namespace(id, id, "");
        }
    }

    private static byte[] write(String shown, String description) {
        return Json.bytes(Json.object().put("shown", shown).put("description", description));
    }

    private CompletionStage<Answer> create(Call call) {
        return created(call).thenApply(Answer::json);
    }

    private CompletionStage<Answer> createEnveloped(Call call) {
        return created(call)
                .thenApply(made ->
                        made
                                ? Envelope.of(true)
                                : Envelope.failure(
                                        400,
                                        Envelope.NAMESPACE_EXISTS,
                                        "namespace exists already, or its id is invalid"));
    }

    private CompletableFuture<Boolean> created(Call call) {
        Params params = call.params();
        String wanted = params.filledAny("customNamespaceId", "namespaceId");
        String id = wanted == null ? UUID.randomUUID().toString() : wanted;
        String shown = params.require("namespaceName");
        String description = params.or("namespaceDesc", "");
        try {
            Limits.namespace(id);
        } catch (Invalid e) {
            return CompletableFuture.completedFuture(false);
        }
        if (ConfigKey.namespace(id).equals(ConfigKey.PUBLIC)) {
            return CompletableFuture.completedFuture(false);
        }
        String path = Layout.path(Layout.NAMESPACES, id);
        return tree.transact(view ->
                view.exists(path)
                        ? new Plan.Refuse<>(false)
                        : new Plan.Change<>(
                                tree.ops(view).create(path, write(shown, description)).list(),
                                true));
    }

    private CompletionStage<Answer> update(Call call) {
        Params params = call.params();
        String id = params.filledAny("namespace", "namespaceId");
        if (id == null) {
            throw new Invalid("Required parameter 'namespace' is not present or empty");
        }
        String shown = String.valueOf(params.filledAny("namespaceShowName", "namespaceName"));
        String description = params.or("namespaceDesc", "");
        String path = Layout.path(Layout.NAMESPACES, id);
        return tree.transact(view ->
                        view.exists(path)
                                ? new Plan.Change<>(
                                        tree.ops(view)
                                                .setData(path, write(shown, description), -1)
                                                .list(),
                                        true)
                                : new Plan.Refuse<>(false))
                .thenApply(Answer::json);
    }

    /// What was published in it stays.
    private CompletableFuture<Boolean> drop(Call call) {
        String path = Layout.path(Layout.NAMESPACES, call.params().require("namespaceId"));
        return tree.transact(view ->
                view.exists(path)
                        ? new Plan.Change<>(tree.ops(view).delete(path).list(), true)
                        : new Plan.Refuse<>(true));
    }
}
