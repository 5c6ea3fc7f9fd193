package io.banyan.nacos;

import io.banyan.server.config.ServerConfig;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The `nacos.` keys of zoo.cfg.
///
/// @param address to listen on, null for all
/// @param httpPort `nacos.port`; gRPC is on {@link #grpcPort}
/// @param authEnabled `nacos.auth.enabled`
/// @param passwords `nacos.auth.user.NAME`, by name
/// @param open `nacos.zookeeperWrites`: whether ZooKeeper's clients may write what Nacos's made;
///   unless set, they may while Nacos's own need no login
/// @param overrideKeepMillis `nacos.overrideKeepMillis`: how long what an operator changed of an
///   instance outlives it
/// @param probeMillis `nacos.probeMillis`: how often it is looked whether a persistent instance is
///   there; 0 for never
/// @param heldBytesMax `nacos.heldBytesMax`: of large requests and of answers that are not taken,
///   all connections together
/// @param connectionsMax `nacos.connectionsMax`: at once; more are closed as they come
/// @param contentBytesMax of one configuration
record NacosSettings(
        @Nullable String address,
        int httpPort,
        boolean authEnabled,
        Map<String, String> passwords,
        boolean open,
        int overrideKeepMillis,
        int probeMillis,
        int heldBytesMax,
        int connectionsMax,
        int contentBytesMax) {
    static final int GRPC_OFFSET = 1000;

    private static final String PREFIX = "zookeeper.nacos.";
    private static final String USER = "auth.user.";
    private static final int PORT_MAX = 65_535 - GRPC_OFFSET;
    private static final Set<String> KNOWN =
            Set.of(
                    "port",
                    "address",
                    "auth.enabled",
                    "zookeeperWrites",
                    "overrideKeepMillis",
                    "probeMillis",
                    "heldBytesMax",
                    "connectionsMax");

    /// As Nacos has it.
    private static final int OVERRIDE_KEEP_MILLIS = 60_000;

    /// Three rounds decide; Nacos takes 6 to 20 s for that.
    private static final int PROBE_MILLIS = 4_000;

    /// Of the heap, unless it is said: the rest is the tree's.
    private static final int HELD_PART = 4;

    /// A single large request is to have room.
    private static final int HELD_BYTES_MIN = 1 << 20;

    /// Clients need one or two each; an idle one costs a few KB.
    private static final int CONNECTIONS_MAX = 50_000;

    /// For what a transaction holds beside contents.
    private static final int OVERHEAD_BYTES = 32 * 1024;

    int grpcPort() {
        return httpPort + GRPC_OFFSET;
    }

    /// @return null if there is no `nacos.port`
    /// @throws IllegalArgumentException naming the key and what was expected
    static @Nullable NacosSettings of(ServerConfig config) {
        var keys = new TreeMap<String, String>();
        config.properties()
                .forEach((key, value) -> {
                    if (key.startsWith(PREFIX)) {
                        keys.put(key.substring(PREFIX.length()), value.trim());
                    }
                });
        String port = keys.get("port");
        if (port == null) {
            return null;
        }
        var passwords = new TreeMap<String, String>();
        keys.forEach((key, value) -> {
            if (key.startsWith(USER)) {
                passwords.put(key.substring(USER.length()), value);
            } else if (!KNOWN.contains(key)) {
                throw new IllegalArgumentException(
                        "nacos."
                                + key
                                + " is no key; there are nacos."
                                + KNOWN
                                + " and nacos.auth.user.NAME");
            }
        });
        boolean auth = flag(keys, "auth.enabled", false);
        if (auth && passwords.isEmpty()) {
            throw new IllegalArgumentException(
                    "nacos.auth.enabled=true needs a user: nacos.auth.user.NAME=PASSWORD");
        }
        return new NacosSettings(
                keys.get("address"),
                port(port),
                auth,
                Map.copyOf(passwords),
                flag(keys, "zookeeperWrites", !auth),
                number(keys, "overrideKeepMillis", OVERRIDE_KEEP_MILLIS, 1, "milliseconds"),
                number(keys, "probeMillis", PROBE_MILLIS, 0, "milliseconds"),
                number(
                        keys,
                        "heldBytesMax",
                        (int)
                                Math.min(
                                        Integer.MAX_VALUE,
                                        Runtime.getRuntime().maxMemory() / HELD_PART),
                        HELD_BYTES_MIN,
                        "bytes"),
                number(keys, "connectionsMax", CONNECTIONS_MAX, 1, "connections"),
                contentBytesMax(config.requestLimits()));
    }

    /// A client of ZooKeeper reads a content in one frame, and a publication's transaction holds
    /// two of them: the new one, and the old one for the history.
    private static int contentBytesMax(ServerConfig.RequestLimits limits) {
        long frame = (long) limits.frameBytesMax() - OVERHEAD_BYTES;
        long half = ((long) limits.frameBytesMax() + limits.extraBytes()) / 2 - OVERHEAD_BYTES;
        return Math.clamp(Math.min(frame, half), 1024, 1 << 30);
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 1 && port <= PORT_MAX) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalArgumentException(
                "nacos.port=" + text + ": a port from 1 to " + PORT_MAX + ", gRPC is on it + 1000");
    }

    private static int number(
            Map<String, String> keys, String key, int fallback, int least, String unit) {
        String value = keys.get(key);
        if (value == null) {
            return fallback;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalArgumentException(
                "nacos." + key + "=" + value + ": " + unit + ", at least " + least);
    }

    private static boolean flag(Map<String, String> keys, String key, boolean fallback) {
        String value = keys.get(key);
        return switch (value) {
            case null -> fallback;
            case "true" -> true;
            case "false" -> false;
            default ->
                    throw new IllegalArgumentException(
                            "nacos." + key + "=" + value + ": true or false");
        };
    }
}
