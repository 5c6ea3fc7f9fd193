package io.banyan.replica;

import io.banyan.wire.ConnectRequest;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.OpCode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// One connection of a {@link TestHost}, seen from the other end.
///
/// What it received is kept as text, one line a packet: `session TIMEOUT`, `rejected`, `event TYPE
/// PATH`, `XID ok`, `XID err CODE`, `closed`; tests compare the lines taken since last time.
final class TestClient implements Transport {
    private final TestHost server;
    final Gateway gateway;
    Connection connection;
    private final List<String> lines = new ArrayList<>();
    final List<Packet> packets = new ArrayList<>();
    private final List<byte[]> unread = new ArrayList<>();
    boolean connected;
    boolean closed;
    boolean reading = true;
    int readingCalls;
    long sessionId;
    byte[] password = new byte[16];
    int responseBytes;
    int xid;

    record Packet(int xid, long zxid, int err, byte[] body) {
        JuteReader reader() {
            return new JuteReader(body);
        }
    }

    TestClient(TestHost server, Gateway gateway) {
        this.server = server;
        this.gateway = gateway;
    }

    // ---- requests

    /// A connect request of a client of today.
    TestClient hello(int timeoutMillis, long lastZxidSeen, long session, byte[] passwd) {
        return hello(
                new ConnectRequest(0, lastZxidSeen, timeoutMillis, session, passwd, false, true));
    }

    TestClient hello(ConnectRequest request) {
        var out = new JuteWriter();
        request.encode(out);
        frame(out.toByteArray());
        return this;
    }

    void learnSession() {
        sessionId = connection.sessionId();
        password = SessionIds.password(sessionId);
    }

    /// Another connection that resumes this one's session.
    TestClient again(int gatewayIndex, long lastZxidSeen) {
        TestClient next =
                server.connect(gatewayIndex).hello(10_000, lastZxidSeen, sessionId, password);
        next.sessionId = sessionId;
        next.password = password;
        return next;
    }

    /// Sends a request and works nothing off. Returns its xid.
    int post(int opcode, Consumer<JuteWriter> body) {
        return post(opcode == OpCode.PING ? -2 : ++xid, opcode, body);
    }

    int post(int ofXid, int opcode, Consumer<JuteWriter> body) {
        var out = new JuteWriter();
        out.writeInt(ofXid);
        out.writeInt(opcode);
        body.accept(out);
        frame(out.toByteArray());
        return ofXid;
    }

    /// Sends a request and lets the server settle.
    TestClient ask(int opcode, Consumer<JuteWriter> body) {
        post(opcode, body);
        server.settle();
        return this;
    }

    /// As a transport does: holds frames back while it is told to.
    void frame(byte[] bytes) {
        if (!reading) {
            unread.add(bytes);
        } else {
            gateway.onFrame(connection, bytes, 0, bytes.length, server.nanos());
        }
    }

    int unreadFrames() {
        return unread.size();
    }

    void disconnect() {
        gateway.onDisconnected(connection, server.nanos());
    }

    void writable(boolean on) {
        gateway.onWritable(connection, on, server.nanos());
        server.settle();
    }

    // ---- what came

    /// The lines since the last call.
    List<String> taken() {
        gateway.endRound();
        var result = List.copyOf(lines);
        lines.clear();
        return result;
    }

    Packet last() {
        gateway.endRound();
        return packets.getLast();
    }

    // ---- Transport

    @Override
    public void send(byte[] bytes, int length) {
        var in = ByteBuffer.wrap(bytes, 0, length);
        while (in.hasRemaining()) {
            var frame = new byte[in.getInt()];
            in.get(frame);
            receive(frame);
        }
    }

    private void receive(byte[] frame) {
        var in = new JuteReader(frame);
        if (!connected) {
            connected = true;
            responseBytes = frame.length;
            in.readInt();
            int timeout = in.readInt();
            long session = in.readLong();
            lines.add(session == 0 ? "rejected" : "session " + timeout);
            return;
        }
        var packet =
                new Packet(
                        in.readInt(),
                        in.readLong(),
                        in.readInt(),
                        java.util.Arrays.copyOfRange(frame, 16, frame.length));
        packets.add(packet);
        if (packet.xid() == -1) {
            var body = packet.reader();
            int type = body.readInt();
            body.readInt();
            lines.add("event " + type + " " + body.readString());
        } else {
            lines.add(packet.xid() + (packet.err() == 0 ? " ok" : " err " + packet.err()));
        }
    }

    @Override
    public void close(String reason) {
        closed = true;
        lines.add("closed");
    }

    @Override
    public void reading(boolean on) {
        reading = on;
        readingCalls++;
        while (reading && !unread.isEmpty()) {
            frame(unread.removeFirst());
        }
    }
}
