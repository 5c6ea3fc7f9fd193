package io.banyan.e2e.ensemble;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.banyan.e2e.raw.JuteOut;
import io.banyan.e2e.raw.Op;
import io.banyan.e2e.raw.RawSession;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A client that must notice nothing but reconnections: it counts in a znode of its own, reads what
/// it wrote, and holds an ephemeral. Runs on a thread of its own until it is told to stop.
final class SteadyClient implements Runnable {
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final Duration REPLY_LIMIT = Duration.ofSeconds(8);
    private static final long THINK_NANOS = 2_000_000;
    private static final long RETRY_NANOS = 20_000_000;

    private final List<InetSocketAddress> servers;
    private final String node;
    private final String ephemeral;
    private int next;

    /// The count after the last reconnection.
    private long found;

    private volatile boolean stopping;
    private volatile @Nullable Exception failure;
    private volatile long acknowledged;
    private final AtomicInteger reconnects = new AtomicInteger();
    private volatile long longestGapNanos;

    SteadyClient(List<InetSocketAddress> servers, int number) {
        this.servers = servers;
        this.node = "/steady" + number;
        this.ephemeral = "/here" + number;
        this.next = number;
    }

    @Override
    public void run() {
        try (RawSession first = begin()) {
            RawSession session = first;
            long lastNanos = System.nanoTime();
            while (!stopping) {
                long count = acknowledged + 1;
                try {
                    set(session, count);
                    acknowledged = count;
                    long now = System.nanoTime();
                    longestGapNanos = Math.max(longestGapNanos, now - lastNanos);
                    lastNanos = now;
                    expect(count, read(session), "a read of what was just written");
                    LockSupport.parkNanos(THINK_NANOS);
                } catch (IOException lost) {
                    session = resume(session);
                    // What was not answered may have happened or not.
                    if (found != count) {
                        expect(acknowledged, found, "what was acknowledged");
                    }
                    acknowledged = found;
                }
            }
            if (session.call(Op.EXISTS, new JuteOut().str(ephemeral).bool(false)).err() != 0) {
                throw new IllegalStateException(ephemeral + " is gone, its session lives");
            }
            session.endSession();
        } catch (IOException | RuntimeException e) {
            failure = e;
        }
    }

    private RawSession begin() throws IOException {
        RawSession session = RawSession.connect(server(), TIMEOUT_MILLIS, REPLY_LIMIT);
        session.create(node, "0".getBytes(UTF_8));
        session.create(ephemeral, new byte[0], 1);
        return session;
    }

    private InetSocketAddress server() {
        return servers.get(next++ % servers.size());
    }

    /// Goes from server to server until one lets the session in and answers: one that is about to
    /// lose its leader lets it in, and closes it again.
    private RawSession resume(RawSession before) throws IOException {
        before.close();
        long deadline = System.nanoTime() + TIMEOUT_MILLIS * 1_000_000L * 2;
        while (System.nanoTime() < deadline) {
            try {
                Optional<RawSession> resumed = RawSession.resume(server(), before, REPLY_LIMIT);
                if (resumed.isEmpty()) {
                    throw new IllegalStateException("the session expired");
                }
                reconnects.incrementAndGet();
                RawSession session = resumed.get();
                try {
                    found = read(session);
                    return session;
                } catch (IOException closedAgain) {
                    session.close();
                    throw closedAgain;
                }
            } catch (IOException notThere) {
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
        throw new IOException("no server lets the session in");
    }

    private void set(RawSession session, long count) throws IOException {
        RawSession.Reply reply =
                session.call(
                        Op.SET_DATA,
                        new JuteOut().str(node).buf(Long.toString(count).getBytes(UTF_8)).i32(-1));
        expect(0, reply.err(), "error of setData");
    }

    private long read(RawSession session) throws IOException {
        RawSession.Reply reply = session.getData(node, false);
        expect(0, reply.err(), "error of getData");
        byte[] data = reply.body().buf();
        return Long.parseLong(new String(data == null ? new byte[0] : data, UTF_8));
    }

    private static void expect(long wanted, long found, String what) {
        if (wanted != found) {
            throw new IllegalStateException(what + " is " + found + ", not " + wanted);
        }
    }

    void stop() {
        stopping = true;
    }

    /// Null if all went well.
    @Nullable Exception failure() {
        return failure;
    }

    long acknowledged() {
        return acknowledged;
    }

    int reconnects() {
        return reconnects.get();
    }

    long longestGapMillis() {
        return longestGapNanos / 1_000_000;
    }
}
