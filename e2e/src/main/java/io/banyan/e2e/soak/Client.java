package io.banyan.e2e.soak;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.e2e.raw.JuteIn;
import io.banyan.e2e.raw.JuteOut;
import io.banyan.e2e.raw.Op;
import io.banyan.e2e.raw.RawSession;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One client: writes and reads a few znodes through any server, comes back after each loss with
/// its session and its watches, and keeps an ephemeral node as long as its session lives.
final class Client extends Thread {
    static final String ROOT = "/soak";
    static final String EPHEMERALS = ROOT + "/e";
    private static final String KEY_PREFIX = ROOT + "/k";
    static final int SESSION_MILLIS = 6_000;

    /// A server that is stopped or cut off does not answer; then the client goes elsewhere.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final int NO_NODE = -101;
    private static final int EVENT_DATA_CHANGED = 3;

    private final int number;
    private final List<InetSocketAddress> servers;
    private final int keys;
    private final int thinkMicros;
    private final Random random;
    private final Progress progress;
    private final History history = new History();

    /// The watches that are set.
    private final Map<Integer, Sight> watched = new TreeMap<>();

    private @Nullable RawSession session;
    private boolean hasEphemeral;
    private long nextValue;
    private int eventsTaken;
    private volatile boolean stopping;

    Client(
            int number,
            List<InetSocketAddress> servers,
            int keys,
            int thinkMicros,
            long seed,
            Progress progress) {
        super("soak-client-" + number);
        this.number = number;
        this.servers = servers;
        this.keys = keys;
        this.thinkMicros = thinkMicros;
        this.random = new Random(seed);
        this.progress = progress;
    }

    static String key(int number) {
        return KEY_PREFIX + number;
    }

    /// To be read once the thread has ended.
    History history() {
        return history;
    }

    void finish() {
        stopping = true;
    }

    @Override
    public void run() {
        RawSession connected = null;
        while (!stopping) {
            try {
                if (connected == null) {
                    connected = connect();
                    continue;
                }
                operate(connected);
                think();
            } catch (IOException e) {
                // A lost connection is what this client is for.
                if (connected != null) {
                    connected.close();
                    connected = null;
                }
                history.reconnects++;
                LockSupport.parkNanos(Duration.ofMillis(10 + random.nextInt(90)).toNanos());
            }
        }
        if (connected != null) {
            connected.close();
        }
        history.sights.addAll(watched.values());
    }

    private void think() {
        LockSupport.parkNanos((long) (random.nextDouble() * 2 * thinkMicros * 1_000));
    }

    // ---- the session

    private RawSession connect() throws IOException {
        InetSocketAddress server = servers.get(random.nextInt(servers.size()));
        RawSession before = session;
        if (before == null) {
            RawSession fresh = RawSession.connect(server, SESSION_MILLIS, PATIENCE);
            session = fresh;
            eventsTaken = 0;
            return fresh;
        }
        Optional<RawSession> resumed = RawSession.resume(server, before, PATIENCE);
        if (resumed.isEmpty()) {
            history.expired++;
            history.sights.addAll(watched.values());
            watched.clear();
            hasEphemeral = false;
            session = null;
            throw new IOException("the session is over");
        }
        RawSession same = resumed.get();
        session = same;
        eventsTaken = 0;
        setWatchesAgain(same, before.lastZxid());
        return same;
    }

    private void setWatchesAgain(RawSession on, long lastZxid) throws IOException {
        if (watched.isEmpty()) {
            return;
        }
        var paths = new ArrayList<String>();
        watched.keySet().forEach(key -> paths.add(key(key)));
        on.call(
                Op.SET_WATCHES,
                new JuteOut().i64(lastZxid).strings(paths).strings(List.of()).strings(List.of()));
        look(on);
    }

    /// Takes note of the events that came with the last answer, and of the watches that it left
    /// quiet.
    private void look(RawSession on) {
        List<RawSession.Event> events = on.events();
        while (eventsTaken < events.size()) {
            RawSession.Event event = events.get(eventsTaken++);
            if (event.type() == EVENT_DATA_CHANGED) {
                Sight fired = watched.remove(keyOf(event.path()));
                if (fired != null) {
                    history.sights.add(fired);
                }
            }
        }
        watched.replaceAll((key, sight) -> sight.stillQuietAt(on.lastZxid()));
    }

