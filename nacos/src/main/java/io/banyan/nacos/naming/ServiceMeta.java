package io.banyan.nacos.naming;

import io.banyan.nacos.json.Json;
import java.util.Map;
import java.util.TreeMap;

/// What was set of a service itself.
///
/// @param isSet false for a service that is there only because of its instances
/// @param protectThreshold share of healthy instances below which all count as healthy
/// @param selector JSON, kept and given back
public record ServiceMeta(
        boolean isSet, double protectThreshold, Map<String, String> metadata, String selector) {
    static final ServiceMeta NONE = new ServiceMeta(false, 0, Map.of(), "{\"type\":\"none\"}");

    byte[] write() {
        var node = Json.object().put("protectThreshold", protectThreshold);
        node.set("metadata", Json.node(new TreeMap<>(metadata)));
        node.put("selector", selector);
        return Json.bytes(node);
    }

    static ServiceMeta read(byte[] data) {
        if (data.length == 0) {
            return NONE;
        }
        try {
            var node = Json.parseObject(data, 0, data.length);
            String selector = Json.textOf(node, "selector");
            return new ServiceMeta(
                    true,
                    node.path("protectThreshold").asDouble(0),
                    Json.texts(node.get("metadata")),
                    selector == null ? NONE.selector : selector);
        } catch (Json.Broken written) {
            return NONE;
        }
    }
}
