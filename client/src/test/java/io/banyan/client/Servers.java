package io.banyan.client;

import io.banyan.server.BanyanServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.jspecify.annotations.Nullable;

/// One server for all tests that leave it as it was: ticks of 100 ms, so that sessions may time out
/// within 200 ms. Banyan's, or Apache's where the property `client.test.server` says so.
public final class Servers {
    private static final int TICK_MILLIS = 100;
    private static final AtomicInteger PATHS = new AtomicInteger();
    private static @Nullable InetSocketAddress shared;

    private Servers() {}

    public static synchronized InetSocketAddress address() {
        if (shared == null) {
            shared =
                    System.getProperty("client.test.server", "banyan").equals("apache")
                            ? startApache()
                            : startBanyan();
        }
        return shared;
    }

    private static InetSocketAddress startBanyan() {
        try {
            BanyanServer server =
                    BanyanServer.builder()
                            .tickMillis(TICK_MILLIS)
                            .property("maxSessionTimeout", "60000")
                            .property("zookeeper.extendedTypesEnabled", "true")
                            .start();
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
            return server.clientAddress();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InetSocketAddress startApache() {
        try {
            System.setProperty("zookeeper.extendedTypesEnabled", "true");
            Path directory = Files.createTempDirectory("client-test-apache");
            var server = new ZooKeeperServer(directory.toFile(), directory.toFile(), TICK_MILLIS);
            server.setMaxSessionTimeout(60_000);
            var factory = new NIOServerCnxnFactory();
            factory.configure(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            factory.startup(server);
            Runtime.getRuntime()
                    .addShutdownHook(
                            new Thread(() -> {
                                factory.shutdown();
                                deleteAll(directory);
                            }));
            return new InetSocketAddress("127.0.0.1", factory.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void deleteAll(Path directory) {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path each : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
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
