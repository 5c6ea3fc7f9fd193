package io.banyan.e2e.ensemble;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.e2e.raw.JuteOut;
import io.banyan.e2e.raw.Op;
import io.banyan.e2e.raw.RawSession;
import io.banyan.e2e.server.Ensemble;
import io.banyan.e2e.server.FourLetter;
import io.banyan.e2e.server.Ports;
import io.banyan.e2e.server.ServerConfig;
import io.banyan.e2e.server.ServerKind;
import io.banyan.e2e.server.ServerProcess;
import io.banyan.e2e.server.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Servers that become members of one ensemble while it works, and leave it again. They have the
/// ids 1 to n. Confined to one thread.
final class ChangingMembers implements AutoCloseable {
    static final int OK = 0;
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int CONNECTION_LOSS = -4;
    private static final int NODE_EXISTS = -110;
    private static final int NEW_CONFIG_NO_QUORUM = -13;
    private static final int RECONFIG_IN_PROGRESS = -14;

    private final Path directory;
    private final List<ServerKind> kinds;
    private final ServerConfig config;
    private final List<String> peers = new ArrayList<>();
    private final List<Integer> clientPorts = new ArrayList<>();
    private final Map<Integer, ServerProcess> servers = new TreeMap<>();
    private final List<String> written = new ArrayList<>();

    /// What a request for other members was answered with.
    ///
    /// @param text of the new configuration; empty with an error
    record Answer(int error, String text) {}

