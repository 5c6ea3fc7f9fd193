package io.banyan.e2e.diff;

import static io.banyan.e2e.diff.Decoder.text;

import io.banyan.e2e.raw.JuteIn;
import io.banyan.e2e.raw.JuteOut;
import io.banyan.e2e.raw.Op;
import io.banyan.e2e.raw.Packet;
import io.banyan.e2e.raw.RawConnection;
import io.banyan.e2e.raw.RawSession;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Runs one script on one server, in a subtree of its own, and leaves the server as it was.
///
/// A step is waited for before the next begins, so that everything that can be observed is
/// determined; but for bursts, in which each client stays in its own area, `$R/p<slot>`.
final class Runner implements Field.Env {

    /// Longer than any pause of a server on a busy machine; only a server that forgets is waited
    /// for.
    private static final Duration REPLY_LIMIT = Duration.ofSeconds(20);

    /// For a server that should hang up.
    private static final Duration END_LIMIT = Duration.ofSeconds(5);

    private final int port;
    private final String root;
    private final Slot[] slots;
    private final List<Long> marks = new ArrayList<>();
    private final List<List<Token>> outcomes = new ArrayList<>();
    private final Set<Long> closeZxids = new HashSet<>();

    private Runner(int port, String root, int slots) {
        this.port = port;
        this.root = root;
        this.slots = new Slot[slots];
        for (int i = 0; i < slots; i++) {
            this.slots[i] = new Slot(i);
        }
    }

    private static final class Slot {
        final int number;
        @Nullable RawConnection connection;
        long sessionId;
        byte[] password = new byte[16];
        long lastHeaderZxid;

        Slot(int number) {
            this.number = number;
        }

        void hangUp() {
            RawConnection open = connection;
            if (open != null) {
                open.close();
            }
            connection = null;
        }
    }

    /// @param root a path with one component that is not in the tree
    static Transcript run(int port, String root, Script script) throws IOException {
        Runner runner = new Runner(port, root, script.slots());
        try (RawSession control = RawSession.connect(port, Differential.SESSION_MILLIS)) {
            control.digest(Differential.SUPER_USER);
            runner.prepare(control);
            try {
                runner.steps(script.steps());
            } finally {
                runner.cleanUp(control);
            }
            control.endSession();
        }
        return new Transcript(runner.outcomes, runner.closeZxids);
    }

    private void prepare(RawSession control) throws IOException {
        expectOk(control.create(root, null), root);
        for (Slot slot : slots) {
            String area = root + "/p" + slot.number;
            expectOk(control.create(area, null), area);
        }
    }

    private static void expectOk(int err, String path) throws IOException {
        if (err != 0) {
            throw new IOException("preparing " + path + ": error " + err);
        }
    }

    private void cleanUp(RawSession control) throws IOException {
        for (Slot slot : slots) {
            endSession(slot, new ArrayList<>());
            slot.hangUp();
        }
        control.deleteTree(root);
        control.deleteTree("/zookeeper/quota" + root);
    }

    private void steps(List<Step> steps) throws IOException {
        int at = 0;
        while (at < steps.size()) {
            if (steps.get(at) instanceof Step.Call(int s, int burst, int x, int o, var b)
                    && burst > 0) {
                List<Step.Call> calls = new ArrayList<>();
                while (at < steps.size()
                        && steps.get(at) instanceof Step.Call call
                        && call.burst() == burst) {
                    calls.add(call);
                    at++;
                }
                burst(calls);
            } else {
                List<Token> outcome = new ArrayList<>();
                outcomes.add(outcome);
                step(steps.get(at), outcome);
                at++;
            }
        }
        List<Token> end = new ArrayList<>();
        for (Slot slot : slots) {
            flush(slot, end);
        }
        outcomes.add(end);
    }

    private void step(Step step, List<Token> outcome) throws IOException {
        Slot slot = slots[step.slot()];
        switch (step) {
            case Step.Connect connect -> connect(slot, connect, outcome);
            case Step.Drop ignored -> {
                flush(slot, outcome);
                slot.hangUp();
            }
            case Step.Call call -> call(slot, call, outcome);
            case Step.Garbage(int s, String hex) -> {
                RawConnection connection = slot.connection;
                if (connection != null) {
                    flush(slot, outcome);
                    connection.sendRaw(HexFormat.of().parseHex(hex));
                    awaitEnd(slot, outcome);
                }
            }
        }
    }

