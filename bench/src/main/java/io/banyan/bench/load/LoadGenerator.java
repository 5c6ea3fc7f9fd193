package io.banyan.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/// Sessions with one or more servers, and the one thread that presses them: the caller's.
///
/// Not for use by several threads. Every method that talks to a server throws IOException if the
/// server closes a connection, refuses a session, answers out of order or falls silent for {@value
/// #SILENCE_SECONDS_MAX} seconds; the generator is then of no more use.
public final class LoadGenerator implements AutoCloseable {
    static final long SILENCE_SECONDS_MAX = 60;

    static final long GOODBYE_MILLIS_MAX = 2_000;

    /// Sessions being opened at the same time: below the backlog of 50 that ZooKeeper listens with.
    private static final int HANDSHAKES_MAX = 32;

    private static final int SESSION_TIMEOUT_MILLIS = 40_000;
    private static final int BUFFER_BYTES = 1 << 18;
    private static final int HEADER_BYTES = 16;
    private static final int NOTIFICATION_XID = -1;

    /// Latencies from 0.1 us to a minute, to three digits.
    private static final long LATENCY_NANOS_MIN = 100;

    private static final long LATENCY_NANOS_MAX = 60_000_000_000L;

    /// How long the open loop rests when there is nothing to send or to read. Short against any
    /// latency that matters, long enough to leave the processor to the server.
    private static final long REST_NANOS = 20_000;

    private final Selector selector;
    private final Connection[] connections;
    private final Consumer<SelectionKey> onReady = this::onReady;
    private ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private ByteBuffer out = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private int handshakes;
    private long rng = 88172645463325252L;
    private long lastReplyNanos;

    // Of the run under way.
    private Requests requests = new Requests(new Work.Ping());
    private Plan plan = Plan.exactly(1, 1);
    private boolean issuing;
    private int issued;
    private int replies;
    private long recordFromNanos;
    private long recordUntilNanos;
    private Histogram reads = newHistogram();
    private Histogram writes = newHistogram();
    private long errors;
    private String firstError = "";

    // Of the watches under way.
    private int notified;
    private long lastNotifiedNanos;

    private LoadGenerator(int connectionCount) throws IOException {
        this.selector = Selector.open();
        this.connections = new Connection[connectionCount];
    }

    /// Opens `connectionCount` new sessions, spread over the servers in turn, and waits until all
    /// are accepted.
    public static LoadGenerator connect(List<InetSocketAddress> servers, int connectionCount)
            throws IOException {
        if (servers.isEmpty() || connectionCount < 1) {
            throw new IllegalArgumentException(
                    connectionCount + " connections to " + servers.size() + " servers");
        }
        var generator = new LoadGenerator(connectionCount);
        try {
            byte[] handshake = RequestFrame.connect(SESSION_TIMEOUT_MILLIS);
            generator.lastReplyNanos = System.nanoTime();
            for (int i = 0; i < connectionCount; i++) {
                while (generator.handshakes >= HANDSHAKES_MAX) {
                    generator.await();
                }
                var server = servers.get(i % servers.size());
                generator.connections[i] = new Connection(i, server, generator.selector, handshake);
                generator.handshakes++;
            }
            while (generator.handshakes > 0) {
                generator.await();
            }
            return generator;
        } catch (IOException | RuntimeException e) {
            generator.abandon();
            throw e;
        }
    }

    /// Runs until the plan is fulfilled and everything sent is answered.
    public Measured run(Work work, Plan plan) throws IOException {
        return run(work, plan, () -> {}, () -> {});
    }