    ChangingMembers(List<ServerKind> kinds, ServerConfig config) {
        this.kinds = List.copyOf(kinds);
        this.config =
                config.with("initLimit", "20")
                        .with("syncLimit", "10")
                        .with("standaloneEnabled", "false")
                        .with("reconfigEnabled", "true")
                        .withJvmFlag("-Dzookeeper.skipACL=yes");
        try {
            directory = Files.createTempDirectory("banyan-e2e-members");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (int i = 0; i < kinds.size(); i++) {
            peers.add("127.0.0.1:" + Ports.free() + ":" + Ports.free());
            clientPorts.add(Ports.free());
        }
    }

    int size() {
        return kinds.size();
    }

    ServerProcess server(int id) {
        ServerProcess server = servers.get(id);
        if (server == null) {
            throw new IllegalStateException("server " + id + " was never started");
        }
        return server;
    }

    /// A server as an operator writes it.
    ///
    /// @param role `participant` or `observer`
    String line(int id, String role) {
        return "server."
                + id
                + "="
                + peers.get(id - 1)
                + ":"
                + role
                + ";127.0.0.1:"
                + clientPorts.get(id - 1);
    }

    String lines(int... ids) {
        return IntStream.of(ids)
                .mapToObj(id -> line(id, "participant"))
                .collect(Collectors.joining(","));
    }

    /// Starts a server whose file names these members, and waits until it serves.
    void start(int id, int... members) throws IOException {
        start(id, config, line -> line, members);
    }

    /// The same with the file that most have: where clients are served stands beside the members,
    /// not in their lines.
    void startWithClientPortApart(int id, int... members) throws IOException {
        start(
                id,
                config.with("clientPortAddress", "0.0.0.0"),
                line -> line.substring(0, line.indexOf(';')),
                members);
    }

    private void start(int id, ServerConfig shared, UnaryOperator<String> asWritten, int... members)
            throws IOException {
        ServerConfig own = shared;
        for (int each : members) {
            String line = asWritten.apply(line(each, "participant"));
            own = own.with("server." + each, line.substring(line.indexOf('=') + 1));
        }
        own = own.with("clientPort", Integer.toString(clientPorts.get(id - 1)));
        Path home = directory.resolve("s" + id);
        ServerProcess server = ServerProcess.prepareIn(home, kinds.get(id - 1), own);
        Files.createDirectories(server.dataDir());
        Files.writeString(server.dataDir().resolve("myid"), Integer.toString(id));
        servers.put(id, server);
        server.launch();
        awaitServing(id);
    }

    /// Starts a server on what it knew when it stopped.
    void startAgain(int id) {
        server(id).launchAgain();
    }

    void awaitServing(int id) {
        Waiting.until(
                () -> id + " to serve; its output:\n" + server(id).output(),
                Ensemble.SETTLE_LIMIT,
                () -> !role(id).isEmpty());
    }

    /// Waits until a server has written the members of an answer into a file of its own, which it
    /// does behind what earlier members made it do.
    void awaitFile(int id, Answer answer) {
        String version = answer.text().substring(answer.text().lastIndexOf('=') + 1).strip();
        Waiting.until(
                () -> "a file of version " + version + "; its output:\n" + server(id).output(),
                Ensemble.SETTLE_LIMIT,
                () -> {
                    try (Stream<Path> files = Files.list(directory.resolve("s" + id))) {
                        return files.anyMatch(
                                each -> each.toString().endsWith(".dynamic." + version));
                    }
                });
    }

    /// Waits until a server's log says this.
    void awaitLogged(int id, String what) {
        Waiting.until(
                () -> id + " to say: " + what + "; its output:\n" + server(id).output(),
                Ensemble.SETTLE_LIMIT,
                () -> server(id).output().contains(what));
    }

    /// `leader`, `follower`, `observer`, `standalone`, or empty.
    String role(int id) {
        return lineOf(id, "srvr", "Mode: ");
    }

    /// What stands behind the prefix in what a server answers to a word; empty if it does not.
    String lineOf(int id, String word, String prefix) {
        try {
            for (String line : FourLetter.ask(clientPort(id), word).split("\n", -1)) {
                if (line.startsWith(prefix)) {
                    return line.substring(prefix.length()).strip();
                }
            }
        } catch (IOException e) {
            // Not there.
            return "";
        }
        return "";
    }

    int clientPort(int id) {
        return clientPorts.get(id - 1);
    }

    /// From now on clients find it there; it says so when it is told by a change.
    void moveClientPort(int id, int port) {
        clientPorts.set(id - 1, port);
    }

    /// From now on others find it at free ports; it says so when it is told by a change.
    void movePeerPorts(int id) {
        peers.set(id - 1, "127.0.0.1:" + Ports.free() + ":" + Ports.free());
    }

    /// Waits for a leader other than this one.
    ///
    /// @param not 0 for any
    int awaitLeader(int not) {
        Waiting.until(
                () -> "another leader than " + not, Ensemble.SETTLE_LIMIT, () -> leader(not) != 0);
        return leader(not);
    }

    private int leader(int not) {
        for (int id : servers.keySet()) {
            if (id != not && role(id).equals("leader")) {
                return id;
            }
        }
        return 0;
    }

    void awaitRole(int id, String role) {
        Waiting.until(
                () -> id + " to be " + role + ", but it is " + role(id),
                Ensemble.SETTLE_LIMIT,
                () -> role(id).equals(role));
    }

    /// Asks once.
    Answer ask(
            int id,
            @Nullable String joining,
            @Nullable String leaving,
            @Nullable String members,
            long version) {
        try (RawSession session = RawSession.connect(clientPort(id), TIMEOUT_MILLIS)) {
            RawSession.Reply reply =
                    session.call(
                            Op.RECONFIG,
                            new JuteOut().str(joining).str(leaving).str(members).i64(version));
            byte[] text = reply.err() == OK ? reply.body().buf() : null;
            session.endSession();
            return new Answer(reply.err(), text == null ? "" : new String(text, UTF_8));
        } catch (IOException e) {
            // The leader may have gone, and the change with it or not.
            return new Answer(CONNECTION_LOSS, "");
        }
    }

    /// Asks until it is done: the leader may go, and whoever joins may not be in step yet.
    String change(
            int by, @Nullable String joining, @Nullable String leaving, @Nullable String members) {
        var last = new Answer[] {new Answer(CONNECTION_LOSS, "")};
        Waiting.until(
                () -> "a change of the members; error " + last[0].error(),
                Ensemble.SETTLE_LIMIT,
                () -> {
                    last[0] = ask(by, joining, leaving, members, -1);
                    int error = last[0].error();
                    return error != CONNECTION_LOSS
                            && error != NEW_CONFIG_NO_QUORUM
                            && error != RECONFIG_IN_PROGRESS;
                });
        if (last[0].error() != OK) {
            throw new IllegalStateException("refused with " + last[0].error());
        }
        return last[0].text();
    }

    /// Writes a znode by a client of that server, until it is acknowledged.
    void write(int by, String path) {
        Waiting.until(
                () -> path + " by a client of " + by,
                Ensemble.SETTLE_LIMIT,
                () -> {
                    try (RawSession session = RawSession.connect(clientPort(by), TIMEOUT_MILLIS)) {
                        int error = session.create(path, path.getBytes(UTF_8));
                        session.endSession();
                        return error == OK || error == NODE_EXISTS;
                    }
                });
        written.add(path);
    }

    /// The membership as a client of that server reads it, after a sync.
    String membership(int id) throws IOException {
        return Trees.read(address(id)).getOrDefault("/zookeeper/config", "");
    }

    private InetSocketAddress address(int id) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), clientPort(id));
    }

    /// Requires that these servers hold the same, and all that was ever acknowledged.
    void check(int... ids) throws IOException {
        Map<String, String> first = Trees.read(address(ids[0]));
        if (!first.keySet().containsAll(written)) {
            throw new IllegalStateException("lost some of " + written + ": " + first.keySet());
        }
        for (int id : ids) {
            String difference = Trees.difference(first, Trees.read(address(id)));
            if (!difference.isEmpty()) {
                throw new IllegalStateException(ids[0] + " and " + id + ": " + difference);
            }
        }
    }

    String roles() {
        return servers.keySet().stream()
                .map(id -> id + " " + role(id))
                .collect(Collectors.joining(", "));
    }

    @Override
    public void close() {
        for (ServerProcess each : servers.values()) {
            if (each.running()) {
                each.kill();
            }
        }
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