    private void call(Slot slot, Step.Call call, List<Token> outcome) {
        RawConnection connection = slot.connection;
        if (connection == null) {
            outcome.add(text("not connected"));
            return;
        }
        connection.send(request(call));
        if (awaitReply(slot, call, outcome, outcome)) {
            awaitEnd(slot, outcome);
        }
    }

    /// The server is about to hang up: wait for it, so that it does not happen in the midst of
    /// another step. No ping: one that comes before the end may be answered or not.
    private void awaitEnd(Slot slot, List<Token> outcome) {
        long deadlineNanos = System.nanoTime() + END_LIMIT.toNanos();
        RawConnection connection = slot.connection;
        while (connection != null) {
            Duration left = Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
            switch (connection.take(left)) {
                case null -> {
                    outcome.add(text("STAYS OPEN"));
                    return;
                }
                case Packet.Closed() -> {
                    outcome.add(text("CLOSED"));
                    slot.hangUp();
                    return;
                }
                case Packet.Frame(byte[] payload) ->
                        outcome.add(text("MORE " + HexFormat.of().formatHex(payload)));
            }
        }
    }

    private byte[] request(Step.Call call) {
        return new JuteOut()
                .i32(call.xid())
                .i32(call.op())
                .raw(Field.encode(call.body(), this))
                .bytes();
    }

    /// Takes what comes up to the next reply.
    ///
    /// @param foreign takes the events of other clients' areas, which come when they like
    /// @return whether the server should hang up now
    private boolean awaitReply(
            Slot slot, Step.Call call, List<Token> outcome, List<Token> foreign) {
        while (true) {
            RawConnection connection = slot.connection;
            if (connection == null) {
                outcome.add(text("not connected"));
                return false;
            }
            switch (connection.take(REPLY_LIMIT)) {
                case null -> {
                    outcome.add(text("NO REPLY"));
                    slot.hangUp();
                    return false;
                }
                case Packet.Closed() -> {
                    outcome.add(text("CLOSED"));
                    slot.hangUp();
                    return false;
                }
                case Packet.Frame(byte[] payload) -> {
                    if (payload.length < 16) {
                        outcome.add(text("SHORT " + HexFormat.of().formatHex(payload)));
                        return false;
                    }
                    JuteIn in = new JuteIn(payload);
                    int xid = in.i32();
                    long zxid = in.i64();
                    int err = in.i32();
                    if (xid == Op.XID_EVENT) {
                        Token.Event event = Decoder.event(in, zxid);
                        boolean own = event.text().contains(root + "/p" + slot.number);
                        (own ? outcome : foreign).add(event);
                    } else {
                        reply(slot, call, xid, zxid, err, in, outcome);
                        return (err == -6 && zxid == -1)
                                || err == -115
                                || err == -124
                                || call.op() == Op.CLOSE_SESSION;
                    }
                }
            }
        }
    }

    private void reply(
            Slot slot, Step.Call call, int xid, long zxid, int err, JuteIn in, List<Token> to) {
        boolean exact = call.burst() == 0;
        to.add(text("#" + xid + " err " + err));
        to.add(new Token.HeaderZxid(zxid, exact, err == -5 && Op.isWrite(call.op())));
        if (zxid > 0) {
            if (zxid < slot.lastHeaderZxid) {
                to.add(text("HEADER WENT BACK from " + slot.lastHeaderZxid));
            }
            slot.lastHeaderZxid = zxid;
            if (exact) {
                marks.add(zxid);
            }
        }
        byte[] rest = in.rest();
        List<Token> body = List.of();
        if (err == 0) {
            body = Decoder.body(call.op(), rest);
        } else if (rest.length > 0 && call.op() != Op.MULTI_READ) {
            // Known: behind the error of a multiRead Apache sends the results up to there as well.
            body = List.of(text("body " + HexFormat.of().formatHex(rest)));
        }
        for (Token token : body) {
            if (token instanceof Token.Zxid(long seen) && zxid > 0 && seen > zxid) {
                to.add(text("BODY NEWER THAN HEADER"));
            }
        }
        to.addAll(body);
        if (call.op() == Op.CLOSE_SESSION) {
            closeZxids.add(zxid);
        }
    }

