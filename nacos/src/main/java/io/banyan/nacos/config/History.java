package io.banyan.nacos.config;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.banyan.nacos.json.Json;
import io.banyan.nacos.tree.Node;
import org.jspecify.annotations.Nullable;

/// What a configuration was before it was changed or deleted, or what it was created with.
///
/// @param id zxid of the transaction that made it
/// @param op `I`, `U` or `D`
/// @param configCreatedMillis when the configuration was created
/// @param atMillis when this was done
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record History(
        @JsonIgnore long id,
        @JsonIgnore ConfigKey key,
        String op,
        String md5,
        @Nullable String appName,
        @Nullable String srcUser,
        @Nullable String srcIp,
        @Nullable String grayName,
        @Nullable String encryptedDataKey,
        @Nullable String type,
        @JsonIgnore byte[] content,
        @JsonIgnore long configCreatedMillis,
        @JsonIgnore long atMillis) {
    byte[] write() {
        return Json.lineAnd(this, content);
    }

    static @Nullable History read(ConfigKey key, Node node) {
        byte[] data = node.data();
        try {
            var head = Json.parseObject(data, 0, Json.endOfLine(data));
            return new History(
                    node.stat().czxid(),
                    key,
                    Json.textOrEmpty(head, "op"),
                    Json.textOrEmpty(head, "md5"),
                    Json.textOf(head, "appName"),
                    Json.textOf(head, "srcUser"),
                    Json.textOf(head, "srcIp"),
                    Json.textOf(head, "grayName"),
                    Json.textOf(head, "encryptedDataKey"),
                    Json.textOf(head, "type"),
                    Json.afterLine(data),
                    node.stat().ctime(),
                    node.stat().ctime());
        } catch (Json.Broken written) {
            return null;
        }
    }
}
