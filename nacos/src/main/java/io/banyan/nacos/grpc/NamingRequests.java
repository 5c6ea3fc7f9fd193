package io.banyan.nacos.grpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.banyan.nacos.config.ConfigKey;
import io.banyan.nacos.config.Invalid;
import io.banyan.nacos.config.Page;
import io.banyan.nacos.json.Json;
import io.banyan.nacos.naming.Instance;
import io.banyan.nacos.naming.Instance.Door;
import io.banyan.nacos.naming.Registry;
import io.banyan.nacos.naming.ServiceKey;
import io.banyan.nacos.naming.Services;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Naming over gRPC.
final class NamingRequests {
    private static final String REGISTER = "registerInstance";
    private static final String DEREGISTER = "deregisterInstance";
    private static final String BATCH = "batchRegisterInstance";

    /// A new subscriber is pushed the list once more: its answer and a first push may have crossed.
    private static final int FIRST_PUSH_MILLIS = 500;

    private static final int BATCH_MAX = 10_000;

    private final Services services;
    private final Registry registry;
    private final EventExecutor thread;
    private final LongSupplier millis;

    NamingRequests(
            Services services, Registry registry, EventExecutor doorThread, LongSupplier millis) {
        this.services = services;
        this.registry = registry;
        this.thread = doorThread;
        this.millis = millis;
    }

    private static ServiceKey key(JsonNode request) {
        return ServiceKey.of(
                Json.textOf(request, "namespace"),
                Json.textOf(request, "groupName"),
                Json.textOf(request, "serviceName"));
    }

    private static Instance instance(JsonNode node, boolean ephemeral) {
        return Instance.read(node, Instance.DEFAULT_CLUSTER, ephemeral, Door.GRPC);
    }

    CompletionStage<ObjectNode> instance(Client client, ObjectNode request) {
        ServiceKey key = key(request);
        String type = Json.textOrEmpty(request, "type");
        JsonNode node = request.path("instance");
        if (!node.path("ephemeral").asBoolean(true)) {
            return persistent(request);
        }
        Instance instance = instance(node, true);
        return switch (type) {
            case REGISTER ->
                    onThread(() -> client.publisher().publish(key, List.of(instance)))
                            .thenApply(done -> Reply.ok().put("type", type));
            // Whatever this connection published there, as Nacos has it.
            case DEREGISTER ->
                    onThread(() -> client.publisher().publish(key, List.of()))
                            .thenApply(done -> Reply.ok().put("type", type));
            default -> throw new Invalid("Unsupported request type " + type);
        };
    }

    CompletionStage<ObjectNode> persistent(ObjectNode request) {
        ServiceKey key = key(request);
        String type = Json.textOrEmpty(request, "type");
        Instance instance = instance(request.path("instance"), false);
        return switch (type) {
            case REGISTER ->
                    registry.registerPersistent(key, instance)
                            .thenApply(done -> Reply.ok().put("type", type));
            case DEREGISTER ->
                    registry.deregister(key, instance)
                            .thenApply(done -> Reply.ok().put("type", type));
            default -> throw new Invalid("Unsupported request type " + type);
        };
    }

    CompletionStage<ObjectNode> batch(Client client, ObjectNode request) {
        ServiceKey key = key(request);
        String type = Json.textOrEmpty(request, "type");
        if (!type.equals(BATCH)) {
            throw new Invalid("Unsupported request type " + type);
        }
        var instances = new ArrayList<Instance>();
        for (JsonNode each : request.path("instances")) {
            instances.add(instance(each, true));
            if (instances.size() > BATCH_MAX) {
                throw new Invalid("over " + BATCH_MAX + " instances at once");
            }
        }
        return onThread(() -> client.publisher().publish(key, instances))
                .thenApply(done -> Reply.ok().put("type", type));
    }

    ObjectNode query(ObjectNode request) {
        String clusters = Json.textOrEmpty(request, "cluster");
        boolean healthyOnly = request.path("healthyOnly").asBoolean(false);
        return info(key(request), clusters, healthyOnly);
    }

    private ObjectNode info(ServiceKey key, String clusters, boolean healthyOnly) {
        byte[] list = services.overGrpc(services.get(key), clusters, healthyOnly);
        return Reply.ok().putRawValue("serviceInfo", Json.raw(list));
    }

    ObjectNode list(ObjectNode request) {
        String namespace = ConfigKey.namespace(Json.textOf(request, "namespace"));
        String group = Json.textOrEmpty(request, "groupName");
        Page<String> page =
                Page.of(
                        services.names(
                                namespace, group.isBlank() ? ServiceKey.DEFAULT_GROUP : group),
                        request.path("pageNo").asInt(1),
                        request.path("pageSize").asInt(Integer.MAX_VALUE));
        ObjectNode answer = Reply.ok().put("count", page.totalCount());
        answer.set("serviceNames", Json.node(page.items()));
        return answer;
    }

    CompletionStage<ObjectNode> subscribe(Client client, ObjectNode request) {
        ServiceKey key = key(request);
        boolean subscribe = request.path("subscribe").asBoolean(true);
        String clusters = Json.textOrEmpty(request, "clusters");
        return CompletableFuture.supplyAsync(
                () -> subscribe(client, key, subscribe, clusters), thread);
    }

    private ObjectNode subscribe(
            Client client, ServiceKey key, boolean subscribe, String clusters) {
        Subscription known = client.subscriptions.get(key);
        if (!subscribe) {
            if (known != null) {
                known.end();
            }
        } else if (!client.isGone()) {
            if (known == null) {
                known = new Subscription(services, client, key, millis);
                client.subscriptions.put(key, known);
                services.subscribe(key, known);
                Subscription made = known;
                thread.schedule(
                        () -> {
                            if (!client.isGone() && client.subscriptions.containsKey(key)) {
                                made.onChange(services.get(key));
                            }
                        },
                        FIRST_PUSH_MILLIS,
                        TimeUnit.MILLISECONDS);
            }
            known.of(clusters);
        }
        return info(key, clusters, false);
    }

    private <T> CompletableFuture<T> onThread(Supplier<CompletableFuture<T>> action) {
        return CompletableFuture.supplyAsync(action, thread).thenCompose(next -> next);
    }
}
