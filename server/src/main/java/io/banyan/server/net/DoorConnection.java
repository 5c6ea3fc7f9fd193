package io.banyan.server.net;

import io.banyan.replica.Connection;
import io.banyan.replica.SessionIds;
import io.banyan.replica.Transport;
import io.banyan.server.door.DoorSession;
import io.banyan.wire.ConnectRequest;
import io.banyan.wire.ConnectResponse;
import io.banyan.wire.ErrorCode;
import io.banyan.wire.Id;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.OpCode;
import io.banyan.wire.WatcherEvent;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/// A client of a gateway inside this process: speaks the same frames, without a socket.
///
/// Its methods of {@link DoorSession} may be called from any thread and hand over to the loop; all
/// fields but the futures are confined to it.
final class DoorConnection implements DoorSession, Transport {
    private static final int EVENT_XID = -1;
    private static final int PING_XID = -2;
    private static final byte[] NO_BYTES = {};

    private record Pending(int xid, CompletableFuture<Reply> reply) {}

    private final GatewayLoop host;
    private final DoorRounds rounds;
    private final CompletableFuture<Long> opened = new CompletableFuture<>();
    private final CompletableFuture<String> closed = new CompletableFuture<>();
    private final ArrayDeque<Pending> pending = new ArrayDeque<>(2);
    private final ArrayDeque<byte[]> waiting = new ArrayDeque<>(2);
    private @Nullable Connection connection;
    private boolean open;
    private boolean ended;
    private int lastXid;

    DoorConnection(GatewayLoop host, DoorRounds rounds) {
        this.host = host;
        this.rounds = rounds;
    }

    /// @param sessionId 0 for a new session
    void connect(String name, List<Id> ids, long sessionId, int timeoutMillis) {
        onLoop(() -> {
            long now = System.nanoTime();
            var made = host.gateway().onConnected(name, ids, this, now);
            // A door keeps its own ephemerals, and is not asked what clients are to get.
            made.wantGlobalSession();
            connection = made;
            var out = new JuteWriter();
            byte[] password = sessionId == 0 ? new byte[16] : SessionIds.password(sessionId);
            new ConnectRequest(0, 0, timeoutMillis, sessionId, password, false, true).encode(out);
            host.gateway().onFrame(made, out.array(), 0, out.length(), now);
            host.roundOpen();
        });
    }

    @Override
    public CompletableFuture<Long> opened() {
        return opened;
    }

    @Override
    public CompletableFuture<String> closed() {
        return closed;
    }

    @Override
    public CompletableFuture<Reply> request(int opcode, byte[] body) {
        var reply = new CompletableFuture<Reply>();
        boolean accepted =
                onLoop(() -> {
                    if (ended || waiting.size() >= WAITING_MAX) {
                        String reason = ended ? "the connection ended" : "too many wait for it";
                        rounds.answer(() -> reply.completeExceptionally(new Disconnected(reason)));
                        return;
                    }
                    lastXid = lastXid == Integer.MAX_VALUE ? 1 : lastXid + 1;
                    pending.add(new Pending(lastXid, reply));
                    submit(frame(lastXid, opcode, body));
                });
        if (!accepted) {
            refuse(reply);
        }
        return reply;
    }

    @Override
    public void touch() {
        onLoop(() -> {
            if (open && !ended) {
                submit(frame(PING_XID, OpCode.PING, NO_BYTES));
            }
        });
    }

    @Override
    public void detach() {
        onLoop(() -> {
            if (!ended && connection != null) {
                host.gateway().onDisconnected(connection, System.nanoTime());
                end("detached");
            }
        });
    }

    private boolean onLoop(Runnable task) {
        try {
            host.loop().execute(task);
            return true;
        } catch (RejectedExecutionException stopped) {
            return false;
        }
    }

    private void refuse(CompletableFuture<Reply> reply) {
        try {
            rounds.outsideRounds(
                    () -> reply.completeExceptionally(new Disconnected("the server stops")));
        } catch (RejectedExecutionException stopped) {
            reply.completeExceptionally(new Disconnected("the server stops"));
        }
    }

    private static byte[] frame(int xid, int opcode, byte[] body) {
        var out = new JuteWriter(8 + body.length);
        out.writeInt(xid);
        out.writeInt(opcode);
        out.writeRaw(body, 0, body.length);
        return out.array();
    }

    private void submit(byte[] frame) {
        if (!open || !waiting.isEmpty() || connection == null || connection.readingSuspended()) {
            waiting.add(frame);
            return;
        }
        host.gateway().onFrame(connection, frame, 0, frame.length, System.nanoTime());
        host.roundOpen();
    }

    private void resume() {
        while (!ended
                && open
                && connection != null
                && !connection.readingSuspended()
                && !waiting.isEmpty()) {
            byte[] frame = waiting.remove();
            host.gateway().onFrame(connection, frame, 0, frame.length, System.nanoTime());
            host.roundOpen();
        }
    }

    // ---- Transport

    @Override
    public void send(byte[] bytes, int length) {
        var in = new JuteReader(bytes, 0, length);
        while (in.remaining() > 0) {
            int end = in.readInt() + in.position();
            if (open) {
                onReply(in, bytes, end);
            } else {
                onConnectResponse(new JuteReader(bytes, in.position(), end));
            }
            in = new JuteReader(bytes, end, length);
        }
    }

    private void onConnectResponse(JuteReader in) {
        var response = ConnectResponse.decode(in);
        long id = response.sessionId();
        if (id == 0) {
            rounds.answer(
                    () -> opened.completeExceptionally(new Expired("no such session any more")));
            return;
        }
        open = true;
        rounds.answer(() -> opened.complete(id));
        // Not within the gateway's own round.
        onLoop(this::resume);
    }

    private void onReply(JuteReader in, byte[] bytes, int end) {
        int xid = in.readInt();
        long zxid = in.readLong();
        int error = in.readInt();
        if (xid == EVENT_XID) {
            rounds.event(WatcherEvent.decode(in));
            return;
        }
        if (xid == PING_XID) {
            return;
        }
        Pending first = pending.poll();
        if (first == null || first.xid() != xid) {
            throw new IllegalStateException("answer xid=" + xid + " where " + first + " waits");
        }
        byte[] body =
                error == ErrorCode.OK ? Arrays.copyOfRange(bytes, in.position(), end) : NO_BYTES;
        rounds.answer(() -> first.reply().complete(new Reply(error, zxid, body)));
    }

    @Override
    public void close(String reason) {
        end(reason);
    }

    @Override
    public void reading(boolean on) {
        if (on) {
            onLoop(this::resume);
        }
    }

    private void end(String reason) {
        if (ended) {
            return;
        }
        ended = true;
        waiting.clear();
        List<Pending> lost = List.copyOf(pending);
        pending.clear();
        rounds.answer(() -> {
            // First: who is told that a request is lost may ask whether the connection is.
            closed.complete(reason);
            opened.completeExceptionally(new Disconnected(reason));
            lost.forEach(each -> each.reply().completeExceptionally(new Disconnected(reason)));
        });
    }
}
