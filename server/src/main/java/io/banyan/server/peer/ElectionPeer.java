package io.banyan.server.peer;

import io.banyan.replica.ElectionHello;
import io.banyan.replica.PeerCodec;
import io.banyan.server.config.Endpoint;
import io.banyan.server.config.ServerConfig.PeerAddress;
import io.banyan.server.config.ServerConfig.Server;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.MalformedRecord;
import io.banyan.zab.Notification;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Another server, as far as the election port goes. Dials it for as long as there is no
/// connection; holds one vote that waits, and sends the last one again on each new connection,
/// since a vote may have been lost with the one before. Thread-safe.
final class ElectionPeer {
    private static final Logger LOG = LoggerFactory.getLogger(ElectionPeer.class);

    /// A connection that ends sooner was no success: the next dial waits.
    private static final long SETTLED_NANOS = TimeUnit.SECONDS.toNanos(1);

    /// The other server may knock while our own dial is on its way to it: that knock is answered
    /// already by what just connected.
    private static final long CROSSED_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    /// How long a server that was knocked at may take to read that.
    private static final int HEARD_MILLIS_MAX = 1_000;

    private final PeerSettings settings;
    private final Supplier<List<PeerAddress>> own;
    private final long id;
    private final PeerEvents events;
    private final boolean mayKeep;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Thread dialer;

    /// Guarded by the lock, as everything below.
    private @Nullable Link link;

    private Server server;
    private boolean member;
    private byte @Nullable [] waiting;
    private byte @Nullable [] lastSent;
    private boolean dialAtOnce;
    private boolean closed;
    private final Backoff backoff = new Backoff();

    /// @param own where this server is to be found
    /// @param member whether it is dialled as long as it is not there
    ElectionPeer(
            PeerSettings settings,
            Supplier<List<PeerAddress>> own,
            Server server,
            boolean member,
            PeerEvents events) {
        this.settings = settings;
        this.own = own;
        this.id = server.id();
        this.server = server;
        this.member = member;
        this.events = events;
        this.mayKeep = settings.myId() > id;
        this.dialer =
                Thread.ofPlatform()
                        .daemon()
                        .name("banyan-election-dial-" + id)
                        .unstarted(this::dialForEver);
    }

    /// One connection: what happens to it later must not touch its successor.
    private static final class Link {
        final Socket socket;
        final long sinceNanos = System.nanoTime();

        Link(Socket socket) {
            this.socket = socket;
        }
    }

    void start() {
        dialer.start();
    }

