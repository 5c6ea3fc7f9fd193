package io.banyan.nacos.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.banyan.nacos.config.ConfigKey;
import io.banyan.nacos.config.ConfigWatcher;
import io.banyan.nacos.config.Configs;
import io.banyan.nacos.config.Found;
import io.banyan.nacos.config.Invalid;
import io.banyan.nacos.config.Limits;
import io.banyan.nacos.config.Meta;
import io.banyan.nacos.config.Publication;
import io.banyan.nacos.config.Published;
import io.banyan.nacos.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/// What the configuration interfaces of all versions share.
record ConfigCalls(Configs configs, Limits limits) {
    /// @param groupName how this version calls the group
    /// @param namespaceName how this version calls the namespace
    ConfigKey key(Call call, String groupName, String namespaceName) {
        Params params = call.params();
        return limits.key(
                params.filled(namespaceName), params.filled(groupName), params.filled("dataId"));
    }

    /// @return whether there is such a configuration
    CompletableFuture<Boolean> describe(Call call, ConfigKey key) {
        Params params = call.params();
        String desc = params.filledAny("desc", "description");
        String tags = params.filledAny("config_tags", "configTags");
        limits.meta(Meta.NONE.described(desc, tags));
        return configs.describe(key, desc, tags);
    }

    CompletableFuture<Published> publish(Call call, ConfigKey key) {
        Params params = call.params();
        String content = params.require("content");
        // Not the trimmed text: contents keep their white space.
        String exact = params.get("content");
        byte[] bytes = (exact == null ? content : exact).getBytes(StandardCharsets.UTF_8);
        limits.content(bytes);
        String tag = params.filled("tag");
        limits.tag(tag);
        var meta =
                new Meta(
                        Meta.validType(params.filled("type")),
                        params.filled("appName"),
                        params.filledAny("desc", "description"),
                        params.filledAny("config_tags", "configTags"),
                        params.filled("use"),
                        params.filled("effect"),
                        params.filled("schema"),
                        params.filled("encryptedDataKey"),
                        params.filledAny("src_user", "srcUser"),
                        call.clientIp());
        limits.meta(meta);
        return configs.publish(
                new Publication(
                        key,
                        bytes,
                        meta,
                        call.header("casmd5") == null
                                ? params.filled("casMd5")
                                : call.header("casmd5"),
                        call.header("betaips"),
                        tag));
    }

    /// @param ids numbers of configurations, with commas between; unknown ones do not matter
    CompletableFuture<?> deleteIds(String ids, Meta by) {
        CompletableFuture<?> all = CompletableFuture.completedFuture(null);
        for (String each : ids.split(",", -1)) {
            Found found = configs.byId(number(each));
            if (found != null) {
                var removed = configs.remove(found.key(), null, by);
                all = all.thenCombine(removed, (a, b) -> b);
            }
        }
        return all;
    }

    static long number(String text) {
        try {
            return Long.parseLong(text.trim());
        } catch (NumberFormatException e) {
            throw new Invalid("no id: " + text);
        }
    }

    /// Who listens to a configuration, and the MD5 that each has. On the door's thread.
    ObjectNode listenersOf(ConfigKey key) {
        ObjectNode status = Json.object();
        for (ConfigWatcher each : configs.index().watchersOf(key)) {
            status.put(each.viewer().ip(), each.md5());
        }
        return status;
    }

    /// What is listened to from an address, and the MD5 of each. On the door's thread.
    ObjectNode listenedAt(String ip) {
        ObjectNode status = Json.object();
        for (ConfigWatcher each : configs.index().watchersAt(ip)) {
            status.put(groupKey(each.key()), each.md5());
        }
        return status;
    }

    private static String groupKey(ConfigKey key) {
        Function<String, String> escape = s -> s.replace("%", "%25").replace("+", "%2B");
        String plain = escape.apply(key.dataId()) + "+" + escape.apply(key.group());
        return key.tenant().isEmpty() ? plain : plain + "+" + escape.apply(key.tenant());
    }

    /// Who deletes.
    static Meta by(Call call) {
        return new Meta(
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                call.params().filledAny("src_user", "username"),
                call.clientIp());
    }
}
