package io.banyan.sim;

import io.banyan.wire.ConnectRequest;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.OpCode;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A client that is content with a server that has no leader: it reads, wherever it gets a
/// connection, always in a session of its own. On a connection that only reads nothing may be
/// written, and one state is shown as long as it lasts; that may hold what a member has on disk and
/// nobody has committed, as with ZooKeeper.
final class SimReader implements SimConnection.Client {
    private static final int TIMEOUT_MILLIS = 4_000;
    private static final int PAUSE_MICROS = 100_000;
    private static final int REQUESTS_PER_CONNECTION = 20;

    private record Sent(int xid, Request request) {}

    private final World world;
    private final RandomGenerator random;
    private final String name;
    private final ArrayDeque<Sent> pending = new ArrayDeque<>();
    private @Nullable SimConnection connection;
    private boolean connected;
    private boolean readOnly;
    private long sessionId;

    /// The state that a connection which only reads shows; -1 if it is not known yet.
    private long shownZxid = -1;

    private int xid;
    private SessionOrder order;

    SimReader(World world, int number, RandomGenerator random) {
        this.world = world;
        this.random = random;
        this.name = "r" + number;
        this.order = new SessionOrder(world.history());
    }

    void start() {
        world.timeline().after(1 + random.nextInt(PAUSE_MICROS), this::act);
    }

    /// It stops when the faults are over and it has no connection.
    private void act() {
        if (connection == null) {
            if (world.isHealed()) {
                return;
            }
            connect();
        } else if (!readOnly && (xid >= REQUESTS_PER_CONNECTION || world.isHealed())) {
            // Where it only reads it stays until it is sent away.
            connection.closeByClient();
            connection = null;
        } else if (connected) {
            ask();
        }
        start();
    }

    private void connect() {
        List<SimServer> servers = world.servers();
        connection = world.newConnection(this, servers.get(random.nextInt(servers.size())));
        connected = false;
        readOnly = false;
        xid = 0;
        shownZxid = -1;
        order = new SessionOrder(world.history());
        pending.clear();
        var out = new JuteWriter();
        new ConnectRequest(0, 0, TIMEOUT_MILLIS, 0, new byte[16], true, true).encode(out);
        connection.write(out.toByteArray());
    }

    private void ask() {
        String path = "/" + (char) ('a' + random.nextInt(world.setup().paths()));
        Request request =
                switch (random.nextInt(5)) {
                    case 0 -> new Request.SetData(path, "r", -1);
                    case 1 -> new Request.Read(OpCode.EXISTS, path, false);
                    case 2 -> new Request.Read(OpCode.GET_CHILDREN, path, false);
                    default -> new Request.Read(OpCode.GET_DATA, path, false);
                };
        SimConnection to = connection;
        if (to == null) {
            return;
        }
        xid++;
        if (request.isWrite()) {
            world.history().asked(sessionId, xid, request);
        }
        pending.add(new Sent(xid, request));
        var out = new JuteWriter();
        out.writeInt(xid);
        out.writeInt(request.opcode());
        request.encode(out);
        if (world.isTraced()) {
            world.trace(name, "-> " + xid + " " + request);
        }
        to.write(out.toByteArray());
    }

    @Override
    public void onDisconnected(SimConnection of) {
        if (of == connection) {
            connection = null;
        }
    }

    @Override
    public void onFrame(SimConnection of, byte[] frame) {
        if (of != connection) {
            return;
        }
        world.trace().mix(frame);
        var in = new JuteReader(frame);
        if (!connected) {
            in.readInt();
            in.readInt();
            sessionId = in.readLong();
            in.readBuffer();
            readOnly = in.readBool();
            connected = true;
            world.trace(name, "has session " + History.hex(sessionId) + " readOnly=" + readOnly);
            return;
        }
        int replyXid = in.readInt();
        long zxid = in.readLong();
        int err = in.readInt();
        if (world.isTraced()) {
            world.trace(name, "<- " + replyXid + " err=" + err + " " + History.hex(zxid));
        }
        Sent sent = pending.poll();
        order.reply(replyXid, zxid, sent == null ? null : sent.xid());
        if (sent == null) {
            return;
        }
        if (readOnly) {
            Violation.unless(
                    shownZxid < 0 || zxid == shownZxid,
                    "SessionOrder",
                    "a connection that only reads was shown "
                            + History.hex(zxid)
                            + " after "
                            + History.hex(shownZxid));
            shownZxid = zxid;
        }
        if (sent.request() instanceof Request.Read read) {
            if (!readOnly || world.history().isCommitted(zxid)) {
                order.read(read, zxid, err, Arrays.copyOfRange(frame, 16, frame.length));
            }
        } else if (readOnly) {
            Violation.unless(
                    err == ErrorCode.NOT_READ_ONLY,
                    "SessionOrder",
                    "a write on a connection that only reads was answered with " + err);
        }
    }
}
