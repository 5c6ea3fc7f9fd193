package io.banyan.e2e.raw;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// A session over one connection, blocking or pipelined: [#call], or [#send] and later [#take].
///
/// Watch events are kept in [#events] in arrival order, each with the number of replies that came
/// before it. Confined to one thread.
public final class RawSession implements AutoCloseable {

    /// What a reply may take before a test fails: long, for two busy cores and a slow disk.
    private static final Duration REPLY_LIMIT = Duration.ofSeconds(30);

    /// Passwords are the first 16 bytes of a generator seeded with the session id and this
    /// constant.
    private static final long PASSWORD_SALT = 0xB3415C00L;

    private final RawConnection connection;
    private final Duration replyLimit;
    private final List<Event> events = new ArrayList<>();
    private final long id;
    private final byte[] password;
    private final int timeoutMillis;
    private int nextXid = 1;
    private int replies;
    private long lastZxid;

    private RawSession(
            RawConnection connection,
            Duration replyLimit,
            long id,
            byte[] password,
            int timeoutMillis) {
        this.connection = connection;
        this.replyLimit = replyLimit;
        this.id = id;
        this.password = password;
        this.timeoutMillis = timeoutMillis;
    }

    /// An answer. `err` is 0 or a code of the protocol; without an error `body` is as the opcode
    /// says.
    public record Reply(int xid, long zxid, int err, JuteIn body) {}

    /// A watch event.
    ///
    /// @param type 1 created, 2 deleted, 3 data changed, 4 children changed
    /// @param zxid of the change, or -1
    /// @param repliesBefore how many replies of this session came before
    public record Event(int type, int state, String path, long zxid, int repliesBefore) {}

    /// The server hung up, or was silent for too long.
    public static final class Lost extends IOException {
        private static final long serialVersionUID = 1L;

        Lost(String message) {
            super(message);
        }
    }

    /// A new session.
    public static RawSession connect(int port, int timeoutMillis) throws IOException {
        return connect(loopback(port), timeoutMillis, REPLY_LIMIT);
    }

    /// A new session.
    ///
    /// @param replyLimit how long to wait for any reply
    public static RawSession connect(
            InetSocketAddress server, int timeoutMillis, Duration replyLimit) throws IOException {
        return handshake(server, replyLimit, 0, timeoutMillis, 0, new byte[16])
                .orElseThrow(() -> new Lost("a new session was refused"));
    }

    /// The session of before on a new connection.
    ///
    /// @param lastZxidSeen the server hangs up if it is behind that
    /// @return empty if the server says that the session is over
    /// @throws Lost if the server hangs up
    public static Optional<RawSession> resume(
            int port, int timeoutMillis, long lastZxidSeen, long id, byte[] password)
            throws IOException {
        return handshake(loopback(port), REPLY_LIMIT, lastZxidSeen, timeoutMillis, id, password);
    }

