package io.banyan.nacos.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.banyan.nacos.config.ConfigKey;
import io.banyan.nacos.config.Found;
import io.banyan.nacos.config.History;
import io.banyan.nacos.config.Meta;
import io.banyan.nacos.config.Page;
import io.banyan.nacos.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/// Configurations as consoles are shown them.
final class ConfigJson {
    private ConfigJson() {}

    /// A line of a list. Numbers of configurations are texts there.
    static ObjectNode listed(Found found) {
        Meta meta = found.meta();
        return Json.object()
                .put("id", Long.toString(found.id()))
                .put("dataId", found.key().dataId())
                .put("group", found.key().group())
                .put("content", new String(found.content(), StandardCharsets.UTF_8))
                .putNull("md5")
                .put("encryptedDataKey", found.encryptedDataKey())
                .put("tenant", found.key().tenant())
                .put("appName", meta.appName() == null ? "" : meta.appName())
                .put("type", meta.typeOrText());
    }

    static ObjectNode detail(Found found) {
        Meta meta = found.meta();
        return listed(found)
                .put("md5", found.md5())
                .put("createTime", found.stat().ctime())
                .put("modifyTime", found.stat().mtime())
                .put("createUser", meta.srcUser())
                .put("createIp", meta.srcIp())
                .put("desc", meta.desc())
                .put("use", meta.use())
                .put("effect", meta.effect())
                .put("schema", meta.schema())
                .put("configTags", meta.tags());
    }

    /// As v3 has it: with other names for group and namespace, and times as numbers.
    static ObjectNode v3(History record, boolean withContent) {
        return v3(history(record, withContent), record.key())
                .put("createTime", record.atMillis())
                .put("modifyTime", record.atMillis());
    }

    static ObjectNode v3(ObjectNode node, ConfigKey key) {
        return node.put("groupName", key.group()).put("namespaceId", key.namespace());
    }

    static ObjectNode history(History record, boolean withContent) {
        ObjectNode node =
                Json.object()
                        .put("id", Long.toString(record.id()))
                        .put("lastId", -1)
                        .put("dataId", record.key().dataId())
                        .put("group", record.key().group())
                        .put("tenant", record.key().tenant())
                        .put("appName", record.appName() == null ? "" : record.appName())
                        .put("md5", record.md5());
        if (withContent) {
            node.put("content", new String(record.content(), StandardCharsets.UTF_8));
        } else {
            node.putNull("content");
        }
        String at = HttpDate.iso(record.atMillis());
        return node.put("srcIp", record.srcIp())
                .put("srcUser", record.srcUser())
                .put("opType", record.op())
                .put("publishType", record.grayName() == null ? "formal" : "gray")
                .put("grayName", record.grayName() == null ? "" : record.grayName())
                .put(
                        "extInfo",
                        "{\"type\":\"" + (record.type() == null ? "text" : record.type()) + "\"}")
                .put("encryptedDataKey", record.encryptedDataKey())
                .put("createdTime", at)
                .put("lastModifiedTime", at);
    }

    static <T> ObjectNode page(Page<T> page, Function<T, ObjectNode> item) {
        ArrayNode items = Json.array();
        page.items().forEach(each -> items.add(item.apply(each)));
        ObjectNode node =
                Json.object()
                        .put("totalCount", page.totalCount())
                        .put("pageNumber", page.number())
                        .put("pagesAvailable", page.pagesAvailable());
        node.set("pageItems", items);
        return node;
    }
}
