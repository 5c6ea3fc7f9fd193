package io.banyan.client;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.banyan.wire.ConnectResponse;
import io.banyan.wire.JuteReader;
import io.banyan.wire.JuteWriter;
import io.banyan.wire.OpCode;
import io.banyan.wire.ReplyHeader;
import io.banyan.wire.RequestHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The world outside of a core, without threads and with a clock that is set by hand: what the core
/// does is noted as text, what a server would say is made here.
final class FakeShell implements Shell {
    static final long MILLI = 1_000_000L;

    final List<String> notes = new ArrayList<>();
    final List<byte[]> sent = new ArrayList<>();
    boolean canSend = true;

    /// Since the last time.
    List<String> take() {
        var all = List.copyOf(notes);
        notes.clear();
        return all;
    }

    /// The packets since the last time, by opcode.
    List<String> takeSent() {
        var names = sent.stream().map(FakeShell::name).toList();
        sent.clear();
        return names;
    }

    private static String name(byte[] frame) {
        var in = new JuteReader(frame);
        int length = in.readInt();
        RequestHeader header = RequestHeader.decode(in);
        // The handshake has no header: a version of 0 and the upper half of a zxid.
        return header.xid() == 0 && length >= 44 && header.type() == 0
                ? "connect"
                : OpCode.name(header.type()) + " " + header.xid();
    }

    static JuteReader greeting(long session, int timeoutMillis) {
        return greeting(session, timeoutMillis, false);
    }

    static JuteReader greeting(long session, int timeoutMillis, boolean readOnly) {
        return packet(out ->
                new ConnectResponse(timeoutMillis, session, new byte[16], readOnly, true)
                        .encode(out));
    }

    static JuteReader reply(int xid, long zxid, int code) {
        return reply(xid, zxid, code, out -> {});
    }

    static JuteReader reply(int xid, long zxid, int code, Consumer<JuteWriter> body) {
        return packet(out -> {
            new ReplyHeader(xid, zxid, code).encode(out);
            body.accept(out);
        });
    }

    private static JuteReader packet(Consumer<JuteWriter> content) {
        var out = new JuteWriter();
        content.accept(out);
        return new JuteReader(out.toByteArray());
    }

    @Override
    public void dial(ConnectString.Server server) {
        notes.add("dial " + server.host());
    }

    @Override
    public void send(byte[] frame) {
        sent.add(frame.clone());
    }

    @Override
    public boolean canSend() {
        return canSend;
    }

    @Override
    public void prove(ConnectString.Server server, byte @Nullable [] challenge) {
        notes.add("prove " + (challenge == null ? "nothing yet" : new String(challenge, US_ASCII)));
    }

    @Override
    public void hangUp() {
        notes.add("hang up");
    }

    @Override
    public void done(Request<?> request) {
        Throwable failure = request.failure;
        notes.add(
                request.path
                        + " "
                        + (failure == null ? "done" : failure.getClass().getSimpleName()));
    }

    @Override
    public void tell(WatchTable.Told told) {
        notes.add("told " + told.event().type() + " " + told.event().path());
    }

    @Override
    public void changed(SessionEvent event) {
        notes.add(event.state() + " " + event.sessionId());
    }

    @Override
    public void probe(ConnectString.Server server) {
        notes.add("probe " + server.host());
    }

    @Override
    public void ended() {
        notes.add("ended");
    }

    @Override
    public void connectionFailed(ConnectString.Server server, String reason) {}

    @Override
    public void connected(ConnectString.Server server, Session session, long nanos) {}
}
