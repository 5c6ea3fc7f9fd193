package io.banyan.sim;

import io.banyan.replica.NewSessions;
import io.banyan.wire.ConnectRequest;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.OpCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A client as ZooKeeper's own behave: one session at a time, requests in bursts, pings, a new
/// connection when the old one is gone, its watches re-armed there, a new session when the old one
/// is. Everything it is told goes through the checkers.
final class SimClient implements SimConnection.Client {
    private static final int PING_XID = -2;
    private static final int REARM_XID = -8;

    /// @param floorZxid acknowledged to anybody before this was sent
    private record Sent(int xid, Request request, long floorZxid, long sentMicros) {}

    private final World world;
    private final Timeline timeline;
    private final RandomGenerator random;
    private final String name;
    private final int wantedMillis;

    // Of the session.
    private long sessionId;
    private byte[] password = new byte[16];
    private int timeoutMillis;
    private int xid;
    private SessionOrder order;

    /// The server that granted the session, and which of its lives that was.
    private @Nullable SimServer home;

    private int homeLife;
    private boolean mayBeNoLongerLocal;

    /// A server has heard it at this time, or later.
    private long heardMicros;

    private final TreeSet<String> dataWatches = new TreeSet<>();
    private final TreeSet<String> existWatches = new TreeSet<>();
    private final TreeSet<String> childWatches = new TreeSet<>();
    private final TreeSet<String> persistentWatches = new TreeSet<>();
    private final TreeSet<String> recursiveWatches = new TreeSet<>();

    // Of the connection.
    private @Nullable SimConnection connection;
    private boolean connected;
    private @Nullable SimServer connectedTo;
    private long connectMicros;

    /// Since the faults were over.
    private boolean connectedInPeace;

    /// Its session, when it asked for it again.
    private boolean wasOver;

    private Watches watches;
    private final ArrayDeque<Sent> pending = new ArrayDeque<>();
    private long lastHeardMicros;
    private long lastSentMicros;
    private long silentUntilMicros;

    // Of a client that does what it is told.
    private @Nullable SimServer only;
    private final List<Runnable> waiting = new ArrayList<>();
    private final Map<Integer, Runnable> whenDone = new HashMap<>();

    private boolean finishing;
    private boolean finished;
    private int lastSyncXid;
    private int answers;
    private int sessions;

    SimClient(World world, int number, RandomGenerator random) {
        this.world = world;
        this.timeline = world.timeline();
        this.random = random;
        this.name = "c" + number;
        int tick = world.setup().tickMillis();
        this.wantedMillis = 2 * tick + random.nextInt(8 * tick);
        this.order = new SessionOrder(world.history());
        this.watches = new Watches(world.history());
    }

    /// A client that does what it is told, at one server.
    static SimClient byHand(World world, int number, SimServer server) {
        var client = new SimClient(world, number, world.split());
        client.only = server;
        client.act();
        return client;
    }

    /// Asks as soon as it is connected.
    void ask(Request request, Runnable whenAnswered) {
        if (connected) {
            send(request);
            whenDone.put(xid, whenAnswered);
        } else {
            waiting.add(() -> ask(request, whenAnswered));
        }
    }

    /// One that does what it is told goes to another server, with its session.
    void moveTo(SimServer server) {
        only = server;
        drop(true);
    }

    boolean hasSession() {
        return connected && sessionId != 0;
    }

    /// How many sessions it has been given so far.
    int sessions() {
        return sessions;
    }

    void start() {
        timeline.after(random.nextInt(100_000), this::act);
    }

    /// Faults are over: stop thinking up new things once a last sync is answered.
    void finish() {
        finishing = true;
    }

    boolean isFinished() {
        return finished;
    }

    /// A leader is about to end a session by itself.
    void expires(long expired) {
        if (expired == sessionId && connectedInPeace) {
            // A client with less time may be too slow for it, here.
            boolean patient = timeoutMillis >= 6 * world.setup().tickMillis();
            world.ephemerals().expiredInPeace(expired, name, connected && patient);
        }
    }

    int answers() {
        return answers;
    }

    String name() {
        return name;
    }

    // ---- what it does

    private void act() {
        long now = timeline.nowMicros();
        if (finished) {
            keepAlive(now);
        } else if (connection == null) {
            if (finishing || now >= silentUntilMicros) {
                connect();
            }
        } else if (now - lastHeardMicros > patienceMicros()) {
            world.trace(name, "gives its connection up");
            drop(true);
        } else if (connected && only == null) {
            work(now);
        } else if (connected) {
            keepAlive(now);
        }
        int pauseMicros = world.setup().thinkMicros();
        if ((finishing || only != null) && timeoutMillis > 0) {
            pauseMicros = Math.min(pauseMicros, timeoutMillis * 1_000 / 6);
        }
        timeline.after(1 + random.nextInt(pauseMicros), this::act);
    }

