package io.banyan.nacos.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import io.banyan.nacos.config.ConfigKey;
import io.banyan.nacos.config.Configs;
import io.banyan.nacos.config.Found;
import io.banyan.nacos.config.Gray;
import io.banyan.nacos.config.History;
import io.banyan.nacos.config.LongPolls;
import io.banyan.nacos.config.Meta;
import io.banyan.nacos.config.Page;
import io.banyan.nacos.config.Published;
import io.banyan.nacos.config.Search;
import io.banyan.nacos.json.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// `/v1/cs`: configurations as 1.x clients, consoles and scripts ask for them.
final class ConfigV1 {
    private static final String ABSENT = "config data not exist\n";

    private static final int HISTORY_PAGE_MAX = 500;

    private final Configs configs;
    private final ConfigCalls calls;
    private final Executor thread;
    private final Listeners listeners;

    ConfigV1(ConfigCalls calls, Listeners listeners, Executor doorThread) {
        this.listeners = listeners;
        this.configs = calls.configs();
        this.calls = calls;
        this.thread = doorThread;
    }

    void addTo(Routes routes) {
        String configsPath = "/v1/cs/configs";
        routes.get(configsPath, this::get)
                .post(configsPath, this::publish)
                .delete(configsPath, this::delete)
                .get(configsPath + "/catalog", this::catalog)
                .post(configsPath + "/listener", this::listen)
                .on(HttpMethod.GET, configsPath + "/listener", this::listenersOfConfig)
                .on(HttpMethod.GET, "/v1/cs/listener", this::listenersOfClient)
                .get("/v1/cs/history", this::history)
                .get("/v1/cs/history/previous", this::previous)
                .get("/v1/cs/history/configs", this::configsOfNamespace)
                .get("/v1/cs/capacity", this::capacity)
                .get("/v1/cs/health", call -> Answer.text("UP"));
    }

    private ConfigKey key(Call call) {
        return calls.key(call, "group", "tenant");
    }

    // ---- read

    private Answer get(Call call) {
        Params params = call.params();
        if (params.filled("search") != null) {
            return Answer.json(search(call));
        }
        if ("all".equals(params.filled("show"))) {
            ObjectNode detail = detail(call);
            return detail == null ? Answer.text(404, ABSENT) : Answer.json(detail);
        }
        if (params.flag("beta", false)) {
            return beta(call);
        }
        Found found = configs.query(key(call), call.viewer(), params.filled("tag"));
        if (found == null) {
            return Answer.text(404, ABSENT);
        }
        Answer answer =
                Answer.raw(found.content())
                        .noCache()
                        .with(
                                "Config-Type",
                                found.meta().typeOrText(),
                                "Content-MD5",
                                found.md5(),
                                "Last-Modified",
                                HttpDate.of(found.stat().mtime()));
        String key = found.encryptedDataKey();
        if (key != null) {
            answer = answer.with("Encrypted-Data-Key", key);
        }
        Gray gray = found.gray();
        if (gray != null) {
            String tag = URLEncoder.encode(gray.expression(), StandardCharsets.UTF_8);
            answer =
                    gray.isBeta()
                            ? answer.with("isBeta", "true")
                            : answer.with("Vipserver-Tag", tag).with("tag", tag);
        }
        return answer;
    }

    private Answer catalog(Call call) {
        ObjectNode detail = detail(call);
        return detail == null ? Answer.text(404, ABSENT) : Answer.rest(200, "", detail);
    }

    private @Nullable ObjectNode detail(Call call) {
        Found found = configs.formal(key(call));
        return found == null ? null : ConfigJson.detail(found);
    }

    private Answer beta(Call call) {
        Found found = configs.beta(key(call));
        if (found == null || found.gray() == null) {
            return Answer.rest(200, "query beta failed", Json.object());
        }
        ObjectNode data = ConfigJson.detail(found);
        data.put("betaIps", found.gray().expression());
        return Answer.rest(200, "query beta ok", data);
    }

    private ObjectNode search(Call call) {
        Params params = call.params();
        boolean blur = "blur".equals(params.filled("search"));
        var search =
                new Search(
                        ConfigKey.namespace(params.filled("tenant")),
                        blur,
                        params.filled("dataId"),
                        params.filled("group"),
                        params.filled("appName"),
                        params.filled("config_tags"),
                        params.filled("types"),
                        params.filled("config_detail"));
        Page<Found> page =
                configs.search(search, params.number("pageNo", 1), params.number("pageSize", 100));
        return ConfigJson.page(page, ConfigJson::listed);
    }