    /// Everything that the server had for the connection before now is here afterwards.
    private void flush(Slot slot, List<Token> outcome) {
        RawConnection connection = slot.connection;
        if (connection == null) {
            return;
        }
        connection.send(new JuteOut().i32(Op.XID_PING).i32(Op.PING).bytes());
        Step.Call ping = new Step.Call(slot.number, 0, Op.XID_PING, Op.PING, List.of());
        awaitReply(slot, ping, outcome, outcome);
    }

    private void burst(List<Step.Call> calls) {
        Map<Integer, List<Step.Call>> bySlot = new TreeMap<>();
        for (Step.Call call : calls) {
            bySlot.computeIfAbsent(call.slot(), s -> new ArrayList<>()).add(call);
        }
        bySlot.forEach((slot, own) -> {
            RawConnection connection = slots[slot].connection;
            if (connection != null) {
                JuteOut all = new JuteOut();
                own.forEach(call -> all.buf(request(call)));
                connection.sendRaw(all.bytes());
            }
        });
        Map<Integer, List<List<Token>>> answers = new TreeMap<>();
        Map<Integer, List<Token>> foreign = new TreeMap<>();
        for (Slot slot : slots) {
            List<Token> others = new ArrayList<>();
            List<List<Token>> own = new ArrayList<>();
            for (Step.Call call : bySlot.getOrDefault(slot.number, List.of())) {
                List<Token> outcome = new ArrayList<>();
                awaitReply(slot, call, outcome, others);
                own.add(outcome);
            }
            answers.put(slot.number, own);
            foreign.put(slot.number, others);
        }
        for (Slot slot : slots) {
            // Only now have all changes been made, so only now does a ping bring the last event.
            List<Token> last = new ArrayList<>();
            flushInexact(slot, last);
            for (Token token : last) {
                java.util.Objects.requireNonNull(foreign.get(slot.number)).add(token);
            }
        }
        for (Step.Call call : calls) {
            outcomes.add(java.util.Objects.requireNonNull(answers.get(call.slot())).removeFirst());
        }
        foreign.forEach((slot, events) -> byArea(slot, events, outcomes.getLast()));
    }

    private void flushInexact(Slot slot, List<Token> to) {
        RawConnection connection = slot.connection;
        if (connection != null) {
            connection.send(new JuteOut().i32(Op.XID_PING).i32(Op.PING).bytes());
            Step.Call ping = new Step.Call(slot.number, 1, Op.XID_PING, Op.PING, List.of());
            awaitReply(slot, ping, to, to);
        }
    }

    /// Each area has one writer: its events have one order, but there is none between areas.
    private void byArea(int slot, List<Token> events, List<Token> outcome) {
        Map<String, List<Token>> areas = new TreeMap<>();
        for (Token token : events) {
            String area = "";
            if (token instanceof Token.Event event) {
                int at = event.text().indexOf(root + "/p");
                area = at < 0 ? "other" : event.text().substring(at).replaceAll("(/p\\d+).*", "$1");
            }
            areas.computeIfAbsent(area, a -> new ArrayList<>()).add(token);
        }
        areas.forEach((area, tokens) -> {
            outcome.add(text("s" + slot + " then saw of " + area + ":"));
            outcome.addAll(tokens);
        });
    }

    private void connect(Slot slot, Step.Connect connect, List<Token> outcome) throws IOException {
        switch (connect.how()) {
            case NEW, NEW_OLD_CLIENT, NEW_ODD -> {
                endSession(slot, outcome);
                handshake(slot, connect.how(), newSession(connect), outcome);
            }
            case RESUME -> {
                RawConnection old = slot.connection;
                if (old != null) {
                    flush(slot, outcome);
                }
                slot.connection = null;
                handshake(slot, connect.how(), resumption(slot, connect), outcome);
                if (old != null) {
                    boolean gone = old.take(REPLY_LIMIT) instanceof Packet.Closed;
                    outcome.add(text(gone ? "the old one was closed" : "THE OLD ONE STAYED"));
                    old.close();
                }
            }
            case WRONG_PASSWORD -> {
                if (slot.connection == null) {
                    byte[] wrong = Arrays.copyOf(slot.password, 16);
                    wrong[3]++;
                    refused(
                            slot,
                            request(slot.lastHeaderZxid, connect, slot.sessionId, wrong),
                            outcome);
                }
            }
            case UNKNOWN_SESSION -> {
                if (slot.connection == null) {
                    long id = 0x1234500000000L;
                    refused(slot, request(0, connect, id, RawSession.passwordOf(id)), outcome);
                }
            }
            case ZXID_AHEAD -> {
                if (slot.connection == null) {
                    refused(slot, request(Long.MAX_VALUE, connect, 0, new byte[16]), outcome);
                }
            }
            case CUT -> {
                if (slot.connection == null) {
                    byte[] whole = newSession(connect);
                    refused(slot, Arrays.copyOf(whole, 20), outcome);
                }
            }
        }
    }