    private long patienceMicros() {
        return Math.max(timeoutMillis, wantedMillis) * 1_000L * 2 / 3;
    }

    private void keepAlive(long now) {
        if (connected && now - lastSentMicros > timeoutMillis * 1_000L / 3) {
            send(PING_XID, new Request.Ping());
        }
    }

    private void work(long now) {
        if (finishing) {
            keepAlive(now);
            if (lastSyncXid == 0) {
                lastSyncXid = send(new Request.Sync("/"));
            }
            return;
        }
        switch (random.nextInt(200)) {
            case 0 -> {
                // Gone for a while, maybe for longer than its session lives.
                world.trace(name, "leaves");
                silentUntilMicros = now + random.nextLong(3L * timeoutMillis * 1_000);
                drop(true);
            }
            case 1 -> {
                // The same session on a second connection; the first one is left as it is.
                world.trace(name, "connects twice");
                drop(false);
                connect();
            }
            case 2 -> {
                send(new Request.Close());
                silentUntilMicros = now;
            }
            default -> {
                for (int i = random.nextInt(world.setup().burstMax()) + 1; i > 0; i--) {
                    send(draw());
                }
                if (world.setup().slowClients() && random.nextInt(20) == 0 && connection != null) {
                    connection.slowDown(random.nextInt(300_000));
                }
            }
        }
    }

    private Request draw() {
        if (world.setup().isReconfigurable()
                && random.nextInt(100) < world.setup().reconfigPercent()) {
            return new Request.Reconfig(world.drawMembers(random));
        }
        String path = path();
        int version = random.nextInt(3) == 0 ? random.nextInt(3) : -1;
        return switch (random.nextInt(30)) {
            case 0, 1, 2 -> create(path);
            case 3 -> new Request.Create(OpCode.CREATE_CONTAINER, path, "", 4, 0);
            case 4 -> new Request.Create(OpCode.CREATE_TTL, path, "t", 5, 1 + random.nextInt(500));
            case 5, 6 -> new Request.Delete(path, version);
            case 7, 8, 9 -> new Request.SetData(path, data(), version);
            case 10 -> new Request.SetAcl(path, version);
            case 11 -> multi();
            case 12 -> new Request.Sync(path);
            case 13 -> new Request.Ephemerals("/" + (char) ('a' + random.nextInt(3)));
            case 14 -> new Request.AddWatch(path, random.nextInt(2));
            case 15 -> new Request.RemoveWatches(path, 1 + random.nextInt(5));
            case 16, 17, 18 -> new Request.Read(OpCode.EXISTS, path, random.nextBoolean());
            case 19, 20, 21, 22 -> new Request.Read(OpCode.GET_DATA, path, random.nextBoolean());
            case 23, 24 ->
                    new Request.Read(OpCode.GET_CHILDREN, parent(path), random.nextBoolean());
            case 25, 26 ->
                    new Request.Read(OpCode.GET_CHILDREN2, parent(path), random.nextBoolean());
            default -> create(path);
        };
    }

    private Request create(String path) {
        int opcode = random.nextBoolean() ? OpCode.CREATE : OpCode.CREATE2;
        int flags = random.nextInt(4);
        return new Request.Create(opcode, path, data(), flags, 0);
    }

