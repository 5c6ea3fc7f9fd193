package io.banyan.client;

import io.banyan.server.BanyanServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;

/// One server for all tests that leave it as it was: ticks of 100 ms, so that sessions may time out
/// within 200 ms.
public final class Servers {
    private static final AtomicInteger PATHS = new AtomicInteger();
    private static final BanyanServer SHARED = start();

    private Servers() {}

    private static BanyanServer start() {
        BanyanServer server = own();
        Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        return server;
    }

    public static BanyanServer shared() {
        return SHARED;
    }

    public static BanyanServer own() {
        try {
            return BanyanServer.builder()
                    .tickMillis(100)
                    .property("maxSessionTimeout", "60000")
                    .property("extendedTypesEnabled", "true")
                    .property("zookeeper.extendedTypesEnabled", "true")
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A client with a chroot of its own on the shared server.
    public static Banyan client() {
        return Banyan.connect(SHARED.connectString() + chroot());
    }

    /// The path of a new znode.
    public static String chroot() {
        String path = "/test" + PATHS.incrementAndGet();
        try (Banyan banyan = Banyan.connect(SHARED.connectString())) {
            banyan.create(path, null);
        }
        return path;
    }

    public static FaultyProxy proxy() {
        try {
            return new FaultyProxy(SHARED.clientAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
