package io.banyan.client;

import io.banyan.server.BanyanServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// One server for all tests that leave it as it was: ticks of 100 ms, so that sessions may time out
/// within 200 ms. Another one, as Apache's, where the property `client.test.port` says so.
public final class Servers {
    private static final AtomicInteger PATHS = new AtomicInteger();
    private static @Nullable InetSocketAddress shared;

    private Servers() {}

    public static synchronized InetSocketAddress address() {
        if (shared == null) {
            String port = System.getProperty("client.test.port");
            shared =
                    port == null
                            ? start()
                            : new InetSocketAddress("127.0.0.1", Integer.parseInt(port));
        }
        return shared;
    }

    private static InetSocketAddress start() {
        try {
            BanyanServer server =
                    BanyanServer.builder()
                            .tickMillis(100)
                            .property("maxSessionTimeout", "60000")
                            .property("extendedTypesEnabled", "true")
                            .start();
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
            return server.clientAddress();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static String connectString() {
        return "127.0.0.1:" + address().getPort();
    }

    /// A client with a chroot of its own on the shared server.
    public static Banyan client() {
        return Banyan.connect(connectString() + chroot());
    }

    /// The path of a new znode.
    public static String chroot() {
        String path = "/test" + ProcessHandle.current().pid() + "-" + PATHS.incrementAndGet();
        try (Banyan banyan = Banyan.connect(connectString())) {
            banyan.create(path, null);
        }
        return path;
    }

    public static FaultyProxy proxy() {
        try {
            return new FaultyProxy(address());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
