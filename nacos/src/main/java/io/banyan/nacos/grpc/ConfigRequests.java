package io.banyan.nacos.grpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.banyan.nacos.config.ConfigKey;
import io.banyan.nacos.config.Configs;
import io.banyan.nacos.config.Found;
import io.banyan.nacos.config.Gray;
import io.banyan.nacos.config.Invalid;
import io.banyan.nacos.config.Limits;
import io.banyan.nacos.config.Meta;
import io.banyan.nacos.config.Publication;
import io.banyan.nacos.config.Published;
import io.banyan.nacos.config.Viewer;
import io.banyan.nacos.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Configurations over gRPC.
final class ConfigRequests {
    /// Of one connection; clients open another one for more than 3,000.
    private static final int LISTENING_MAX = 50_000;

    private final Configs configs;
    private final Limits limits;
    private final Executor thread;
    private final LongSupplier millis;

    ConfigRequests(Configs configs, Limits limits, Executor doorThread, LongSupplier millis) {
        this.configs = configs;
        this.limits = limits;
        this.thread = doorThread;
        this.millis = millis;
    }

    private ConfigKey key(JsonNode request) {
        return limits.key(
                Json.textOf(request, "tenant"),
                Json.textOf(request, "group"),
                Json.textOf(request, "dataId"));
    }

    private static @Nullable String filled(@Nullable String value) {
        return value == null || value.isBlank() ? null : value;
    }

    ObjectNode query(Client client, Payload payload, ObjectNode request) {
        String carried = payload.headers().get("Vipserver-Tag");
        Viewer viewer =
                carried == null ? client.viewer() : new Viewer(client.viewer().ip(), carried);
        Found found = configs.query(key(request), viewer, filled(Json.textOf(request, "tag")));
        if (found == null) {
            return Reply.failure(Reply.NOT_THERE, "config data not exist");
        }
        Gray gray = found.gray();
        boolean beta = gray != null && gray.isBeta();
        return Reply.ok()
                .put("content", new String(found.content(), StandardCharsets.UTF_8))
                .put("md5", found.md5())
                .put("contentType", found.meta().typeOrText())
                .put("lastModified", found.stat().mtime())
                .put("encryptedDataKey", found.encryptedDataKey())
                .put("isBeta", beta)
                .put("beta", beta)
                .put("tag", gray != null && !beta ? gray.expression() : null);
    }

    CompletionStage<ObjectNode> publish(Client client, ObjectNode request) {
        ConfigKey key = key(request);
        byte[] content = Json.textOrEmpty(request, "content").getBytes(StandardCharsets.UTF_8);
        limits.content(content);
        Map<String, String> more = Json.texts(request.get("additionMap"));
        String tag = filled(more.get("tag"));
        limits.tag(tag);
        var meta =
                new Meta(
                        Meta.validType(more.get("type")),
                        filled(more.get("appName")),
                        filled(more.get("desc")),
                        filled(more.get("config_tags")),
                        filled(more.get("use")),
                        filled(more.get("effect")),
                        filled(more.get("schema")),
                        filled(more.get("encryptedDataKey")),
                        filled(more.get("src_user")),
                        client.viewer().ip());
        limits.meta(meta);
        return configs.publish(
                        new Publication(
                                key,
                                content,
                                meta,
                                filled(Json.textOf(request, "casMd5")),
                                filled(more.get("betaIps")),
                                tag))
                .thenApply(how ->
                        switch (how) {
                            case Published.DONE -> Reply.ok();
                            case Published.CHANGED_MEANWHILE ->
                                    Reply.failure(
                                            Reply.ERROR,
                                            "Cas publish fail, server md5 may have" + " changed.");
                            case Published.TOO_MANY_GRAYS ->
                                    Reply.failure(Reply.INVALID, "too many gray versions");
                        });
    }

    CompletionStage<ObjectNode> remove(Client client, ObjectNode request) {
        String tag = filled(Json.textOf(request, "tag"));
        var by =
                new Meta(
                        null, null, null, null, null, null, null, null, null, client.viewer().ip());
        return configs.remove(key(request), tag == null ? null : Gray.TAG + tag, by)
                .thenApply(was -> Reply.ok());
    }

    CompletionStage<ObjectNode> listen(Client client, ObjectNode request) {
        boolean listen = request.path("listen").asBoolean(true);
        JsonNode contexts = request.path("configListenContexts");
        return CompletableFuture.supplyAsync(() -> listen(client, listen, contexts), thread);
    }

    private ObjectNode listen(Client client, boolean listen, JsonNode contexts) {
        ArrayNode changed = Json.array();
        for (JsonNode each : contexts) {
            ConfigKey key = key(each);
            Listening known = client.listening.get(key);
            if (!listen) {
                if (known != null) {
                    known.end();
                }
                continue;
            }
            if (known == null && !client.isGone()) {
                if (client.listening.size() >= LISTENING_MAX) {
                    throw new Invalid("over " + LISTENING_MAX + " configurations listened to");
                }
                known = new Listening(configs.index(), client, key, millis);
                client.listening.put(key, known);
                configs.index().watch(known);
            }
            String md5 = Json.textOrEmpty(each, "md5");
            String tenant = Json.textOf(each, "tenant");
            if (known != null) {
                known.holds(tenant, md5);
            }
            // After the watch is set, so that nothing comes between.
            if (!configs.index().md5(key, client.viewer()).equals(md5)) {
                changed.add(
                        Json.object()
                                .put("dataId", key.dataId())
                                .put("group", key.group())
                                .put("tenant", tenant));
            }
        }
        ObjectNode answer = Reply.ok();
        answer.set("changedConfigs", changed);
        return answer;
    }
}