    private static byte[] newSession(Step.Connect connect) {
        JuteOut out = new JuteOut();
        boolean odd = connect.how() == Step.Handshake.NEW_ODD;
        out.i32(odd ? 77 : 0).i64(0).i32(connect.timeoutMillis()).i64(0);
        out.buf(odd ? null : new byte[16]);
        if (connect.how() != Step.Handshake.NEW_OLD_CLIENT) {
            out.bool(false);
        }
        if (odd) {
            out.i32(12345);
        }
        return out.bytes();
    }

    private static byte[] resumption(Slot slot, Step.Connect connect) {
        return request(slot.lastHeaderZxid, connect, slot.sessionId, slot.password);
    }

    private static byte[] request(long zxid, Step.Connect connect, long id, byte[] password) {
        return RawSession.connectRequest(zxid, connect.timeoutMillis(), id, password);
    }

    private void handshake(Slot slot, Step.Handshake how, byte[] request, List<Token> outcome)
            throws IOException {
        RawConnection connection = RawConnection.open(port);
        connection.send(request);
        Packet packet = connection.take(REPLY_LIMIT);
        if (!(packet instanceof Packet.Frame(byte[] payload))) {
            outcome.add(text(packet == null ? "NO REPLY" : "CLOSED"));
            connection.close();
            return;
        }
        outcome.addAll(Decoder.connectResponse(payload));
        JuteIn in = new JuteIn(payload);
        in.i32();
        if (in.i32() <= 0) {
            boolean gone = connection.take(REPLY_LIMIT) instanceof Packet.Closed;
            outcome.add(text(gone ? "and closed" : "AND NOT CLOSED"));
            connection.close();
            slot.sessionId = 0;
            return;
        }
        slot.sessionId = in.i64();
        byte[] password = in.buf();
        slot.password = password == null ? new byte[16] : password;
        slot.connection = connection;
        if (how != Step.Handshake.RESUME) {
            slot.lastHeaderZxid = 0;
        }
    }

    /// A handshake that must fail, on a connection that is nobody's.
    private void refused(Slot slot, byte[] request, List<Token> outcome) throws IOException {
        try (RawConnection connection = RawConnection.open(port)) {
            connection.send(request);
            Packet packet = connection.take(REPLY_LIMIT);
            if (packet instanceof Packet.Frame(byte[] payload)) {
                outcome.addAll(Decoder.connectResponse(payload));
                packet = connection.take(REPLY_LIMIT);
            }
            outcome.add(
                    text(
                            switch (packet) {
                                case null -> "NO REPLY on s" + slot.number;
                                case Packet.Closed() -> "CLOSED";
                                case Packet.Frame(byte[] more) -> "MORE";
                            }));
        }
    }

    /// Ends the slot's session, so that it cannot expire in the midst of another script.
    private void endSession(Slot slot, List<Token> outcome) throws IOException {
        if (slot.sessionId == 0) {
            slot.hangUp();
            return;
        }
        if (slot.connection == null) {
            Step.Connect again =
                    new Step.Connect(
                            slot.number, Step.Handshake.RESUME, Differential.SESSION_MILLIS);
            handshake(slot, Step.Handshake.RESUME, resumption(slot, again), new ArrayList<>());
        }
        if (slot.connection != null) {
            Step.Call close = new Step.Call(slot.number, 0, 0, Op.CLOSE_SESSION, List.of());
            call(slot, close, outcome);
        }
        slot.hangUp();
        slot.sessionId = 0;
    }

    @Override
    public String root() {
        return root;
    }

    @Override
    public long mark(int back) {
        int at = marks.size() - 1 - back;
        return at < 0 ? 0 : marks.get(at);
    }
}