    private static int keyOf(String path) {
        return Integer.parseInt(path.substring(KEY_PREFIX.length()));
    }

    // ---- what it does

    private void operate(RawSession on) throws IOException {
        int die = random.nextInt(100);
        int key = random.nextInt(keys);
        if (die < 30) {
            write(on, key, Operation.ANY);
        } else if (die < 45) {
            write(on, key, read(on, key, false, false));
        } else if (die < 75) {
            read(on, key, false, false);
        } else if (die < 85) {
            read(on, key, true, false);
        } else if (die < 92) {
            read(on, key, false, true);
        } else {
            keepEphemeral(on);
        }
    }

    /// @param expected version, or [Operation#ANY]
    private void write(RawSession on, int key, int expected) throws IOException {
        long value = ((long) number << 40) | ++nextValue;
        long invoked = System.nanoTime();
        RawSession.Reply reply;
        try {
            reply =
                    on.call(
                            Op.SET_DATA,
                            new JuteOut()
                                    .str(key(key))
                                    .buf(Long.toString(value).getBytes(UTF_8))
                                    .i32(expected));
        } catch (IOException e) {
            history.operations.add(
                    write(on, key, value, invoked, Operation.NEVER, 0, 0, 0, expected));
            progress.unanswered();
            throw e;
        }
        long returned = System.nanoTime();
        int version = reply.err() == 0 ? stat(reply.body()).version : 0;
        history.operations.add(
                write(
                        on,
                        key,
                        value,
                        invoked,
                        returned,
                        reply.err(),
                        reply.zxid(),
                        version,
                        expected));
        if (reply.err() == 0) {
            progress.acknowledged(returned);
        }
        look(on);
    }

    private Operation write(
            RawSession on,
            int key,
            long value,
            long invoked,
            long returned,
            int err,
            long zxid,
            int version,
            int expected) {
        return new Operation(
                Operation.Kind.WRITE,
                number,
                on.id(),
                key,
                value,
                invoked,
                returned,
                err,
                zxid,
                zxid,
                version,
                expected,
                Operation.NEVER);
    }

    /// @return the version it shows
    private int read(RawSession on, int key, boolean watch, boolean sync) throws IOException {
        long synced = Operation.NEVER;
        if (sync) {
            synced = System.nanoTime();
            on.call(Op.SYNC, new JuteOut().str(key(key)));
            look(on);
        }
        long invoked = System.nanoTime();
        RawSession.Reply reply = on.getData(key(key), watch);
        Operation read = readResult(number, on.id(), key, reply, invoked, synced);
        history.operations.add(read);
        progress.read();
        look(on);
        if (watch && reply.err() == 0) {
            watched.putIfAbsent(key, new Sight(number, on.id(), key, reply.zxid(), reply.zxid()));
        }
        return read.version();
    }

    static Operation readResult(
            int client, long session, int key, RawSession.Reply reply, long invoked, long synced) {
        long value = 0;
        Stat stat = new Stat(0, 0);
        if (reply.err() == 0) {
            byte[] data = reply.body().buf();
            value = data == null || data.length == 0 ? 0 : Long.parseLong(new String(data, UTF_8));
            stat = stat(reply.body());
        }
        return new Operation(
                Operation.Kind.READ,
                client,
                session,
                key,
                value,
                invoked,
                System.nanoTime(),
                reply.err(),
                reply.zxid(),
                stat.mzxid,
                stat.version,
                Operation.ANY,
                synced);
    }

    private record Stat(long mzxid, int version) {}

    private static Stat stat(JuteIn in) {
        in.i64();
        long mzxid = in.i64();
        in.i64();
        in.i64();
        return new Stat(mzxid, in.i32());
    }

    /// The node is there exactly as long as the session.
    private void keepEphemeral(RawSession on) throws IOException {
        String path = EPHEMERALS + "/" + Long.toHexString(on.id());
        if (hasEphemeral) {
            int err = on.call(Op.EXISTS, new JuteOut().str(path).bool(false)).err();
            if (err == NO_NODE) {
                history.broken.add("an ephemeral is gone while its session lives: " + path);
                hasEphemeral = false;
            }
        } else {
            // Made before, without an answer, is as good.
            on.create(path, new byte[0], 1);
            hasEphemeral = on.call(Op.EXISTS, new JuteOut().str(path).bool(false)).err() == 0;
        }
        look(on);
    }
}
