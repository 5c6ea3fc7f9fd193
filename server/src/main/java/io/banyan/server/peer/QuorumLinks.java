package io.banyan.server.peer;

import io.banyan.replica.PeerCodec;
import io.banyan.server.config.Endpoint;
import io.banyan.server.config.ServerConfig.PeerAddress;
import io.banyan.server.config.ServerConfig.Server;
import io.banyan.server.operate.MemberFacts;
import io.banyan.tree.Loader;
import io.banyan.tree.State;
import io.banyan.wire.MalformedRecord;
import io.banyan.zab.Message;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The connections of the quorum port: learners that come in, and the leader that is dialled; and
/// those of the port where followers serve observers. The quorum port is open whether this server
/// leads, follows or neither, the other one while it follows. Thread-safe.
final class QuorumLinks {
    private static final Logger LOG = LoggerFactory.getLogger(QuorumLinks.class);

    /// Connections that have not introduced themselves yet; more are closed at once.
    private static final int STRANGERS_MAX = 64;

    /// Learners that are no members; more are refused.
    private static final int GUESTS_MAX = 64;

    /// A server whose process died connects anew before its old connection's end was noticed.
    private static final int FORMER_MILLIS_MAX = 500;

    private static final int FORMER_POLL_MILLIS = 10;

    /// Dials of one link, at least.
    private static final int DIALS_MIN = 5;

    private static final int PACKETS_PER_POST_MAX = 4096;
    private static final int FOLLOWER_INFO = 11;
    private static final int OBSERVER_INFO = 16;

    private final PeerSettings settings;
    private final KnownServers known;
    private final PeerEvents events;
    private final Supplier<Loader> loaders;
    private final Map<Long, QuorumLink> links = new ConcurrentHashMap<>();

    /// Which learner is on which link from outside.
    private final Map<Long, QuorumLink> learners = new ConcurrentHashMap<>();

    private final OwnPort forLearners;

    /// Open while this server follows, if it is to serve observers.
    private final OwnPort forObservers;

    private final Refusals refusals = new Refusals("quorum port");
    private final Semaphore strangers = new Semaphore(STRANGERS_MAX);
    private final AtomicLong lastNumber = new AtomicLong();
    private volatile boolean closed;

    /// @param loaders makes what images of a leader are loaded into
    QuorumLinks(
            PeerSettings settings,
            KnownServers known,
            PeerEvents events,
            Supplier<Loader> loaders) {
        this.settings = settings;
        this.known = known;
        this.events = events;
        this.loaders = loaders;
        forLearners =
                new OwnPort(
                        "quorum port",
                        settings,
                        PeerAddress::quorumPort,
                        socket -> accepted(socket, Long.MAX_VALUE, events::linkOpened),
                        events::portFailed);
        forObservers =
                new OwnPort(
                        "observer master port",
                        settings,
                        address -> settings.observerMasterPort(),
                        socket ->
                                accepted(
                                        socket,
                                        settings.observerInformBytesMax(),
                                        events::observerLinkOpened),
                        events::portFailed);
    }

    void start() {
        forLearners.open(settings.bindTries());
    }

    /// See {@link OwnPort#moveTo}.
    void moveTo(List<PeerAddress> addresses) {
        forLearners.moveTo(addresses);
        forObservers.moveTo(addresses);
    }

    /// Opens or closes the port where followers serve observers. While another server has it, which
    /// may be one of this ensemble on the same machine, it is asked for again and again: a vote is
    /// worth more than this port.
    synchronized void serveObservers(boolean open) {
        forObservers.close();
        if (open && settings.observerMasterPort() > 0 && !closed) {
            forObservers.open(0);
        }
    }

    void dial(long number, long serverId, boolean observerMaster) {
        var link = new QuorumLink(number, true, settings.unsentBytesMax(), Long.MAX_VALUE);
        links.put(number, link);
        Thread.ofPlatform()
                .daemon()
                .name("banyan-quorum-" + serverId + "-in")
                .start(() -> dialAndRead(link, serverId, observerMaster));
    }

    void send(long number, Message message) {
        QuorumLink link = links.get(number);
        if (link != null && !link.send(message)) {
            tooSlow(link);
        }
    }

    void sendImage(long number, long zxid, State state) {
        QuorumLink link = links.get(number);
        if (link != null && !link.sendImage(zxid, state)) {
            tooSlow(link);
        }
    }

    /// @return null if it is not connected
    MemberFacts.@Nullable Traffic traffic(long serverId) {
        QuorumLink link = learners.get(serverId);
        return link == null ? null : link.traffic();
    }

    void resetTraffic() {
        learners.values().forEach(QuorumLink::resetTraffic);
    }

    private void tooSlow(QuorumLink link) {
        lost(link, link.tooMuchWaits());
    }

    void hangUp(long number) {
        QuorumLink link = links.remove(number);
        if (link != null) {
            link.hangUp();
        }
    }

    void close() {
        synchronized (this) {
            closed = true;
            forLearners.close();
            forObservers.close();
        }
        links.values().forEach(QuorumLink::end);
        links.clear();
    }

