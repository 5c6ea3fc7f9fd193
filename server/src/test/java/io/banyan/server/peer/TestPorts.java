package io.banyan.server.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.server.config.ServerConfig.PeerAddress;
import io.banyan.server.config.ServerConfig.Role;
import io.banyan.server.config.ServerConfig.Server;
import io.banyan.tree.TreeConfig;
import io.banyan.tree.ZnodeTree;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Ports of several servers in this JVM, on free loopback ports.
final class TestPorts implements AutoCloseable {
    static final int HANDSHAKE_MILLIS = 1_000;
    static final int FIELD_BYTES_MAX = 1 << 20;
    static final byte[] MEMBERSHIP = "version=0".getBytes(UTF_8);

    private final Map<Long, Server> members = new TreeMap<>();
    private final List<PeerPorts> started = new ArrayList<>();
    private long unsentBytesMax = 64 << 20;
    private int observerMasterPort;
    private int handshakeMillis = HANDSHAKE_MILLIS;
    private long observerInformBytesMax = Long.MAX_VALUE;
    private PeerGuard guard = PeerGuard.NONE;

    /// Servers 1 to `voters`, and behind them observers.
    TestPorts(int voters, int observers) {
        for (long id = 1; id <= voters + observers; id++) {
            var address = new PeerAddress("127.0.0.1", freePort(), freePort());
            Role role = id <= voters ? Role.PARTICIPANT : Role.OBSERVER;
            members.put(id, new Server(id, List.of(address), role, null));
        }
    }

    /// Of the servers that are started from now on.
    void guardedBy(PeerGuard other) {
        guard = other;
    }

    static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// Who speaks slowly, on a busy machine, is heard all the same.
    void patient() {
        handshakeMillis = 60_000;
    }

    void unsentBytesMax(long bytes) {
        unsentBytesMax = bytes;
    }

    void observerInformBytesMax(long bytes) {
        observerInformBytesMax = bytes;
    }

    int observerMasterPort() {
        return observerMasterPort;
    }

    /// Followers serve observers on a port of their own.
    void withObserverMasters() {
        observerMasterPort = freePort();
    }

    int electionPort(long id) {
        return address(id).electionPort();
    }

    int quorumPort(long id) {
        return address(id).quorumPort();
    }

    private PeerAddress address(long id) {
        Server server = members.get(id);
        if (server == null) {
            throw new AssertionError("no server " + id);
        }
        return server.addresses().getFirst();
    }

    PeerSettings settings(long id) {
        return new PeerSettings(
                id,
                members,
                false,
                3,
                5_000,
                handshakeMillis,
                5_000,
                20,
                false,
                true,
                FIELD_BYTES_MAX,
                unsentBytesMax,
                observerMasterPort,
                observerInformBytesMax,
                guard,
                false);
    }

    /// Starts a server's ports.
    PeerPorts start(long id, PeerEvents events) {
        var tree = new ZnodeTree(tree());
        var ports = new PeerPorts(settings(id), MEMBERSHIP, tree::loader, events);
        started.add(ports);
        ports.start();
        return ports;
    }

    static TreeConfig tree() {
        return TreeConfig.defaults();
    }

    /// A connection of somebody who need not be a server; tried until somebody listens.
    static Socket connect(int port) throws IOException {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (true) {
            var socket = new Socket();
            try {
                socket.connect(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
                socket.setSoTimeout(20_000);
                return socket;
            } catch (IOException e) {
                socket.close();
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public void close() {
        started.forEach(PeerPorts::close);
    }
}
