package io.banyan.nacos.naming;

import io.banyan.nacos.json.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What an operator changed of an instance; outlives its next registration.
///
/// @param enabled null for as registered
/// @param weight null for as registered
/// @param metadata over that which was registered
public record Adjustment(
        @Nullable Boolean enabled, @Nullable Double weight, Map<String, String> metadata) {
    static final Adjustment NONE = new Adjustment(null, null, Map.of());

    byte[] write() {
        return Json.bytes(this);
    }

    static Adjustment read(byte[] data) {
        try {
            var node = Json.parseObject(data, 0, data.length);
            return new Adjustment(
                    node.hasNonNull("enabled") ? node.get("enabled").asBoolean() : null,
                    node.hasNonNull("weight") ? node.get("weight").asDouble() : null,
                    Json.texts(node.get("metadata")));
        } catch (Json.Broken written) {
            return NONE;
        }
    }
}
