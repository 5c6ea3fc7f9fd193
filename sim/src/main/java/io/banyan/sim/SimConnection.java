package io.banyan.sim;

import io.banyan.replica.Connection;
import io.banyan.replica.Gateway;
import io.banyan.replica.Transport;
import io.banyan.wire.Id;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A connection: two first-in-first-out pipes. What is on its way when it breaks is lost, and each
/// end is told of it late, or never if it is half open.
final class SimConnection implements Transport {
    /// What the kernels hold before a server notices that its client does not read.
    private static final int UNREAD_BYTES_MAX = 2_000;

    /// Who sits at the other end.
    interface Client {
        /// It heard that the connection is gone.
        void onDisconnected(SimConnection of);

        /// @param frame its content, without the length
        void onFrame(SimConnection of, byte[] frame);
    }

    private final World world;
    private final SimServer server;
    private final Client client;
    private final RandomGenerator random;
    private final Timeline timeline;
    private final int number;

    private boolean cut;
    private long toServerMicros;
    private long toClientMicros;
    private long clientSlowUntilMicros;

    // The server's end.
    private @Nullable Gateway gateway;
    private @Nullable Lane lane;
    private @Nullable Connection end;
    private final ArrayDeque<byte[]> socket = new ArrayDeque<>();
    private boolean reading = true;
    private boolean serverClosed;
    private int unreadBytes;
    private boolean slow;
    private long lastArrivalMicros;
    private int eventsSent;
    private final List<byte[]> heldEvents = new ArrayList<>();

    SimConnection(
            World world, SimServer server, Client client, int number, RandomGenerator random) {
        this.world = world;
        this.server = server;
        this.client = client;
        this.number = number;
        this.random = random;
        this.timeline = world.timeline();
    }

    private long delay() {
        return 1L + random.nextInt(world.setup().delayMicros());
    }

    // ---- from the client

    /// Sends a frame's content.
    void write(byte[] frame) {
        toServerMicros = Math.max(toServerMicros, timeline.nowMicros() + delay());
        timeline.after(toServerMicros - timeline.nowMicros(), () -> arrive(frame));
    }

    private void arrive(byte[] frame) {
        if (cut || serverClosed) {
            return;
        }
        if (end == null) {
            if (!server.isUp()) {
                clientHears(); // Connection refused.
                cut = true;
                return;
            }
            server.accept(this);
        }
        Lane to = lane;
        if (to == null) {
            return;
        }
        lastArrivalMicros = timeline.nowMicros();
        socket.add(frame);
        to.post(this::drain);
    }

    void accepted(Gateway newGateway, Lane newLane) {
        gateway = newGateway;
        lane = newLane;
        end =
                newGateway.onConnected(
                        "client-" + number,
                        List.of(new Id("ip", "10.0.0.1")),
                        this,
                        server.nowNanos());
    }

    private void drain() {
        Gateway to = gateway;
        Connection of = end;
        if (to == null || of == null) {
            return;
        }
        while (reading && !socket.isEmpty() && !serverClosed && !cut) {
            byte[] frame = socket.remove();
            heard(timeline.nowMicros());
            to.onFrame(of, frame, 0, frame.length, server.nowNanos());
            if (world.setup().bug() == PlantedBug.REQUEST_TWICE
                    && of.isOpen()
                    && random.nextInt(100) == 0) {
                to.onFrame(of, frame, 0, frame.length, server.nowNanos());
            }
        }
    }

    /// Whatever has arrived on a connection that holds counts as heard of, also while the server
    /// was too busy to look.
    void countArrivals() {
        Connection of = end;
        if (!cut && !serverClosed && lastArrivalMicros > 0 && of != null && of.sessionId() != 0) {
            world.ephemerals().waits(of.sessionId(), lastArrivalMicros);
        }
    }

    private void heard(long micros) {
        Connection of = end;
        if (of != null && of.sessionId() != 0) {
            world.ephemerals().heard(server.id(), of.sessionId(), micros);
        }
    }

