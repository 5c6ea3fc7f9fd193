package io.banyan.e2e.server;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// One running server of each kind for all tests that leave it as it was; killed when the JVM ends.
public final class Shared {

    private static final Map<ServerKind, ServerProcess> SERVERS = new EnumMap<>(ServerKind.class);
    private static final AtomicInteger PATHS = new AtomicInteger();

    private Shared() {}

    public static synchronized ServerProcess server(ServerKind kind) {
        return SERVERS.computeIfAbsent(
                kind,
                k -> {
                    int members = Integer.getInteger("e2e.members", 1);
                    Entrance entrance = Entrance.open(k, config(), members);
                    Runtime.getRuntime().addShutdownHook(new Thread(entrance::close));
                    return entrance.server();
                });
    }

    private static ServerConfig config() {
        return ServerConfig.standard().with("extendedTypesEnabled", "true");
    }

    public static String connect(ServerKind kind) {
        return "127.0.0.1:" + server(kind).port();
    }

    /// A path that no other test uses.
    public static String path() {
        return "/test" + PATHS.incrementAndGet();
    }
}
