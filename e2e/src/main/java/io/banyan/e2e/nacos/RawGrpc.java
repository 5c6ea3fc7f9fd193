package io.banyan.e2e.nacos;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.e2e.nacos.RawHttp2.Frame;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A Nacos client of gRPC that does what it is told and nothing by itself: one connection, its
/// stream, and calls one after the other. Confined to one thread but for what is read.
final class RawGrpc implements AutoCloseable {
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
    private static final int MESSAGE_HEAD_BYTES = 5;

    /// What is taken when the server has ended the connection.
    private static final Message END = new Message("", "", 0);

    private final Duration patience;
    private final RawHttp2 http2;
    private final boolean reads;
    private final BlockingQueue<Message> pushes = new LinkedBlockingQueue<>();
    private final BlockingQueue<Message> answers = new LinkedBlockingQueue<>();
    private final ByteArrayOutputStream pushed = new ByteArrayOutputStream();
    private final ByteArrayOutputStream answered = new ByteArrayOutputStream();
    private final CompletableFuture<Long> ended = new CompletableFuture<>();
    private final int stream;

    /// @param json of its body
    /// @param atNanos when it was read
    record Message(String type, String json, long atNanos) {}

    /// Connects and says who it is.
    ///
    /// @param reads whether it ever takes anything of the stream
    RawGrpc(InetSocketAddress address, boolean reads) throws IOException {
        this(address, reads, ANSWER_LIMIT);
    }

    /// @param patience how long it waits for each answer
    RawGrpc(InetSocketAddress address, boolean reads, Duration patience) throws IOException {
        this.reads = reads;
        this.patience = patience;
        http2 = new RawHttp2(address, reads ? 1 << 20 : 0);
        stream = http2.begin("POST", "/BiRequestStream/requestBiStream", false, "application/grpc");
        Thread.ofVirtual().start(this::readAll);
        send("ConnectionSetupRequest", "{\"clientVersion\":\"raw\",\"abilityTable\":{}}");
        if (reads) {
            try {
                takePush("SetupAckRequest", patience);
            } catch (IOException | IllegalStateException e) {
                http2.close();
                throw e;
            }
        }
    }

    /// On the stream.
    void send(String type, String json) throws IOException {
        http2.data(stream, message(type, json), false);
    }

    /// Asks without waiting for the answer.
    void ask(String type, String json) throws IOException {
        int call = http2.begin("POST", "/Request/request", false, "application/grpc");
        http2.data(call, message(type, json), true);
    }

    /// @return the answer
    Message call(String type, String json) throws IOException {
        ask(type, json);
        return take(answers, type, patience);
    }

    /// Waits for the next push, which is to be of this type, and answers it.
    Message takePush(String type, Duration limit) throws IOException {
        Message push = take(pushes, type, limit);
        if (!push.type().equals(type)) {
            throw new IllegalStateException(push + " instead of " + type);
        }
        return push;
    }

    /// Takes the next push, whatever it is.
    ///
    /// @return null if none comes within the limit
    /// @throws EOFException if the server has ended the connection
    @Nullable Message nextPush(Duration limit) throws IOException {
        try {
            Message next = pushes.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (END.equals(next)) {
                pushes.add(END);
                throw new EOFException("the server ended the connection");
            }
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /// Answers a push.
    void acknowledge(Message push) throws IOException {
        int at = push.json().indexOf("\"requestId\":\"") + "\"requestId\":\"".length();
        String id = push.json().substring(at, push.json().indexOf('"', at));
        send(
                push.type().replace("Request", "Response"),
                "{\"resultCode\":200,\"requestId\":\"" + id + "\"}");
    }

    /// When the server ended the connection, or null if it has not.
    @Nullable Long endedNanos() {
        return ended.getNow(null);
    }

    private Message take(BlockingQueue<Message> from, String what, Duration limit)
            throws IOException {
        try {
            Message next = from.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (next == null) {
                throw new IllegalStateException("nothing for " + what + " within " + limit);
            }
            if (next.equals(END)) {
                from.add(END);
                throw new EOFException("the server ended the connection: nothing for " + what);
            }
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    // ---- bytes

    private void readAll() {
        try {
            for (Frame frame = http2.read(); frame != null; frame = http2.read()) {
                if (frame.type() == RawHttp2.DATA && frame.payload().length > 0) {
                    if (reads) {
                        http2.took(frame.stream(), frame.payload().length);
                    }
                    boolean push = frame.stream() == stream;
                    cut(push ? pushed : answered, frame.payload(), push ? pushes : answers);
                }
            }
        } catch (IOException e) {
            // As good as an end: who wants to know asks when it came.
        } finally {
            ended.complete(System.nanoTime());
            pushes.add(END);
            answers.add(END);
        }
    }

    private static void cut(
            ByteArrayOutputStream rest, byte[] more, BlockingQueue<Message> messages) {
        rest.writeBytes(more);
        byte[] all = rest.toByteArray();
        int at = 0;
        while (all.length - at >= MESSAGE_HEAD_BYTES) {
            int length = ByteBuffer.wrap(all).getInt(at + 1);
            int end = at + MESSAGE_HEAD_BYTES + length;
            if (end > all.length) {
                break;
            }
            messages.add(parse(ByteBuffer.wrap(all, at + MESSAGE_HEAD_BYTES, length)));
            at = end;
        }
        rest.reset();
        rest.write(all, at, all.length - at);
    }

    /// Field 2 is the metadata, whose field 3 is the type; field 3 the body, whose field 2 is JSON.
    private static byte[] message(String type, String json) {
        byte[] payload =
                concat(
                        field(2, field(3, type.getBytes(US_ASCII))),
                        field(3, field(2, json.getBytes(UTF_8))));
        return ByteBuffer.allocate(MESSAGE_HEAD_BYTES + payload.length)
                .put((byte) 0)
                .putInt(payload.length)
                .put(payload)
                .array();
    }

    private static Message parse(ByteBuffer payload) {
        byte[] metadata = find(payload, 2);
        byte[] body = find(payload, 3);
        return new Message(
                new String(find(ByteBuffer.wrap(metadata), 3), US_ASCII),
                new String(find(ByteBuffer.wrap(body), 2), UTF_8),
                System.nanoTime());
    }

    private static byte[] field(int number, byte[] value) {
        var out = new ByteArrayOutputStream();
        out.write(number << 3 | 2);
        for (int rest = value.length; ; rest >>>= 7) {
            if (rest < 0x80) {
                out.write(rest);
                break;
            }
            out.write(rest | 0x80);
        }
        out.writeBytes(value);
        return out.toByteArray();
    }

    /// All fields that are sent to us here are of type 2: a length and so many bytes.
    private static byte[] find(ByteBuffer fields, int number) {
        ByteBuffer in = fields.duplicate();
        while (in.hasRemaining()) {
            int tag = in.get();
            int length = 0;
            for (int shift = 0; ; shift += 7) {
                int b = in.get();
                length |= (b & 0x7f) << shift;
                if (b >= 0) {
                    break;
                }
            }
            byte[] value = new byte[length];
            in.get(value);
            if (tag == (number << 3 | 2)) {
                return value;
            }
        }
        return new byte[0];
    }

    private static byte[] concat(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
    }

    @Override
    public void close() throws IOException {
        http2.close();
    }
}
