package io.banyan.server.peer;

import io.banyan.replica.ElectionHello;
import io.banyan.replica.PeerCodec;
import io.banyan.server.config.ServerConfig.PeerAddress;
import io.banyan.server.config.ServerConfig.Role;
import io.banyan.server.config.ServerConfig.Server;
import io.banyan.server.tls.TlsRecord;
import io.banyan.wire.MalformedRecord;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The connections of the election port: one with each other server.
///
/// Of two servers the one with the larger id keeps the connection that it dialled. The other one
/// may only knock: it dials, says who it is, and is dialled in turn. Thread-safe.
final class ElectionMesh {
    private static final int PORT_MAX = 65_535;

    /// Connections that have not introduced themselves yet; more are closed at once.
    private static final int STRANGERS_MAX = 64;

    /// Of a hello, up to and including the length of the address.
    private static final int HELLO_BYTES_MIN = 20;

    /// Servers that are no members, and said hello; more are refused.
    private static final int GUESTS_MAX = 64;

    private final PeerSettings settings;
    private final PeerEvents events;
    private final Map<Long, ElectionPeer> peers = new ConcurrentSkipListMap<>();

    /// Where each server last said that it is to be found.
    private final Map<Long, List<String>> saidWhere = new ConcurrentHashMap<>();

    private final OwnPort port;
    private final Refusals refusals = new Refusals("election port");
    private final Semaphore strangers = new Semaphore(STRANGERS_MAX);
    private volatile boolean closed;

    ElectionMesh(PeerSettings settings, PeerEvents events) {
        this.settings = settings;
        this.events = events;
        port =
                new OwnPort(
                        "election port",
                        settings,
                        PeerAddress::electionPort,
                        this::accepted,
                        events::portFailed);
        for (long id : settings.members().keySet()) {
            // Two observers have nothing to say to each other.
            boolean mute =
                    !settings.reconfig()
                            && settings.isObserver(settings.myId())
                            && settings.isObserver(id);
            if (id != settings.myId() && !mute) {
                peers.put(id, peer(settings.member(id), true));
            }
        }
    }

    synchronized void start() {
        port.open(settings.bindTries());
        peers.values().forEach(ElectionPeer::start);
    }

    /// See {@link OwnPort#moveTo}; whom this server dials is told as well.
    void moveTo(List<PeerAddress> addresses) {
        port.moveTo(addresses);
    }

    /// These are the members from now on, and those to come: they are dialled where they are. Who
    /// is none of them is heard when it connects.
    synchronized void learn(Map<Long, Server> servers) {
        if (closed) {
            return;
        }
        servers.forEach((id, server) -> {
            ElectionPeer peer = peers.get(id);
            if (peer != null) {
                peer.join(server);
            } else if (id != settings.myId()) {
                add(server, true);
            }
        });
        peers.forEach((id, peer) -> {
            if (!servers.containsKey(id)) {
                peer.leave();
            }
        });
    }

    private ElectionPeer peer(Server server, boolean member) {
        return new ElectionPeer(settings, port::addresses, server, member, events);
    }

    private ElectionPeer add(Server server, boolean member) {
        ElectionPeer peer = peer(server, member);
        peers.put(server.id(), peer);
        peer.start();
        return peer;
    }

    /// Who is to join, or has left, asks who leads. Also where the members stand in files: an
    /// ensemble grows by new servers whose files name all, and which have to serve before the
    /// others are started again with those files, one by one.
    private synchronized @Nullable ElectionPeer guest(ElectionHello hello) {
        ElectionPeer known = peers.get(hello.serverId());
        if (known != null || closed) {
            return known;
        }
        var addresses = new ArrayList<PeerAddress>();
        for (String each : hello.addresses()) {
            PeerAddress address = electionAddress(each);
            if (address != null) {
                addresses.add(address);
            }
        }
        if (addresses.isEmpty() || peers.size() >= settings.members().size() + GUESTS_MAX) {
            return null;
        }
        return add(new Server(hello.serverId(), addresses, Role.PARTICIPANT, null), false);
    }