    /// As {@link #run(Work, Plan)}; calls `begin` when the warm-up is over and `end` when the
    /// measured time is, both on this thread: they must be quick.
    public Measured run(Work work, Plan plan, Runnable begin, Runnable end) throws IOException {
        this.requests = new Requests(work);
        this.plan = plan;
        this.issued = 0;
        this.replies = 0;
        this.reads = newHistogram();
        this.writes = newHistogram();
        this.errors = 0;
        this.firstError = "";
        this.issuing = true;
        boolean paced = plan.ratePerSecond() > 0;
        for (Connection c : connections) {
            c.reserve(paced ? Plan.DEPTH_MAX : plan.depth());
        }
        try {
            return paced ? openLoop(begin, end) : closedLoop(begin, end);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /// Sets a watch on one znode from every session, changes the znode once from the first one, and
    /// waits until every session has its event.
    ///
    /// @return nanoseconds from sending the change to reading the last event
    public long fanOut(String path) throws IOException {
        run(new Work.Watch(path), Plan.exactly(connections.length, 1));
        notified = 0;
        long start = System.nanoTime();
        requests = new Requests(new Work.SetPath(path, 1));
        issued = 0;
        plan = Plan.exactly(1, 1);
        issuing = true;
        try {
            issue(connections[0], 1, start);
            issuing = false;
            lastReplyNanos = start;
            while (notified < connections.length || connections[0].inFlight() > 0) {
                await();
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return lastNotifiedNanos - start;
    }

    /// Asks for the end of all sessions, waits until the server has closed their connections,
    /// though not longer than {@value #GOODBYE_MILLIS_MAX} ms, and closes.
    @Override
    public void close() throws IOException {
        var goodbye = RequestFrame.closeSession();
        try {
            lastReplyNanos = System.nanoTime();
            for (Connection c : connections) {
                c.reserve(1);
                c.closing = true;
                out.clear();
                goodbye.put(out, c.begin(lastReplyNanos, true), 0);
                c.write(out);
            }
            long deadline = lastReplyNanos + GOODBYE_MILLIS_MAX * 1_000_000;
            for (Connection c : connections) {
                while (c.open && System.nanoTime() < deadline) {
                    await();
                }
            }
        } finally {
            abandon();
        }
    }

    /// Closes the connections and leaves the sessions to the server.
    public void abandon() throws IOException {
        for (Connection c : connections) {
            if (c != null) {
                c.close();
            }
        }
        selector.close();
    }

    private Measured closedLoop(Runnable begin, Runnable end) throws IOException {
        long start = System.nanoTime();
        boolean bounded = plan.limit() > 0;
        recordFromNanos = start + plan.warmMillis() * 1_000_000;
        recordUntilNanos =
                bounded ? Long.MAX_VALUE : recordFromNanos + plan.measureMillis() * 1_000_000;
        boolean begun = false;
        lastReplyNanos = start;
        for (Connection c : connections) {
            issue(c, plan.depth(), start);
        }
        // A limited run may be all sent already.
        issuing = !bounded || issued < plan.limit();
        while (issuing) {
            selector.select(onReady, 100);
            long now = System.nanoTime();
            if (!begun && now >= recordFromNanos) {
                begun = true;
                begin.run();
            }
            issuing = bounded ? issued < plan.limit() : now < recordUntilNanos;
            checkSilence(now);
        }
        // With a limit the last replies belong to the work; without, they are after the end.
        if (!bounded) {
            end.run();
        }
        drain();
        if (bounded) {
            end.run();
        }
        long until = bounded ? lastReplyNanos : recordUntilNanos;
        return measured(until - recordFromNanos);
    }

    private Measured openLoop(Runnable begin, Runnable end) throws IOException {
        long start = System.nanoTime();
        double burstNanos = plan.depth() * 1e9 / plan.ratePerSecond();
        recordFromNanos = start + plan.warmMillis() * 1_000_000;
        recordUntilNanos = recordFromNanos + plan.measureMillis() * 1_000_000;
        boolean begun = false;
        long burst = 0;
        lastReplyNanos = start;
        while (true) {
            long now = System.nanoTime();
            if (!begun && now >= recordFromNanos) {
                begun = true;
                begin.run();
            }
            long due = start + (long) (burst * burstNanos);
            if (due >= recordUntilNanos) {
                break;
            }
            boolean idle = true;
            Connection c = connections[(int) (burst % connections.length)];
            // A connection full of unanswered requests makes the later ones wait, on the clock.
            if (due <= now && c.inFlight() + plan.depth() <= Plan.DEPTH_MAX) {
                issue(c, plan.depth(), due);
                burst++;
                idle = false;
            }
            if (selector.selectNow(onReady) == 0 && idle) {
                LockSupport.parkNanos(REST_NANOS);
            }
            checkSilence(now);
        }
        issuing = false;
        end.run();
        drain();
        return measured(Math.max(recordUntilNanos, lastReplyNanos) - recordFromNanos);
    }

    private Measured measured(long nanos) {
        return new Measured(reads, writes, nanos, errors, firstError, issued);
    }

    private void drain() throws IOException {
        lastReplyNanos = Math.max(lastReplyNanos, System.nanoTime() - 1_000_000);
        while (replies < issued) {
            await();
        }
    }

    private void await() throws IOException {
        try {
            selector.select(onReady, 100);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        checkSilence(System.nanoTime());
    }

    private void checkSilence(long now) throws IOException {
        if (now - lastReplyNanos > SILENCE_SECONDS_MAX * 1_000_000_000) {
            throw new IOException(
                    "the server has answered nothing for " + SILENCE_SECONDS_MAX + " s");
        }
    }

    /// Sends `count` more requests, fewer if the plan's limit is reached.
    private void issue(Connection c, int count, long nanos) throws IOException {
        int some = plan.limit() > 0 ? Math.min(count, plan.limit() - issued) : count;
        if (some <= 0) {
            return;
        }
        int neededBytes = some * requests.lengthBytesMax();
        if (out.capacity() < neededBytes) {
            out = ByteBuffer.allocateDirect(neededBytes);
        }
        out.clear();
        for (int i = 0; i < some; i++) {
            boolean write = requests.nextIsWrite(random());
            int xid = c.begin(nanos, write);
            requests.put(out, xid, write, random());
        }
        issued += some;
        c.write(out);
    }

    private int random() {
        rng ^= rng << 13;
        rng ^= rng >>> 7;
        rng ^= rng << 17;
        return (int) (rng >>> 33);
    }

    private void onReady(SelectionKey key) {
        var c = (Connection) key.attachment();
        try {
            if (key.isWritable()) {
                c.onWritable();
            }
            if (key.isReadable()) {
                onReadable(c);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void onReadable(Connection c) throws IOException {
        boolean more = c.read(in);
        long now = System.nanoTime();
        lastReplyNanos = now;
        int end = in.position();
        int at = 0;
        while (end - at >= 4) {
            int length = in.getInt(at);
            if (length > end - at - 4) {
                break;
            }
            if (c.open) {
                onReply(c, at + 4, length, now);
            } else {
                onHandshake(c, at + 4, length);
            }
            at += 4 + length;
        }
        if (at < end) {
            keepUnread(c, at, end);
        }
        if (!more) {
            onEnd(c);
        } else if (issuing && plan.ratePerSecond() == 0) {
            issue(c, plan.depth() - c.inFlight(), System.nanoTime());
        }
    }

    private void onEnd(Connection c) throws IOException {
        if (!c.closing) {
            throw new IOException(
                    "the server closed connection "
                            + c.index
                            + (c.open ? "" : " instead of accepting a session"));
        }
        c.open = false;
        c.close();
    }

    private void keepUnread(Connection c, int at, int end) throws IOException {
        c.keepUnread(in, at, end);
        if (end - at < 4) {
            return;
        }
        int length = in.getInt(at);
        if (length < 0) {
            throw new IOException("a frame of length " + length);
        }
        if (length + 4 > in.capacity()) {
            in = ByteBuffer.allocateDirect(length + 4 + BUFFER_BYTES);
        }
    }

    private void onHandshake(Connection c, int at, int length) throws IOException {
        if (length < 36) {
            throw new IOException("a session reply of " + length + " bytes");
        }
        if (in.getInt(at + 4) == 0) {
            throw new IOException("the server refused a new session");
        }
        c.open = true;
        handshakes--;
    }

    private void onReply(Connection c, int at, int length, long now) throws IOException {
        if (length < HEADER_BYTES) {
            throw new IOException("a reply of " + length + " bytes");
        }
        int xid = in.getInt(at);
        if (xid == NOTIFICATION_XID) {
            notified++;
            lastNotifiedNanos = now;
            return;
        }
        int oldest = c.answered();
        if (xid != requests.replyXid(oldest) && !c.closing) {
            throw new IOException("reply " + xid + " where " + oldest + " was next");
        }
        replies++;
        int error = in.getInt(at + 12);
        if (error != 0 && error != plan.expectedError() && errors++ == 0) {
            firstError = "error " + error + " on connection " + c.index;
        }
        long sent = c.sentNanos(oldest);
        long counted = plan.ratePerSecond() > 0 ? sent : now;
        if (counted >= recordFromNanos && counted < recordUntilNanos) {
            Histogram histogram = (sent & 1) == 0 ? reads : writes;
            histogram.recordValue(Math.clamp(now - sent, 0, LATENCY_NANOS_MAX));
        }
    }

    private static Histogram newHistogram() {
        return new Histogram(LATENCY_NANOS_MIN, LATENCY_NANOS_MAX, 3);
    }
}