    /// @param frame a vote with its length before it
    void send(byte[] frame) {
        lock.lock();
        try {
            waiting = frame;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// It is a member from now on, at this place.
    void join(Server where) {
        lock.lock();
        try {
            boolean moved = !where.addresses().equals(server.addresses());
            server = where;
            if (!member || moved) {
                member = true;
                dialAtOnce = link == null;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// It is no member any more: it may connect, but is not missed.
    void leave() {
        lock.lock();
        try {
            member = false;
        } finally {
            lock.unlock();
        }
    }

    /// A connection to keep: the one before, if there is any, is the other end's past.
    void connected(Socket socket) {
        var fresh = new Link(socket);
        lock.lock();
        try {
            if (closed) {
                Sockets.close(socket);
                return;
            }
            if (link != null) {
                end(link, "it connected anew");
            }
            link = fresh;
            if (waiting == null) {
                waiting = lastSent;
            }
            events.electionLink(id, true);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        String name = "banyan-election-" + id;
        Thread.ofPlatform().daemon().name(name + "-out").start(() -> write(fresh));
        Thread.ofPlatform().daemon().name(name + "-in").start(() -> read(fresh));
    }

    boolean isConnected() {
        lock.lock();
        try {
            return link != null;
        } finally {
            lock.unlock();
        }
    }

    /// A server with a smaller id wants to be dialled.
    ///
    /// @param sinceNanos when its connection came in: until it has said who it is, our own dial may
    ///   have got there
    void knockedAt(long sinceNanos) {
        lock.lock();
        try {
            if (link != null) {
                if (sinceNanos - link.sinceNanos < CROSSED_NANOS) {
                    return;
                }
                end(link, "it knocked anew");
            }
            backoff.reset();
            dialAtOnce = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            if (link != null) {
                end(link, "this server stops");
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        dialer.interrupt();
    }

    /// Under the lock.
    private void end(Link ended, String why) {
        Sockets.close(ended.socket);
        if (link != ended) {
            return;
        }
        link = null;
        if (System.nanoTime() - ended.sinceNanos > SETTLED_NANOS) {
            backoff.reset();
        }
        if (!closed) {
            LOG.info("election connection lost server={} why={}", id, why);
        }
        events.electionLink(id, false);
        changed.signalAll();
    }

    private void lost(Link ended, String why) {
        lock.lock();
        try {
            end(ended, why);
        } finally {
            lock.unlock();
        }
    }

    // ---- dialling

    private void dialForEver() {
        try {
            String reported = "";
            while (awaitTurn()) {
                try {
                    Socket socket =
                            Sockets.dial(
                                    addresses(), settings.connectMillisMax(), settings.guard());
                    introduce(socket);
                    reported = "";
                } catch (IOException e) {
                    // Once is enough: it may be down for days.
                    String why = Sockets.why(e);
                    if (!reported.equals(why)) {
                        LOG.info(
                                "server {} cannot be reached on its election port yet: {}",
                                id,
                                why);
                        reported = why;
                    }
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("no more dials to server {}", id);
        }
    }

    /// Waits until there is reason to dial.
    ///
    /// @return false once closed
    private boolean awaitTurn() throws InterruptedException {
        lock.lock();
        try {
            long pauseNanos = dialAtOnce ? 0 : TimeUnit.MILLISECONDS.toNanos(backoff.nextMillis());
            while (!closed && (link != null || (!dialAtOnce && (pauseNanos > 0 || !member)))) {
                if (link != null || !member) {
                    changed.await();
                    pauseNanos = TimeUnit.MILLISECONDS.toNanos(backoff.nextMillis());
                } else {
                    pauseNanos = changed.awaitNanos(pauseNanos);
                }
            }
            dialAtOnce = false;
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private List<Endpoint> addresses() {
        lock.lock();
        try {
            return server.addresses().stream()
                    .map(each -> new Endpoint(each.host(), each.electionPort()))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    private void introduce(Socket socket) throws IOException {
        try {
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(settings.keepAlive());
            var addresses = own.get().stream().map(ElectionPeer::electionAddress).toList();
            var hello = new JuteWriter();
            PeerCodec.encodeHello(new ElectionHello(settings.myId(), addresses), hello);
            socket.getOutputStream().write(hello.array(), 0, hello.length());
            settings.guard().logIn(socket, addresses().getFirst().host());
        } catch (IOException e) {
            Sockets.close(socket);
            throw e;
        }
        if (mayKeep) {
            connected(socket);
        } else {
            awaitHeard(socket);
            Sockets.close(socket);
        }
    }

    /// With TLS the other end sends something behind its handshake. Closed with that unread, the
    /// connection would be reset, and the hello lost with it; so the other end closes first.
    private static void awaitHeard(Socket socket) {
        if (socket instanceof GuardedSocket) {
            try {
                socket.setSoTimeout(HEARD_MILLIS_MAX);
                int next = socket.getInputStream().read();
                LOG.debug("knocked, and heard {}", next);
            } catch (IOException e) {
                LOG.debug("knocked: {}", e.toString());
            }
        }
    }

    private static String electionAddress(PeerAddress address) {
        return new Endpoint(address.host(), address.electionPort()).toString();
    }

    // ---- a connection

    private void write(Link mine) {
        try {
            OutputStream out = mine.socket.getOutputStream();
            for (byte[] frame = awaitFrame(mine); frame != null; frame = awaitFrame(mine)) {
                out.write(frame);
            }
        } catch (IOException e) {
            lost(mine, e.toString());
        } catch (InterruptedException e) {
            lost(mine, "interrupted");
        }
    }

    private byte @Nullable [] awaitFrame(Link mine) throws InterruptedException {
        lock.lock();
        try {
            while (link == mine && waiting == null) {
                changed.await();
            }
            if (link != mine) {
                return null;
            }
            byte[] frame = waiting;
            lastSent = frame;
            waiting = null;
            return frame;
        } finally {
            lock.unlock();
        }
    }

    private void read(Link mine) {
        try {
            var in = new DataInputStream(new BufferedInputStream(mine.socket.getInputStream()));
            while (true) {
                int length = in.readInt();
                if (length == SaslGuard.BEGINS_WITH) {
                    throw new MalformedRecord(
                            "SASL, which this server does not do: set quorum.auth.enableSasl=true"
                                    + " here first");
                }
                if (length < 1 || length > PeerCodec.NOTIFICATION_BYTES_MAX) {
                    throw new MalformedRecord("a vote of " + length + " bytes");
                }
                byte[] frame = in.readNBytes(length);
                if (frame.length < length) {
                    throw new EOFException();
                }
                decode(frame);
            }
        } catch (EOFException e) {
            lost(mine, "closed by the other end");
        } catch (IOException e) {
            lost(mine, e.toString());
        } catch (MalformedRecord e) {
            LOG.warn("election port: server {} cut off: {}", id, e.getMessage());
            lost(mine, "it sent " + e.getMessage());
        }
    }

    /// A vote that makes no sense is left out, as ZooKeeper does: its sender will send others.
    private void decode(byte[] frame) {
        Notification notification;
        try {
            notification = PeerCodec.decodeNotification(frame, 0, frame.length);
        } catch (MalformedRecord e) {
            LOG.warn("election port: a vote of server {} left out: {}", id, e.getMessage());
            return;
        }
        events.notified(id, notification);
    }
}