    /// The client closes its end.
    void closeByClient() {
        toServerMicros = Math.max(toServerMicros, timeline.nowMicros() + delay());
        timeline.after(toServerMicros - timeline.nowMicros(), this::serverHears);
        cut = true;
    }

    // ---- the network

    boolean isCut() {
        return cut;
    }

    /// @param halfOpen neither end is told
    void cut(boolean halfOpen) {
        if (cut) {
            return;
        }
        cut = true;
        world.trace("net", "cut " + number + (halfOpen ? " half open" : ""));
        if (!halfOpen) {
            timeline.after(delay() + random.nextInt(50_000), this::serverHears);
            timeline.after(delay() + random.nextInt(50_000), this::clientHears);
        }
    }

    private void serverHears() {
        Gateway to = gateway;
        Connection of = end;
        Lane by = lane;
        if (to != null && of != null && by != null) {
            by.post(() -> to.onDisconnected(of, server.nowNanos()));
            server.gone(this);
        }
    }

    private void clientHears() {
        client.onDisconnected(this);
    }

    void serverIsGone() {
        if (!cut) {
            cut = true;
            timeline.after(delay(), this::clientHears);
        }
    }

    /// The client stops reading for a while.
    void slowDown(long micros) {
        clientSlowUntilMicros = timeline.nowMicros() + micros;
    }

    // ---- Transport, called by the gateway

    @Override
    public void send(byte[] bytes, int length) {
        var frames = new ArrayList<byte[]>();
        var in = ByteBuffer.wrap(bytes, 0, length);
        while (in.hasRemaining()) {
            var frame = new byte[in.getInt()];
            in.get(frame);
            frames.add(frame);
        }
        for (byte[] each : planted(frames)) {
            deliver(each);
        }
    }

    private void deliver(byte[] frame) {
        unreadBytes += frame.length;
        long readable = Math.max(timeline.nowMicros() + delay(), clientSlowUntilMicros);
        toClientMicros = Math.max(toClientMicros, readable);
        timeline.after(
                toClientMicros - timeline.nowMicros(),
                () -> {
                    unreadBytes -= frame.length;
                    reconsider();
                    if (!cut) {
                        client.onFrame(this, frame);
                    }
                });
        reconsider();
    }

    private void reconsider() {
        Gateway to = gateway;
        Connection of = end;
        Lane by = lane;
        boolean now = slow ? unreadBytes > UNREAD_BYTES_MAX / 2 : unreadBytes > UNREAD_BYTES_MAX;
        if (now != slow && to != null && of != null && by != null && !serverClosed) {
            slow = now;
            by.post(() -> to.onWritable(of, !now, server.nowNanos()));
        }
    }

    @Override
    public void close(String reason) {
        serverClosed = true;
        long after = Math.max(toClientMicros, timeline.nowMicros() + delay());
        toClientMicros = after;
        timeline.after(
                after - timeline.nowMicros(),
                () -> {
                    if (!cut) {
                        cut = true;
                        clientHears();
                    }
                });
        serverHears();
    }

    @Override
    public void reading(boolean on) {
        reading = on;
        Lane by = lane;
        if (on && !socket.isEmpty() && by != null) {
            by.post(this::drain);
        }
    }

    // ---- mistakes on purpose

    private List<byte[]> planted(List<byte[]> frames) {
        var result = new ArrayList<byte[]>();
        for (byte[] each : frames) {
            boolean event = each.length > 16 && ByteBuffer.wrap(each).getInt() == -1;
            switch (world.setup().bug()) {
                case REPLY_BEFORE_WATCH -> {
                    if (event) {
                        heldEvents.add(each);
                    } else {
                        result.add(each);
                        result.addAll(heldEvents);
                        heldEvents.clear();
                    }
                }
                case ONE_SHOT_NOT_CONSUMED -> {
                    result.add(each);
                    if (event) {
                        result.add(each);
                    }
                }
                case EVENT_LOST -> {
                    if (!event || ++eventsSent % 10 != 0) {
                        result.add(each);
                    }
                }
                default -> result.add(each);
            }
        }
        return result;
    }

    @Override
    public String toString() {
        return "connection " + number;
    }
}
