package io.banyan.client.secure;

import io.banyan.client.Banyan;
import io.banyan.server.BanyanServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Three servers of one ensemble in this JVM, each with settings of its own.
final class Trio implements AutoCloseable {
    static final int WAIT_MILLIS_MAX = 60_000;

    private final Path directory;
    private final Map<Integer, BanyanServer> servers = new TreeMap<>();
    private final List<Integer> clientPorts = new ArrayList<>();
    private final List<Integer> electionPorts = new ArrayList<>();
    private final StringBuilder members = new StringBuilder();

    Trio(Path directory) throws IOException {
        this.directory = directory;
        for (int id = 1; id <= 3; id++) {
            clientPorts.add(freePort());
            electionPorts.add(freePort());
            members.append("server.")
                    .append(id)
                    .append("=127.0.0.1:")
                    .append(freePort())
                    .append(':')
                    .append(electionPorts.getLast())
                    .append('\n');
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    int electionPort(int id) {
        return electionPorts.get(id - 1);
    }

    /// @param keys lines of zoo.cfg beside those that make the ensemble
    void start(int id, String keys, Map<String, String> properties) throws IOException {
        Path home = Files.createDirectories(directory.resolve("s" + id));
        Files.writeString(home.resolve("myid"), Integer.toString(id));
        String text =
                "tickTime=500\ninitLimit=20\nsyncLimit=10\npreAllocSize=1024\n"
                        + "admin.enableServer=false\n4lw.commands.whitelist=*\ndataDir="
                        + home
                        + "\nclientPort="
                        + clientPorts.get(id - 1)
                        + "\nclientPortAddress=127.0.0.1\n"
                        + keys
                        + members;
        Path file = Files.writeString(directory.resolve("zoo" + id + ".cfg"), text);
        BanyanServer.Builder builder = BanyanServer.builder().zooCfg(file);
        properties.forEach(builder::property);
        servers.put(id, builder.start());
    }

    void stop(int id) {
        servers.remove(id).close();
    }

    BanyanServer server(int id) {
        return servers.get(id);
    }

    /// Patient enough for an ensemble that is still to elect its leader.
    Banyan client(int id) {
        return Banyan.builder("127.0.0.1:" + clientPorts.get(id - 1))
                .requestTimeout(Duration.ofMillis(WAIT_MILLIS_MAX))
                .build();
    }

    @Override
    public void close() {
        servers.values().forEach(BanyanServer::close);
    }
}
