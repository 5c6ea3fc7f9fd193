package io.banyan.nacos.naming;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.banyan.nacos.config.Invalid;
import io.banyan.nacos.json.Json;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One instance of a service. Immutable; equal ones are equal bytes in the tree.
///
/// @param door by which it came in, see {@link Door}; null for a znode that somebody made himself
public record Instance(
        String ip,
        int port,
        double weight,
        boolean healthy,
        boolean enabled,
        boolean ephemeral,
        String cluster,
        Map<String, String> metadata,
        @Nullable Door door) {
    public static final String DEFAULT_CLUSTER = "DEFAULT";

    /// Milliseconds between two beats, before it counts as unhealthy, and before it is removed.
    public static final String BEAT_INTERVAL = "preserved.heart.beat.interval";

    public static final String BEAT_TIMEOUT = "preserved.heart.beat.timeout";
    public static final String DELETE_TIMEOUT = "preserved.ip.delete.timeout";

    private static final int IP_MAX = 128;
    private static final int PORT_MAX = 65_535;
    private static final double WEIGHT_MAX = 10_000;
    private static final int CLUSTER_MAX = 64;

    /// Nacos allows 1024; Dubbo needs more.
    private static final int METADATA_MAX = 64 * 1024;

    /// Who keeps an ephemeral instance.
    public enum Door {
        /// Beats.
        HTTP,
        /// Its connection.
        GRPC
    }

    /// @throws Invalid if a field is not as Nacos has it
    public Instance {
        if (ip.isBlank() || ip.length() > IP_MAX || ip.chars().anyMatch(c -> c <= ' ')) {
            throw new Invalid("invalid ip: " + ip);
        }
        if (port < 0 || port > PORT_MAX) {
            throw new Invalid("invalid port: " + port);
        }
        if (!(weight >= 0 && weight <= WEIGHT_MAX)) {
            throw new Invalid("invalid weight, 0 to " + WEIGHT_MAX + ": " + weight);
        }
        if (cluster.length() > CLUSTER_MAX || !cluster.matches("[0-9a-zA-Z_-]+")) {
            throw new Invalid("invalid cluster, letters, digits, _ and -: " + cluster);
        }
        int size = 0;
        for (Map.Entry<String, String> each : metadata.entrySet()) {
            size += each.getKey().length() + each.getValue().length();
        }
        if (size > METADATA_MAX) {
            throw new Invalid("invalid metadata, over " + METADATA_MAX + " characters");
        }
        metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
    }

    /// The name of its znode, not encoded.
    public String address() {
        return ip + ":" + port;
    }

    public String id(ServiceKey service) {
        return ip + "#" + port + "#" + cluster + "#" + service.grouped();
    }

    public int beatIntervalMillis() {
        return millis(BEAT_INTERVAL, 5_000);
    }

    public int beatTimeoutMillis() {
        return millis(BEAT_TIMEOUT, 15_000);
    }

    public int deleteTimeoutMillis() {
        return millis(DELETE_TIMEOUT, 30_000);
    }

    private int millis(String key, int fallback) {
        String value = metadata.get(key);
        try {
            return value == null ? fallback : Integer.parseInt(value.trim());
        } catch (NumberFormatException e) {
            return fallback;
        }
    }

    /// @throws Invalid if a timeout is shorter than the interval
    public Instance checkTimeouts() {
        if (beatTimeoutMillis() < beatIntervalMillis()
                || deleteTimeoutMillis() < beatIntervalMillis()) {
            throw new Invalid(
                    "Instance 'heart beat interval' must less than 'heart beat timeout' and 'ip"
                            + " delete timeout'.");
        }
        return this;
    }

    public Instance withHealthy(boolean other) {
        return new Instance(ip, port, weight, other, enabled, ephemeral, cluster, metadata, door);
    }

    Instance withDoor(@Nullable Door other) {
        return new Instance(
                ip, port, weight, healthy, enabled, ephemeral, cluster, metadata, other);
    }

    Instance overridden(Adjustment by) {
        var merged = new TreeMap<>(metadata);
        merged.putAll(by.metadata());
        return new Instance(
                ip,
                port,
                by.weight() == null ? weight : by.weight(),
                healthy,
                by.enabled() == null ? enabled : by.enabled(),
                ephemeral,
                cluster,
                merged,
                door);
    }

    /// What the znode holds. Whether it is ephemeral, the znode says itself.
    byte[] write() {
        ObjectNode node =
                Json.object()
                        .put("ip", ip)
                        .put("port", port)
                        .put("weight", weight)
                        .put("healthy", healthy)
                        .put("enabled", enabled)
                        .put("clusterName", cluster);
        node.set("metadata", Json.node(metadata));
        if (door != null) {
            node.put("door", door.name());
        }
        return Json.bytes(node);
    }

    /// @return null if that is no instance
    static @Nullable Instance read(byte[] data, String cluster, boolean ephemeral) {
        try {
            ObjectNode node = Json.parseObject(data, 0, data.length);
            return read(node, cluster, ephemeral, doorOf(Json.textOf(node, "door")));
        } catch (Json.Broken | Invalid written) {
            return null;
        }
    }

    private static @Nullable Door doorOf(@Nullable String name) {
        return switch (name) {
            case "HTTP" -> Door.HTTP;
            case "GRPC" -> Door.GRPC;
            case null, default -> null;
        };
    }

    /// From a client's JSON.
    ///
    /// @param cluster if the JSON names none
    /// @throws Invalid if a field is missing or wrong
    public static Instance read(
            JsonNode node, String cluster, boolean ephemeral, @Nullable Door door) {
        String named = Json.textOf(node, "clusterName");
        named = named == null || named.isBlank() ? Json.textOf(node, "cluster") : named;
        return new Instance(
                Json.textOrEmpty(node, "ip"),
                node.path("port").asInt(-1),
                node.path("weight").asDouble(1),
                node.path("healthy").asBoolean(true),
                node.path("enabled").asBoolean(true),
                ephemeral,
                named == null || named.isBlank() ? cluster : named,
                Json.texts(node.get("metadata")),
                door);
    }
}