    private static @Nullable PeerAddress electionAddress(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            return null;
        }
        String host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            return port < 1 || port > PORT_MAX
                    ? null
                    : new PeerAddress(
                            bracketed ? host.substring(1, host.length() - 1) : host, 0, port);
        } catch (NumberFormatException notAPort) {
            // Of several addresses another one may be good.
            return null;
        }
    }

    /// Sends a vote; one still waiting for the same server is replaced.
    ///
    /// @param frame encoded, without its length
    void send(long serverId, byte[] frame) {
        ElectionPeer peer = peers.get(serverId);
        if (peer != null) {
            peer.send(frame);
        }
    }

    private void accepted(Socket socket) {
        if (!strangers.tryAcquire()) {
            refusals.refuse(socket, STRANGERS_MAX + " others have not introduced themselves yet");
            return;
        }
        long sinceNanos = System.nanoTime();
        Thread.ofVirtual()
                .name("banyan-election-hello")
                .start(() -> {
                    try {
                        greet(socket, sinceNanos);
                    } finally {
                        strangers.release();
                    }
                });
    }

    private void greet(Socket socket, long sinceNanos) {
        try {
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(settings.keepAlive());
            Socket guarded = settings.guard().accepted(socket);
            socket.setSoTimeout(settings.handshakeMillisMax());
            ElectionHello hello = read(guarded.getInputStream());
            Socket known = settings.guard().letIn(guarded);
            socket.setSoTimeout(0);
            welcome(hello, known, sinceNanos);
        } catch (SocketTimeoutException e) {
            refusals.refuse(socket, "it said nothing for " + settings.handshakeMillisMax() + " ms");
        } catch (MalformedRecord e) {
            refusals.refuse(socket, String.valueOf(e.getMessage()));
        } catch (EOFException | SocketException e) {
            refusals.refuse(socket, "the connection ended before it said who it is");
        } catch (IOException e) {
            refusals.refuse(socket, String.valueOf(e.getMessage()));
        }
    }

    /// Not a byte more than the hello: votes may stand right behind it.
    private static ElectionHello read(InputStream in) throws IOException {
        var bytes = new byte[HELLO_BYTES_MIN];
        require(in, bytes, 0, Long.BYTES);
        if (TlsRecord.isHandshake(bytes[0], bytes[1])) {
            throw new MalformedRecord(
                    "it speaks TLS, and this server does not: set portUnification=true here first");
        }
        if (PeerCodec.helloLength(bytes, 0, Long.BYTES) > 0) {
            throw new MalformedRecord(
                    "the hello of ZooKeeper 3.4 or older, by server "
                            + PeerCodec.decodeHello(bytes, 0, Long.BYTES).serverId());
        }
        require(in, bytes, Long.BYTES, HELLO_BYTES_MIN);
        PeerCodec.helloLength(bytes, 0, HELLO_BYTES_MIN);
        int length = ByteBuffer.wrap(bytes).getInt(HELLO_BYTES_MIN - Integer.BYTES);
        bytes = Arrays.copyOf(bytes, HELLO_BYTES_MIN + length);
        require(in, bytes, HELLO_BYTES_MIN, bytes.length);
        return PeerCodec.decodeHello(bytes, 0, bytes.length);
    }

    private static void require(InputStream in, byte[] bytes, int from, int end)
            throws IOException {
        if (in.readNBytes(bytes, from, end - from) < end - from) {
            throw new EOFException();
        }
    }

    private void welcome(ElectionHello hello, Socket socket, long sinceNanos) {
        long id = hello.serverId();
        if (id == settings.myId()) {
            refusals.refuse(socket, "it says that it is server " + id + ", which this server is");
            return;
        }
        ElectionPeer peer = guest(hello);
        if (peer == null) {
            refusals.refuse(
                    socket,
                    "there is no line server."
                            + id
                            + " in the configuration, and it names no address or "
                            + GUESTS_MAX
                            + " others of that kind are known");
            return;
        }
        if (closed) {
            Sockets.close(socket);
            return;
        }
        warnOfTwo(hello, peer, socket);
        if (id > settings.myId()) {
            peer.connected(socket);
        } else {
            Sockets.close(socket);
            peer.knockedAt(sinceNanos);
        }
    }

    /// Two servers with one myid take the connection from each other, again and again. Which of
    /// them is the right one nobody here can know: one that has moved says so too, and the
    /// connection from its former place may not have noticed.
    private void warnOfTwo(ElectionHello hello, ElectionPeer peer, Socket socket) {
        if (hello.addresses().isEmpty()) {
            return;
        }
        List<String> before = saidWhere.put(hello.serverId(), hello.addresses());
        if (before != null && !before.equals(hello.addresses()) && peer.isConnected()) {
            String places =
                    Stream.of(before, hello.addresses())
                            .map(each -> String.join("|", each))
                            .sorted()
                            .collect(Collectors.joining(" and at "));
            refusals.warn(
                    socket,
                    "server "
                            + hello.serverId()
                            + " says that it is at "
                            + places
                            + "; do two have this myid?");
        }
    }

    synchronized void close() {
        closed = true;
        port.close();
        peers.values().forEach(ElectionPeer::close);
    }
}
