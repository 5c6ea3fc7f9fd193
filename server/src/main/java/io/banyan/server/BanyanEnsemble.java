package io.banyan.server;

import io.banyan.server.config.ConfigException;
import io.banyan.server.config.Endpoint;
import io.banyan.server.config.ServerConfig;
import io.banyan.server.config.ZooCfg;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/// An ensemble inside this JVM, for the tests of an application: members on free ports of the
/// loopback address, with directories that vanish with it.
///
/// ```java
/// try (BanyanEnsemble ensemble = BanyanEnsemble.start(3)) {
///     new ZooKeeper(ensemble.connectString(), 10_000, event -> {});
///     ensemble.stop(2);
/// }
/// ```
///
/// Confined to one thread, but for the servers themselves.
public final class BanyanEnsemble implements AutoCloseable {
    private static final Duration SERVE_LIMIT = Duration.ofSeconds(60);
    private static final long LOOK_NANOS = 5_000_000;
    private static final int TICK_MILLIS = 500;

    private final TemporaryFolder folder;
    private final Map<Integer, Integer> clientPorts = new TreeMap<>();
    private final Map<Integer, BanyanServer> running = new TreeMap<>();
    private final String membership;

    private BanyanEnsemble(int members) throws IOException {
        folder = TemporaryFolder.create();
        var lines = new StringBuilder();
        for (int id = 1; id <= members; id++) {
            clientPorts.put(id, freePort());
            lines.append("server.").append(id).append("=127.0.0.1:");
            lines.append(freePort()).append(':').append(freePort()).append('\n');
        }
        membership = lines.toString();
    }

    /// Starts the members 1 to `members` and waits until all of them serve.
    ///
    /// @param members 2 or more; 3 survive the loss of one
    /// @throws IOException if a member's files or ports cannot be had
    /// @throws IllegalStateException if they do not serve within a minute
    public static BanyanEnsemble start(int members) throws IOException {
        if (members < 2) {
            throw new IllegalArgumentException("members=" + members);
        }
        var ensemble = new BanyanEnsemble(members);
        try {
            for (int id = 1; id <= members; id++) {
                ensemble.launch(id);
            }
            ensemble.awaitServing();
            return ensemble;
        } catch (IOException | RuntimeException e) {
            ensemble.close();
            throw e;
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /// All members, for clients: `127.0.0.1:port,...`.
    public String connectString() {
        return clientPorts.values().stream()
                .map(port -> "127.0.0.1:" + port)
                .collect(Collectors.joining(","));
    }

    /// @throws IllegalStateException if it does not run
    public BanyanServer member(int id) {
        BanyanServer server = running.get(id);
        if (server == null) {
            throw new IllegalStateException("member " + id + " does not run");
        }
        return server;
    }

    /// Stops a member; its directory stays for {@link #restart}.
    public void stop(int id) {
        member(id).close();
        running.remove(id);
    }

    /// Starts a stopped member on what it has, and waits until it serves.
    public void restart(int id) throws IOException {
        launch(id);
        awaitServing();
    }

    /// Id of the member that leads.
    ///
    /// @throws IllegalStateException if none does
    public int leader() {
        for (var each : running.entrySet()) {
            if (each.getValue().isLeader()) {
                return each.getKey();
            }
        }
        throw new IllegalStateException("no member leads");
    }

    /// Waits until every running member serves and one of them leads.
    public void awaitServing() {
        long deadline = System.nanoTime() + SERVE_LIMIT.toNanos();
        while (!isServing()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("not all members serve after " + SERVE_LIMIT);
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /// Followers do not know at once that their leader is gone, so there has to be one.
    private boolean isServing() {
        return running.values().stream().allMatch(BanyanServer::isServing)
                && running.values().stream().anyMatch(BanyanServer::isLeader);
    }

    private void launch(int id) throws IOException {
        Path directory = Files.createDirectories(folder.path().resolve("member" + id));
        Files.writeString(directory.resolve("myid"), Integer.toString(id));
        String text =
                "tickTime="
                        + TICK_MILLIS
                        + "\ninitLimit=20\nsyncLimit=10\nmaxClientCnxns=0\npreAllocSize=1024"
                        + "\nclientPort=2181\ndataDir="
                        + directory.toString().replace("\\", "\\\\")
                        + "\n"
                        + membership;
        try {
            Integer port = clientPorts.get(id);
            if (port == null) {
                throw new IllegalArgumentException("id=" + id);
            }
            ServerConfig parsed = ZooCfg.parse(new StringReader(text), "member " + id, Map.of());
            running.put(
                    id,
                    BanyanServer.start(
                            parsed.withClientPort(new Endpoint("127.0.0.1", port))
                                    .withAdmin(parsed.admin().off())));
        } catch (ConfigException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /// Stops all members and deletes their directories.
    @Override
    public void close() {
        running.values().forEach(BanyanServer::close);
        running.clear();
        try {
            folder.delete();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