    private Request multi() {
        var parts = new ArrayList<Request>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            String path = path();
            parts.add(
                    switch (random.nextInt(4)) {
                        case 0 -> create(path);
                        case 1 -> new Request.Delete(path, -1);
                        case 2 -> new Request.SetData(path, data(), -1);
                        default -> new Request.Check(path, random.nextInt(3) - 1);
                    });
        }
        return new Request.Multi(parts);
    }

    private String path() {
        int names = world.setup().paths();
        String path = "/" + (char) ('a' + random.nextInt(names));
        for (int depth = random.nextInt(3); depth > 0; depth--) {
            path += "/" + (char) ('a' + random.nextInt(Math.min(3, names)));
        }
        return path;
    }

    private static String parent(String path) {
        return Model.parentOf(path);
    }

    private String data() {
        int length = random.nextInt(8) == 0 ? random.nextInt(700) : random.nextInt(6);
        return "x".repeat(length);
    }

    // ---- sending

    private void connect() {
        List<SimServer> servers = world.servers();
        SimServer to = only != null ? only : servers.get(random.nextInt(servers.size()));
        boolean mayStay = only == null && sessionId != 0 && keepsLocalSessions();
        if (mayStay && home != null && random.nextInt(3) != 0) {
            to = home; // Elsewhere nobody knows it.
        }
        connectedTo = to;
        connectMicros = timeline.nowMicros();
        SimConnection next = world.newConnection(this, to);
        connection = next;
        connected = false;
        watches = new Watches(world.history());
        pending.clear();
        lastHeardMicros = timeline.nowMicros();
        var out = new JuteWriter();
        new ConnectRequest(0, order.seenZxid(), wantedMillis, sessionId, password, false, true)
                .encode(out);
        wasOver = world.ephemerals().isOver(sessionId);
        if (sessionId != 0 && world.setup().hasObserverMasters()) {
            world.history().comesBack(sessionId);
        }
        world.trace(name, "connects " + History.hex(sessionId) + " to " + to.id());
        next.write(out.toByteArray());
    }

    private int send(Request request) {
        send(++xid, request);
        return xid;
    }

    private void send(int ofXid, Request request) {
        SimConnection to = connection;
        if (to == null) {
            return;
        }
        if (request.isWrite()) {
            world.history().asked(sessionId, ofXid, request);
        }
        pending.add(
                new Sent(ofXid, request, world.writes().acknowledgedZxid(), timeline.nowMicros()));
        mayBeNoLongerLocal |= request.asksForEphemeral() || request instanceof Request.Close;
        lastSentMicros = timeline.nowMicros();
        var out = new JuteWriter();
        out.writeInt(ofXid);
        out.writeInt(request.opcode());
        request.encode(out);
        if (world.isTraced()) {
            world.trace(name, "-> " + ofXid + " " + request);
        }
        to.write(out.toByteArray());
    }

    private void drop(boolean close) {
        SimConnection of = connection;
        connection = null;
        connected = false;
        pending.clear();
        lastSyncXid = 0;
        if (of != null && close) {
            of.closeByClient();
        }
    }

    private void forgetSession() {
        sessionId = 0;
        home = null;
        mayBeNoLongerLocal = false;
        password = new byte[16];
        order = new SessionOrder(world.history());
        dataWatches.clear();
        existWatches.clear();
        childWatches.clear();
        persistentWatches.clear();
        recursiveWatches.clear();
    }

    // ---- what it is told

    @Override
    public void onDisconnected(SimConnection of) {
        if (of == connection) {
            world.trace(name, "lost its connection");
            drop(false);
        }
    }

    @Override
    public void onFrame(SimConnection of, byte[] frame) {
        if (of != connection) {
            return; // Left behind.
        }
        lastHeardMicros = timeline.nowMicros();
        world.trace().mix(frame);
        var in = new JuteReader(frame);
        if (!connected) {
            onConnectResponse(in);
            return;
        }
        int replyXid = in.readInt();
        long zxid = in.readLong();
        int err = in.readInt();
        byte[] body = Arrays.copyOfRange(frame, 16, frame.length);
        if (replyXid == -1) {
            onEvent(zxid, new JuteReader(body));
        } else {
            onReply(replyXid, zxid, err, body);
        }
    }

    private void onConnectResponse(JuteReader in) {
        in.readInt();
        int negotiated = in.readInt();
        long granted = in.readLong();
        if (granted == 0) {
            world.trace(name, "is rejected");
            world.ephemerals().rejected(sessionId);
            if (isLocal() && isAtHome() && !mayBeNoLongerLocal) {
                world.ephemerals().rejectedAtHome(sessionId, timeline.nowMicros() - heardMicros);
            }
            forgetSession();
            drop(true);
            return;
        }
        if (sessionId == 0) {
            world.ephemerals().granted(granted, negotiated);
            sessions++;
            xid = 0;
            home = connectedTo;
            homeLife = home == null ? 0 : home.life();
        } else {
            world.ephemerals().resumed(sessionId, wasOver);
        }
        Violation.unless(
                sessionId == 0 || sessionId == granted,
                "SessionOrder",
                "asked for session " + History.hex(sessionId) + ", got " + History.hex(granted));
        sessionId = granted;
        heardMicros = connectMicros;
        timeoutMillis = negotiated;
        byte[] given = in.readBuffer();
        password = given == null ? new byte[0] : given;
        connected = true;
        connectedInPeace = world.isHealed();
        world.trace(name, "has session " + History.hex(granted) + " " + negotiated + " ms");
        if (holdsWatches()) {
            send(
                    REARM_XID,
                    new Request.Rearm(
                            order.seenZxid(),
                            List.copyOf(dataWatches),
                            List.copyOf(existWatches),
                            List.copyOf(childWatches),
                            List.copyOf(persistentWatches),
                            List.copyOf(recursiveWatches)));
        }
        askWhatWaits();
    }

    private void askWhatWaits() {
        var asking = List.copyOf(waiting);
        waiting.clear();
        asking.forEach(Runnable::run);
    }

    private boolean holdsWatches() {
        return !(dataWatches.isEmpty()
                && existWatches.isEmpty()
                && childWatches.isEmpty()
                && persistentWatches.isEmpty()
                && recursiveWatches.isEmpty());
    }

    private void onEvent(long zxid, JuteReader body) {
        int type = body.readInt();
        body.readInt();
        String path = body.requireString();
        if (world.isTraced()) {
            world.trace(name, "<- event " + type + " " + path + " " + History.hex(zxid));
        }
        watches.event(new Watches.Event(zxid, type, path));
        if (type != 4) {
            dataWatches.remove(path);
            existWatches.remove(path);
        }
        if (type == 4 || type == 2) {
            childWatches.remove(path);
        }
    }

    private void onReply(int replyXid, long zxid, int err, byte[] body) {
        Sent sent = pending.poll();
        if (world.isTraced()) {
            world.trace(name, "<- " + replyXid + " err=" + err + " " + History.hex(zxid));
        }
        order.reply(replyXid, zxid, sent == null ? null : sent.xid());
        if (sent == null) {
            return;
        }
        answers++;
        heardMicros = Math.max(heardMicros, sent.sentMicros());
        Violation.unless(
                err != ErrorCode.SESSION_EXPIRED,
                "SessionOrder",
                "its session is over, it was told, on a connection that holds");
        Runnable done = whenDone.remove(replyXid);
        if (done != null && err == ErrorCode.OK) {
            done.run();
        }
        watches.reply(zxid, sent.request());
        judge(sent, zxid, err, body);
    }

    private void judge(Sent sent, long zxid, int err, byte[] body) {
        switch (sent.request()) {
            case Request.Read read -> {
                order.read(read, zxid, err, body);
                watches.read(read, err);
                hold(read, err);
            }
            case Request.AddWatch add -> {
                watches.added(add);
                (add.mode() == 1 ? recursiveWatches : persistentWatches).add(add.path());
            }
            case Request.RemoveWatches remove -> {
                watches.removed(remove, err);
                letGo(remove);
            }
            case Request.Rearm rearm -> watches.rearmed(rearm, zxid);
            case Request.Ephemerals ask -> order.ephemerals(sessionId, ask.prefix(), zxid, body);
            case Request.Sync sync -> {
                order.synced(zxid, sent.floorZxid());
                if (sent.xid() == lastSyncXid) {
                    finished = true;
                }
            }
            case Request.Ping ping -> {}
            case Request.Close close -> {
                if (err != ErrorCode.OK || !isLocal()) {
                    acknowledged(sent, zxid, err, body);
                }
                forgetSession();
                drop(false);
            }
            default -> {
                if (err == ErrorCode.EPHEMERAL_ON_LOCAL_SESSION) {
                    refusedAsLocal(sent);
                } else {
                    acknowledged(sent, zxid, err, body);
                }
            }
        }
    }

    private void refusedAsLocal(Sent sent) {
        Violation.unless(
                world.setup().newSessions() == NewSessions.LOCAL
                        && sent.request() instanceof Request.Create
                        && sent.request().asksForEphemeral(),
                "Ephemerals",
                sent.request() + " was refused to a session that only its server knows");
    }

    private boolean keepsLocalSessions() {
        return world.setup().newSessions() != NewSessions.GLOBAL;
    }

    /// Whether its session is one that only its server knows, and was never another.
    boolean isLocal() {
        Model last = world.history().last();
        return keepsLocalSessions() && !last.hasSession(sessionId) && !last.hadSession(sessionId);
    }

    private boolean isAtHome() {
        return home != null && home == connectedTo && home.life() == homeLife;
    }

    private void acknowledged(Sent sent, long zxid, int err, byte[] body) {
        Model.Outcome outcome = world.kept().acknowledged(sessionId, sent.xid(), zxid);
        world.writes().acknowledged(sent.request(), outcome, err, body, sent.floorZxid());
    }

    private void hold(Request.Read read, int err) {
        if (!read.watch()) {
            return;
        }
        if (read.opcode() == OpCode.EXISTS) {
            (err == ErrorCode.OK ? dataWatches : existWatches).add(read.path());
        } else if (err == ErrorCode.OK) {
            (read.opcode() == OpCode.GET_DATA ? dataWatches : childWatches).add(read.path());
        }
    }

    private void letGo(Request.RemoveWatches remove) {
        String path = remove.path();
        switch (remove.type()) {
            case 1 -> childWatches.remove(path);
            case 2 -> {
                dataWatches.remove(path);
                existWatches.remove(path);
            }
            case 4 -> persistentWatches.remove(path);
            case 5 -> recursiveWatches.remove(path);
            default -> {
                dataWatches.remove(path);
                existWatches.remove(path);
                childWatches.remove(path);
                persistentWatches.remove(path);
                recursiveWatches.remove(path);
            }
        }
    }
}
