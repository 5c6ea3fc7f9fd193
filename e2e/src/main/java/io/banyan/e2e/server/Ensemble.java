package io.banyan.e2e.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/// Servers that are members of one ensemble, of one kind or of several, with their directories.
/// Members have the ids 1 to n.
///
/// Confined to one thread, except for what [ServerProcess] allows.
public final class Ensemble implements AutoCloseable {
    /// Apache servers on two busy cores take their time to start and to elect.
    public static final Duration SETTLE_LIMIT = Duration.ofSeconds(90);

    private static final int DELETE_ATTEMPTS = 3;

    private final Path directory;
    private final List<ServerProcess> members = new ArrayList<>();

    private Ensemble(
            List<ServerKind> kinds, ServerConfig config, IntFunction<Place> places, int observers) {
        try {
            directory = Files.createTempDirectory("banyan-e2e-ensemble");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int size = kinds.size();
        ServerConfig shared = config.with("initLimit", "20").with("syncLimit", "10");
        for (int id = 1; id <= size; id++) {
            String host = places.apply(id).address();
            String role = id > size - observers ? ":observer" : "";
            shared =
                    shared.with(
                            "server." + id, host + ":" + Ports.free() + ":" + Ports.free() + role);
        }
        for (int id = 1; id <= size; id++) {
            Place place = places.apply(id);
            ServerConfig own = shared.with("clientPortAddress", place.address());
            if (id > size - observers) {
                own = own.with("peerType", "observer");
            }
            Path home = directory.resolve("s" + id);
            members.add(ServerProcess.prepareIn(home, kinds.get(id - 1), own, place));
            writeMyId(id);
        }
    }

    /// Members on the loopback address, not started.
    public static Ensemble of(List<ServerKind> kinds, ServerConfig config) {
        return new Ensemble(kinds, config, id -> Place.LOOPBACK, 0);
    }

    /// The last members are observers.
    public static Ensemble of(List<ServerKind> kinds, ServerConfig config, int observers) {
        return new Ensemble(kinds, config, id -> Place.LOOPBACK, observers);
    }

    /// As with other observers, but these learn from followers: `observerMasterPort` is one port
    /// for all, so each member has an address of its own.
    public static Ensemble withObserverMasters(
            List<ServerKind> kinds, ServerConfig config, int observers) {
        return new Ensemble(
                kinds,
                config.with("observerMasterPort", Integer.toString(Ports.free())),
                Place::loopback,
                observers);
    }

    /// Members with a cable each, not started.
    public static Ensemble of(List<ServerKind> kinds, ServerConfig config, Network network) {
        return new Ensemble(kinds, config, network::place, 0);
    }

    public int size() {
        return members.size();
    }

    /// @param id 1 to n
    public ServerProcess member(int id) {
        return members.get(id - 1);
    }

    public List<ServerProcess> members() {
        return List.copyOf(members);
    }

    public List<InetSocketAddress> addresses() {
        return members.stream().map(ServerProcess::address).toList();
    }

    /// Starts all that do not run, in the order of their ids, and waits until each serves.
    public void start() {
        for (ServerProcess each : members) {
            if (!each.running()) {
                each.launch();
            }
        }
        awaitServing();
    }

    /// Waits until every running member serves.
    public void awaitServing() {
        for (ServerProcess each : members) {
            if (each.running()) {
                each.awaitServing(SETTLE_LIMIT);
            }
        }
    }

    /// What a member says it is: `leader`, `follower`, `observer`, `standalone`, or empty if it
    /// does not say.
    public String role(int id) {
        try {
            for (String line : FourLetter.ask(member(id).address(), "srvr").split("\n", -1)) {
                if (line.startsWith("Mode: ")) {
                    return line.substring("Mode: ".length()).strip();
                }
            }
        } catch (IOException e) {
            // Not there, or hung: it plays no role.
            return "";
        }
        return "";
    }

    /// What a member says under a key of `mntr`; empty if it says nothing.
    public String monitored(int id, String key) {
        try {
            for (String line : FourLetter.ask(member(id).address(), "mntr").split("\n", -1)) {
                if (line.startsWith(key + "\t")) {
                    return line.substring(key.length() + 1).strip();
                }
            }
        } catch (IOException e) {
            // Not there, or hung.
            return "";
        }
        return "";
    }

    /// The id of the running member that leads, or 0 if none says so.
    public int leader() {
        for (int id = 1; id <= members.size(); id++) {
            if (member(id).running() && "leader".equals(role(id))) {
                return id;
            }
        }
        return 0;
    }

    /// Waits until a member leads.
    public int awaitLeader() {
        Waiting.until(() -> "a leader", SETTLE_LIMIT, () -> leader() != 0);
        return leader();
    }

    /// All that a stopped member had on disk is gone, but for its id.
    public void wipe(int id) {
        if (member(id).running()) {
            throw new IllegalStateException("server " + id + " runs");
        }
        delete(member(id).dataDir());
        writeMyId(id);
    }

    private void writeMyId(int id) {
        try {
            Path dataDir = Files.createDirectories(member(id).dataDir());
            Files.writeString(dataDir.resolve("myid"), Integer.toString(id));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Kills those who run, and deletes all directories.
    @Override
    public void close() {
        for (ServerProcess each : members) {
            if (each.running()) {
                each.kill();
            }
        }
        delete(directory);
    }

    private static void delete(Path root) {
        for (int attempt = 1; ; attempt++) {
            try (Stream<Path> paths = Files.walk(root)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
                return;
            } catch (IOException | UncheckedIOException e) {
                // A killed process may still be closing its files.
                if (attempt == DELETE_ATTEMPTS) {
                    throw new IllegalStateException("cannot delete " + root, e);
                }
            }
        }
    }
}