    // ---- write

    private CompletionStage<Answer> publish(Call call) {
        return calls.publish(call, key(call))
                .thenApply(how ->
                        switch (how) {
                            case Published.DONE -> Answer.json(true);
                            case Published.CHANGED_MEANWHILE ->
                                    Answer.text(
                                            500,
                                            "Cas publish fail, server md5 may have" + " changed.");
                            case Published.TOO_MANY_GRAYS ->
                                    Answer.text(400, "caused: too many gray versions;");
                        });
    }

    private CompletionStage<Answer> delete(Call call) {
        Params params = call.params();
        Meta by = ConfigCalls.by(call);
        if ("ids".equals(params.filled("delType"))) {
            return calls.deleteIds(params.require("ids"), by)
                    .thenApply(done -> Answer.rest(200, "", true));
        }
        ConfigKey key = key(call);
        if (params.flag("beta", false)) {
            return configs.remove(key, Gray.BETA, by)
                    .thenApply(was -> Answer.rest(200, "stop beta ok", true));
        }
        String tag = params.filled("tag");
        return configs.remove(key, tag == null ? null : Gray.TAG + tag, by)
                .thenApply(was -> Answer.json(true));
    }

    // ---- listen

    private CompletionStage<Answer> listen(Call call) {
        LongPolls.Poll poll =
                listeners.poll(
                        call.params(),
                        call.viewer(),
                        call.header("long-pulling-timeout"),
                        call.header("long-pulling-timeout-no-hangup"));
        if (!poll.changed().isDone()) {
            call.context().whenRequestCancelled().thenRun(poll::cancel);
        }
        return poll.changed().thenApply(listeners::told);
    }

    private CompletionStage<Answer> listenersOfConfig(Call call) {
        ConfigKey key = key(call);
        return onDoorThread(() -> listeners(calls.listenersOf(key)));
    }

    private CompletionStage<Answer> listenersOfClient(Call call) {
        String ip = call.params().require("ip");
        return onDoorThread(() -> listeners(calls.listenedAt(ip)));
    }

    private CompletionStage<Answer> onDoorThread(Supplier<Answer> answer) {
        return CompletableFuture.supplyAsync(answer, thread);
    }

    private static Answer listeners(ObjectNode status) {
        ObjectNode body = Json.object().put("collectStatus", 200);
        body.set("lisentersGroupkeyStatus", status);
        return Answer.json(body);
    }

    // ---- history

    private Answer history(Call call) {
        Params params = call.params();
        ConfigKey key = key(call);
        List<History> all = configs.history(key);
        String nid = params.filled("nid");
        if (nid != null) {
            long id = ConfigCalls.number(nid);
            return all.stream()
                    .filter(each -> each.id() == id)
                    .findFirst()
                    .map(each -> Answer.json(ConfigJson.history(each, true)))
                    .orElseGet(() -> Answer.text(404, "caused: no such history record;"));
        }
        int size = Math.min(HISTORY_PAGE_MAX, params.number("pageSize", 100));
        Page<History> page = Page.of(all, params.number("pageNo", 1), size);
        return Answer.json(ConfigJson.page(page, each -> ConfigJson.history(each, false)));
    }

    /// The newest record, by the number of the configuration.
    private Answer previous(Call call) {
        Found found = configs.byId(ConfigCalls.number(call.params().require("id")));
        List<History> all = found == null ? List.of() : configs.history(found.key());
        return all.isEmpty()
                ? Answer.text(404, "caused: no such history record;")
                : Answer.json(ConfigJson.history(all.getFirst(), true));
    }

    private Answer configsOfNamespace(Call call) {
        var everything =
                new Search(
                        ConfigKey.namespace(call.params().filled("tenant")),
                        false,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null);
        var list = new ArrayList<ObjectNode>();
        configs.search(everything, 1, Integer.MAX_VALUE)
                .items()
                .forEach(each -> list.add(ConfigJson.listed(each)));
        return Answer.json(list);
    }

    private Answer capacity(Call call) {
        Params params = call.params();
        String tenant = params.filled("tenant");
        ObjectNode data = Json.object();
        data.put("quota", 0);
        data.put("usage", configs.count(ConfigKey.namespace(tenant)));
        data.put("maxSize", calls.limits().contentBytesMax());
        return Answer.rest(200, "", data);
    }
}
