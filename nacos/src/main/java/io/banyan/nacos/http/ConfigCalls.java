package io.banyan.nacos.http;

import io.banyan.nacos.config.ConfigKey;
import io.banyan.nacos.config.Configs;
import io.banyan.nacos.config.Limits;
import io.banyan.nacos.config.Meta;
import io.banyan.nacos.config.Publication;
import io.banyan.nacos.config.Published;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/// What the configuration interfaces of all versions share.
record ConfigCalls(Configs configs, Limits limits) {
    /// @param groupName how this version calls the group
    /// @param namespaceName how this version calls the namespace
    ConfigKey key(Call call, String groupName, String namespaceName) {
        Params params = call.params();
        return limits.key(
                params.filled(namespaceName), params.filled(groupName), params.filled("dataId"));
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