    private void lost(QuorumLink link, String why) {
        links.remove(link.number(), link);
        learners.values().remove(link);
        if (link.end() && !closed) {
            events.linkLost(link.number(), why);
        }
    }

    // ---- a leader, or an observer master, is dialled

    private void dialAndRead(QuorumLink link, long serverId, boolean observerMaster) {
        try {
            Socket socket = observerMaster ? dialedOnce(serverId) : dialed(link, serverId);
            if (!link.connected(socket)) {
                return;
            }
            startWriter(link, serverId, (packets, waited) -> {});
            events.linkOpened(link.number());
            read(link, new PacketInput(socket.getInputStream(), settings.fieldBytesMax()));
        } catch (EOFException e) {
            lost(link, "closed by server " + serverId);
        } catch (IOException e) {
            lost(link, Sockets.why(e));
        } catch (MalformedRecord e) {
            LOG.warn("quorum port: server {} cut off: {}", serverId, e.getMessage());
            lost(link, "it sent " + e.getMessage());
        } catch (InterruptedException e) {
            lost(link, "interrupted");
        }
    }

    /// The server that is to lead may hear of it after us, and an Apache server listens only then.
    private Socket dialed(QuorumLink link, long serverId) throws IOException, InterruptedException {
        List<Endpoint> addresses = addresses(serverId, PeerAddress::quorumPort);
        long begin = System.nanoTime();
        for (int dials = 1; ; dials++) {
            try {
                return dialed(addresses, serverId);
            } catch (IOException e) {
                long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
                boolean patient = dials < DIALS_MIN || millis < 10L * settings.dialPauseMillis();
                if (!link.isOpen() || !patient || millis > settings.dialMillisMax()) {
                    throw e;
                }
                Thread.sleep(settings.dialPauseMillis());
            }
        }
    }

    /// If it is not there, another one may be.
    private Socket dialedOnce(long serverId) throws IOException {
        return dialed(addresses(serverId, address -> settings.observerMasterPort()), serverId);
    }

    private Socket dialed(List<Endpoint> addresses, long serverId) throws IOException {
        Socket socket = Sockets.dial(addresses, settings.connectMillisMax(), settings.guard());
        try {
            socket.setTcpNoDelay(settings.noDelay());
            settings.guard().logIn(socket, server(serverId).addresses().getFirst().host());
            return socket;
        } catch (IOException e) {
            Sockets.close(socket);
            throw e;
        }
    }

    private List<Endpoint> addresses(long serverId, ToIntFunction<PeerAddress> port)
            throws IOException {
        return server(serverId).addresses().stream()
                .map(each -> new Endpoint(each.host(), port.applyAsInt(each)))
                .toList();
    }

    private Server server(long serverId) throws IOException {
        Server server = known.find(serverId);
        if (server == null) {
            throw new IOException("no address is known of server " + serverId);
        }
        return server;
    }

    private void startWriter(QuorumLink link, long serverId, QuorumLink.Taken taken) {
        Thread.ofPlatform()
                .daemon()
                .name("banyan-quorum-" + serverId + "-out")
                .start(() -> {
                    try {
                        link.write(taken);
                    } catch (IOException e) {
                        lost(link, e.toString());
                    } catch (InterruptedException e) {
                        lost(link, "interrupted");
                    } catch (RuntimeException | Error e) {
                        LOG.error("quorum port: link {} cannot be written", link.number(), e);
                        lost(link, "a bug: " + e);
                    }
                });
    }

    // ---- a learner comes in

    /// @param informBytesMax see {@link QuorumLink}
    /// @param opened is told of the link
    private void accepted(Socket socket, long informBytesMax, LongConsumer opened) {
        if (!strangers.tryAcquire()) {
            refusals.refuse(
                    socket,
                    STRANGERS_MAX + " others are connected that have not introduced themselves");
            return;
        }
        Thread.ofPlatform()
                .daemon()
                .name("banyan-quorum-hello")
                .start(() -> {
                    QuorumLink link = null;
                    PacketInput in = null;
                    try {
                        PeerGuard guard = settings.guard();
                        Socket guarded = guard.letIn(guard.accepted(socket));
                        in = new PacketInput(guarded.getInputStream(), settings.fieldBytesMax());
                        link = welcome(guarded, in, informBytesMax, opened);
                    } catch (SocketTimeoutException e) {
                        refusals.refuse(
                                socket,
                                "it said nothing for " + settings.handshakeMillisMax() + " ms");
                    } catch (EOFException e) {
                        refusals.refuse(socket, "it ended before it said who it is");
                    } catch (SSLException e) {
                        refusals.refuse(socket, String.valueOf(e.getMessage()));
                    } catch (IOException e) {
                        refusals.refuse(socket, Sockets.why(e));
                    } catch (MalformedRecord e) {
                        refusals.refuse(socket, String.valueOf(e.getMessage()));
                    } catch (InterruptedException e) {
                        refusals.refuse(socket, "interrupted");
                    } finally {
                        strangers.release();
                    }
                    if (link != null && in != null) {
                        serve(link, in);
                    }
                });
    }

