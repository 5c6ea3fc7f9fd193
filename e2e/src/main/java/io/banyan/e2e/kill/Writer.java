package io.banyan.e2e.kill;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.e2e.raw.JuteIn;
import io.banyan.e2e.raw.JuteOut;
import io.banyan.e2e.raw.Op;
import io.banyan.e2e.raw.RawSession;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// One connection that writes as fast as its window allows, and the model of what it wrote.
///
/// [#load] runs in a thread of its own until the server dies; everything else is called when no
/// load runs.
final class Writer {

    /// Requests in flight.
    private static final int WINDOW = 64;

    /// Nodes a writer keeps; more are deleted again, so that a thousand rounds stay small.
    private static final int NODES_MAX = 300;

    /// A write that was sent.
    private sealed interface Write {
        record Create(String name, String data) implements Write {}

        record Delete(String name) implements Write {}

        record Count(String data) implements Write {}

        /// Both or neither.
        record Both(String name, String data, String counter) implements Write {}
    }

    private final String home;
    private final Random random;
    private final Map<String, String> nodes = new TreeMap<>();
    private String counter = "";
    private int counterVersion;
    private int nextNumber;
    private final List<Write> unanswered = new ArrayList<>();
    private long acked;

    Writer(int number, Random random) {
        this.home = "/w" + number;
        this.random = random;
    }

    /// Makes the writer's own node, once in its life.
    void begin(int port) throws IOException {
        try (RawSession session = RawSession.connect(port, 10_000)) {
            int err = session.create(home, new byte[0]);
            if (err != 0) {
                throw new IOException("create " + home + ": error " + err);
            }
            session.endSession();
        }
    }

    /// Writes until the connection is lost. What was acknowledged is in the model afterwards, what
    /// was not is remembered as possible.
    void load(int port) {
        unanswered.clear();
        ArrayDeque<Write> inFlight = new ArrayDeque<>();
        Map<String, String> planned = new TreeMap<>(nodes);
        try (RawSession session = RawSession.connect(port, 10_000)) {
            while (true) {
                while (inFlight.size() < WINDOW) {
                    Write write = plan(planned);
                    inFlight.add(write);
                    send(session, write);
                }
                RawSession.Reply reply = session.take();
                Write done = inFlight.removeFirst();
                checkAcknowledged(reply, done);
                apply(done);
                acked++;
            }
        } catch (RawSession.Lost lost) {
            // The server was killed, which is what we are here for.
            unanswered.addAll(inFlight);
        } catch (IOException e) {
            // Nobody listens any more: killed before we connected.
            unanswered.addAll(inFlight);
        }
    }

    private static void checkAcknowledged(RawSession.Reply reply, Write write) {
        if (reply.err() != 0) {
            throw new IllegalStateException(write + " was refused: error " + reply.err());
        }
    }

    private Write plan(Map<String, String> planned) {
        int number = nextNumber++;
        int die = random.nextInt(10);
        if (die < 2) {
            return new Write.Count("c" + number);
        }
        if ((die < 5 && planned.size() > NODES_MAX / 2) || planned.size() > NODES_MAX) {
            String victim = planned.keySet().iterator().next();
            planned.remove(victim);
            return new Write.Delete(victim);
        }
        String name = String.format(java.util.Locale.ROOT, "n%09d", number);
        String data = "d" + number + "x".repeat(random.nextInt(200));
        planned.put(name, data);
        return die < 7 ? new Write.Both(name, data, "b" + number) : new Write.Create(name, data);
    }

    private void send(RawSession session, Write write) {
        switch (write) {
            case Write.Create(String name, String data) ->
                    session.send(Op.CREATE, create(name, data).bytes());
            case Write.Delete(String name) ->
                    session.send(Op.DELETE, new JuteOut().str(home + "/" + name).i32(-1).bytes());
            case Write.Count(String data) -> session.send(Op.SET_DATA, count(data).bytes());
            case Write.Both(String name, String data, String counterData) ->
                    session.send(
                            Op.MULTI,
                            new JuteOut()
                                    .i32(Op.CREATE)
                                    .bool(false)
                                    .i32(-1)
                                    .raw(create(name, data).bytes())
                                    .i32(Op.SET_DATA)
                                    .bool(false)
                                    .i32(-1)
                                    .raw(count(counterData).bytes())
                                    .i32(-1)
                                    .bool(true)
                                    .i32(-1)
                                    .bytes());
        }
    }

    private JuteOut create(String name, String data) {
        return new JuteOut().str(home + "/" + name).buf(data.getBytes(UTF_8)).openAcl().i32(0);
    }

    private JuteOut count(String data) {
        return new JuteOut().str(home).buf(data.getBytes(UTF_8)).i32(-1);
    }

    private void apply(Write write) {
        switch (write) {
            case Write.Create(String name, String data) -> nodes.put(name, data);
            case Write.Delete(String name) -> nodes.remove(name);
            case Write.Count(String data) -> count(data, 1);
            case Write.Both(String name, String data, String counterData) -> {
                nodes.put(name, data);
                count(counterData, 1);
            }
        }
    }

    private void count(String data, int times) {
        counter = data;
        counterVersion += times;
    }

    /// What is found after a restart.
    record Verdict(boolean right, int ambiguousPresent, String why) {}

    /// Compares the tree with the model, moved on by as many of the unanswered writes as it takes.
    Verdict check(int port) throws IOException {
        Map<String, String> actual = new TreeMap<>();
        String actualCounter;
        int actualVersion;
        try (RawSession session = RawSession.connect(port, 10_000)) {
            RawSession.Reply own = session.getData(home, false);
            if (own.err() != 0) {
                return new Verdict(false, 0, home + " is gone: error " + own.err());
            }
            byte[] data = own.body().buf();
            actualCounter = new String(data == null ? new byte[0] : data, UTF_8);
            actualVersion = statVersion(own.body());
            List<String> names = session.children(home);
            for (String name : names) {
                session.send(Op.GET_DATA, new JuteOut().str(home + "/" + name).bool(false).bytes());
            }
            for (String name : names) {
                byte[] bytes = session.take().body().buf();
                actual.put(name, new String(bytes == null ? new byte[0] : bytes, UTF_8));
            }
            session.endSession();
        }
        int used = 0;
        while (!(nodes.equals(actual)
                && counter.equals(actualCounter)
                && counterVersion == actualVersion)) {
            if (used == unanswered.size()) {
                return new Verdict(false, used, difference(actual, actualCounter, actualVersion));
            }
            apply(unanswered.get(used++));
        }
        unanswered.clear();
        return new Verdict(true, used, "");
    }

    private static int statVersion(JuteIn stat) {
        stat.i64();
        stat.i64();
        stat.i64();
        stat.i64();
        return stat.i32();
    }

    private String difference(Map<String, String> actual, String data, int version) {
        Map<String, String> missing = new HashMap<>(nodes);
        missing.keySet().removeAll(actual.keySet());
        Map<String, String> extra = new HashMap<>(actual);
        extra.keySet().removeAll(nodes.keySet());
        return home
                + " fits no beginning of what was sent: with all of it, missing "
                + missing.keySet()
                + ", too much "
                + extra.keySet()
                + ", counter "
                + counter
                + " version "
                + counterVersion
                + " but found "
                + data
                + " version "
                + version;
    }

    long acked() {
        return acked;
    }
}