    /// The session of before on a connection to any server.
    ///
    /// @return empty if the server says that the session is over
    /// @throws Lost if the server hangs up, as it does when it is behind
    public static Optional<RawSession> resume(
            InetSocketAddress server, RawSession before, Duration replyLimit) throws IOException {
        Optional<RawSession> resumed =
                handshake(
                        server,
                        replyLimit,
                        before.lastZxid,
                        before.timeoutMillis,
                        before.id,
                        before.password);
        resumed.ifPresent(session -> session.lastZxid = before.lastZxid);
        return resumed;
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static Optional<RawSession> handshake(
            InetSocketAddress server,
            Duration replyLimit,
            long lastZxidSeen,
            int timeoutMillis,
            long id,
            byte[] password)
            throws IOException {
        RawConnection connection = RawConnection.open(server, (int) replyLimit.toMillis());
        connection.send(connectRequest(lastZxidSeen, timeoutMillis, id, password));
        JuteIn in = new JuteIn(frame(connection.take(replyLimit), connection));
        in.i32();
        int granted = in.i32();
        long grantedId = in.i64();
        byte[] grantedPassword = in.buf();
        if (granted == 0 || grantedPassword == null) {
            connection.close();
            return Optional.empty();
        }
        return Optional.of(
                new RawSession(connection, replyLimit, grantedId, grantedPassword, granted));
    }

    /// The first packet of a connection, as clients since 3.4 send it.
    public static byte[] connectRequest(
            long lastZxidSeen, int timeoutMillis, long id, byte @Nullable [] password) {
        return new JuteOut()
                .i32(0)
                .i64(lastZxidSeen)
                .i32(timeoutMillis)
                .i64(id)
                .buf(password)
                .bool(false)
                .bytes();
    }

    /// The password that every server derives from a session's id.
    public static byte[] passwordOf(long id) {
        byte[] password = new byte[16];
        new Random(id ^ PASSWORD_SALT).nextBytes(password);
        return password;
    }

    private static byte[] frame(@Nullable Packet packet, RawConnection connection) throws Lost {
        return switch (packet) {
            case Packet.Frame(byte[] payload) -> payload;
            case Packet.Closed() -> {
                connection.close();
                throw new Lost("the server closed the connection");
            }
            case null -> {
                connection.close();
                throw new Lost("no reply in time");
            }
        };
    }

    public long id() {
        return id;
    }

    public byte[] password() {
        return Arrays.copyOf(password, password.length);
    }

    public int timeoutMillis() {
        return timeoutMillis;
    }

    /// The highest zxid of all replies.
    public long lastZxid() {
        return lastZxid;
    }

    /// The events so far; the list grows when replies or [#takeEvent] are taken.
    public List<Event> events() {
        return events;
    }

    public RawConnection connection() {
        return connection;
    }

    /// Sends a request and does not wait.
    ///
    /// @return its xid
    public int send(int op, byte[] body) {
        int xid = nextXid++;
        connection.send(new JuteOut().i32(xid).i32(op).raw(body).bytes());
        return xid;
    }

    /// The next reply.
    ///
    /// @throws Lost if the connection ended or nothing came in time
    public Reply take() throws Lost {
        while (true) {
            JuteIn in = new JuteIn(frame(connection.take(replyLimit), connection));
            int xid = in.i32();
            long zxid = in.i64();
            int err = in.i32();
            if (xid == Op.XID_EVENT) {
                events.add(event(in, zxid));
            } else {
                replies++;
                lastZxid = Math.max(lastZxid, zxid);
                return new Reply(xid, zxid, err, in);
            }
        }
    }

    /// The next event, for a session with no request outstanding.
    public Event takeEvent() throws Lost {
        JuteIn in = new JuteIn(frame(connection.take(replyLimit), connection));
        int xid = in.i32();
        long zxid = in.i64();
        in.i32();
        if (xid != Op.XID_EVENT) {
            throw new Lost("a reply where an event was expected, xid " + xid);
        }
        Event event = event(in, zxid);
        events.add(event);
        return event;
    }

    private Event event(JuteIn in, long zxid) {
        return new Event(in.i32(), in.i32(), in.text(), zxid, replies);
    }

    /// Sends a request and waits for its reply.
    public Reply call(int op, JuteOut body) throws Lost {
        int xid = send(op, body.bytes());
        Reply reply = take();
        if (reply.xid() != xid) {
            throw new Lost("reply to xid " + reply.xid() + " where " + xid + " was due");
        }
        return reply;
    }

    /// A persistent node that everybody may use.
    ///
    /// @return the error code
    public int create(String path, byte @Nullable [] data) throws Lost {
        return create(path, data, 0).err();
    }

    /// @param flags 0 persistent, 1 ephemeral, 2 and 3 the same and sequential
    public Reply create(String path, byte @Nullable [] data, int flags) throws Lost {
        return call(Op.CREATE, new JuteOut().str(path).buf(data).openAcl().i32(flags));
    }

    public List<String> children(String path) throws Lost {
        Reply reply = call(Op.GET_CHILDREN, new JuteOut().str(path).bool(false));
        if (reply.err() != 0) {
            throw new Lost("getChildren " + path + ": error " + reply.err());
        }
        return reply.body().strings();
    }

    public Reply getData(String path, boolean watch) throws Lost {
        return call(Op.GET_DATA, new JuteOut().str(path).bool(watch));
    }

    /// @return the error code
    public int delete(String path) throws Lost {
        return call(Op.DELETE, new JuteOut().str(path).i32(-1)).err();
    }

    /// Deletes a node and all below it; a node that is gone already is fine.
    public void deleteTree(String path) throws Lost {
        Reply reply = call(Op.GET_CHILDREN, new JuteOut().str(path).bool(false));
        if (reply.err() == 0) {
            for (String child : reply.body().strings()) {
                deleteTree(path + "/" + child);
            }
        }
        delete(path);
    }

    /// Says who we are by the scheme `digest`.
    ///
    /// @return the error code
    public int digest(String userAndPassword) throws Lost {
        byte[] secret = userAndPassword.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        connection.send(
                new JuteOut()
                        .i32(Op.XID_AUTH)
                        .i32(Op.AUTH)
                        .i32(0)
                        .str("digest")
                        .buf(secret)
                        .bytes());
        return take().err();
    }

    /// Waits until all that the server had for us before now is here.
    public void ping() throws Lost {
        connection.send(new JuteOut().i32(Op.XID_PING).i32(Op.PING).bytes());
        take();
    }

    /// Ends the session, not only the connection.
    public void endSession() throws Lost {
        call(Op.CLOSE_SESSION, new JuteOut());
        connection.close();
    }

    /// Closes the connection; the session lives on for its timeout.
    @Override
    public void close() {
        connection.close();
    }
}