    /// Lets a learner in, if its first packet says that it is one of ours.
    private QuorumLink welcome(
            Socket socket, PacketInput in, long informBytesMax, LongConsumer opened)
            throws IOException, InterruptedException {
        socket.setTcpNoDelay(settings.noDelay());
        socket.setSoTimeout(settings.handshakeMillisMax());
        while (in.wholePacketEnd() < 0) {
            in.fill();
            requireIntroduction(in);
        }
        int end = in.wholePacketEnd();
        Message first = PeerCodec.decodeFromLearner(in.array(), in.position(), end);
        in.position(end);
        if (!(first instanceof Message.LearnerInfo info)) {
            throw new MalformedRecord("it begins with " + first);
        }
        long id = info.serverId();
        if (id == settings.myId()) {
            throw new MalformedRecord("it says that it is server " + id + ", as this server is");
        }
        if (known.find(id) == null) {
            requireRoomForGuest();
            LOG.info(
                    "quorum port: server {} learns from this server, whose configuration has no"
                            + " line server.{}: its vote does not count here",
                    id,
                    id);
        }
        socket.setSoTimeout(0);
        var link =
                new QuorumLink(
                        lastNumber.incrementAndGet(),
                        false,
                        settings.unsentBytesMax(),
                        informBytesMax);
        if (closed || !link.connected(socket)) {
            throw new MalformedRecord("this server stops");
        }
        awaitPlace(id, link);
        links.put(link.number(), link);
        Thread.currentThread().setName("banyan-quorum-" + id + "-in");
        startWriter(link, id, (packets, waited) -> events.learnerServed(id, packets, waited));
        opened.accept(link.number());
        events.received(link.number(), List.of(first));
        return link;
    }

    /// Ids cost nothing, and each learner has two threads.
    private void requireRoomForGuest() {
        long guests =
                learners.entrySet().stream()
                        .filter(each -> known.find(each.getKey()) == null)
                        .filter(each -> each.getValue().isOpen())
                        .count();
        if (guests >= GUESTS_MAX) {
            throw new MalformedRecord(
                    GUESTS_MAX + " servers learn that have no line in the configuration");
        }
    }

    /// Says early what is no learner, before it makes us wait for the rest of a packet.
    private static void requireIntroduction(PacketInput in) {
        int type = in.packetType();
        if (type == SaslGuard.BEGINS_WITH) {
            throw new MalformedRecord(
                    "it begins with SASL, which this server does not do: set"
                            + " quorum.auth.enableSasl=true here first");
        }
        if (type != -1 && type != FOLLOWER_INFO && type != OBSERVER_INFO) {
            throw new MalformedRecord(
                    "no learner's first packet, but 0x" + Integer.toHexString(type));
        }
    }

    /// Of two servers with one id the one that is here stays.
    private void awaitPlace(long serverId, QuorumLink link) throws InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            QuorumLink holder =
                    learners.compute(
                            serverId,
                            (id, former) -> former != null && former.isOpen() ? former : link);
            if (holder == link) {
                return;
            }
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
            if (millis > FORMER_MILLIS_MAX) {
                throw new MalformedRecord(
                        "server " + serverId + " is connected already; do two have this myid?");
            }
            Thread.sleep(FORMER_POLL_MILLIS);
        }
    }

    private void serve(QuorumLink link, PacketInput in) {
        try {
            read(link, in);
        } catch (EOFException e) {
            lost(link, "closed by the other end");
        } catch (IOException e) {
            lost(link, e.toString());
        } catch (MalformedRecord e) {
            LOG.warn("quorum port: link {} cut off: {}", link.number(), e.getMessage());
            lost(link, "it sent " + e.getMessage());
        }
    }

    // ---- both

    /// Reads until the connection ends. What one read of the socket brings is told at once.
    private void read(QuorumLink link, PacketInput in) throws IOException {
        var messages = new ArrayList<Message>();
        while (true) {
            int end = in.wholePacketEnd();
            while (end >= 0 && messages.size() < PACKETS_PER_POST_MAX) {
                messages.add(decode(link, in, end));
                end = in.wholePacketEnd();
            }
            if (!messages.isEmpty()) {
                if (!link.isOpen()) {
                    return;
                }
                link.received(messages);
                events.received(link.number(), List.copyOf(messages));
                messages.clear();
            }
            if (end < 0) {
                in.fill();
            }
        }
    }

    private Message decode(QuorumLink link, PacketInput in, int end) throws IOException {
        int from = in.position();
        in.position(end);
        if (!link.toLeader()) {
            return PeerCodec.decodeFromLearner(in.array(), from, end);
        }
        Message message = PeerCodec.decodeFromLeader(in.array(), from, end);
        if (message instanceof Message.Snap snap) {
            LOG.info("loading an image of the leader zxid=0x{}", Long.toHexString(snap.zxid()));
            return new Message.Snap(snap.zxid(), Images.read(in, loaders.get(), snap.zxid()));
        }
        return message;
    }
}
