package io.banyan.server.peer;

import io.banyan.replica.Load;
import io.banyan.replica.PeerCodec;
import io.banyan.server.operate.MemberFacts;
import io.banyan.tree.State;
import io.banyan.wire.JuteWriter;
import io.banyan.zab.Message;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One connection on the quorum port, from the moment it is wanted until nothing is heard of it any
/// more. Thread-safe.
///
/// What is sent waits in a queue; the writer takes all there is and flushes once. The queue may
/// hold much while an image is on its way, but not without end: a learner for whom more waits than
/// {@link PeerSettings#unsentBytesMax} would take the leader's memory, and is cut off. For an
/// observer of a follower there is a second bound, for what was committed since it came.
final class QuorumLink {
    private static final int CHUNK_BYTES = 64 * 1024;

    /// How long what was sent before a hang-up may take to get out.
    private static final long LINGER_MILLIS = 2_000;

    /// For a message without a payload.
    private static final int MESSAGE_BYTES = 64;

    /// Told of each batch that the writer took, on its thread.
    interface Taken {
        /// @param waitedNanos how long the oldest of them waited
        void batch(int packets, long waitedNanos);
    }

    /// What can wait for the writer.
    private sealed interface Outgoing {
        record Packet(Message message) implements Outgoing {}

        record Image(long zxid, State state) implements Outgoing {}
    }

    private final long number;
    private final boolean toLeader;
    private final long unsentBytesMax;
    private final long informBytesMax;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /// Guarded by the lock, as everything below.
    private @Nullable Socket socket;

    private ArrayDeque<Outgoing> queue = new ArrayDeque<>();
    private long queuedBytes;
    private long queuedInformBytes;

    /// Since when something waits.
    private long queuedSinceNanos;

    private boolean hungUp;
    private boolean ended;
    private long connectedMillis;

    // For operators; written by the one who reads and the one who writes the socket.
    private final AtomicLong packetsReceived = new AtomicLong();
    private final AtomicLong packetsSent = new AtomicLong();
    private final AtomicLong requests = new AtomicLong();
    private volatile long lastZxid;

    /// @param toLeader whether the other end is the leader: we dialled it
    /// @param informBytesMax how much may wait of what an observer is told once it has been given
    ///   what it missed
    QuorumLink(long number, boolean toLeader, long unsentBytesMax, long informBytesMax) {
        this.number = number;
        this.toLeader = toLeader;
        this.unsentBytesMax = unsentBytesMax;
        this.informBytesMax = informBytesMax;
    }

    long number() {
        return number;
    }

    boolean toLeader() {
        return toLeader;
    }

    /// @return false if nobody wants the connection any more; it is closed then
    boolean connected(Socket newSocket) {
        lock.lock();
        try {
            if (hungUp || ended) {
                Sockets.close(newSocket);
                return false;
            }
            socket = newSocket;
            connectedMillis = System.currentTimeMillis();
        } finally {
            lock.unlock();
        }
        return true;
    }

    /// What went over it; null if it is not connected any more.
    MemberFacts.@Nullable Traffic traffic() {
        lock.lock();
        try {
            if (socket == null
                    || ended
                    || !(socket.getRemoteSocketAddress() instanceof InetSocketAddress remote)) {
                return null;
            }
            return new MemberFacts.Traffic(
                    remote,
                    connectedMillis,
                    queue.size(),
                    queuedBytes,
                    packetsReceived.get(),
                    packetsSent.get(),
                    requests.get(),
                    lastZxid);
        } finally {
            lock.unlock();
        }
    }

    /// For operators: counts start again.
    void resetTraffic() {
        packetsReceived.set(0);
        packetsSent.set(0);
        requests.set(0);
    }

    /// These have come in.
    void received(List<Message> messages) {
        packetsReceived.addAndGet(messages.size());
        int asked = 0;
        for (Message each : messages) {
            if (each instanceof Message.Carried carried && carried.load() instanceof Load.Forward) {
                asked++;
            }
        }
        requests.addAndGet(asked);
    }

    private void sent(ArrayDeque<Outgoing> batch) {
        packetsSent.addAndGet(batch.size());
        for (Outgoing each : batch) {
            switch (each) {
                case Outgoing.Packet(Message.Proposal proposal) -> lastZxid = proposal.zxid();
                case Outgoing.Packet(Message.Inform inform) -> lastZxid = inform.zxid();
                case Outgoing.Packet(Message.InformAndActivate inform) -> lastZxid = inform.zxid();
                case Outgoing.Packet other -> {
                    // Not about a transaction, or about one that was counted.
                }
                case Outgoing.Image image -> lastZxid = image.zxid();
            }
        }
    }

    /// @return false if too much waits already
    boolean send(Message message) {
        return enqueue(new Outgoing.Packet(message), bytesOf(message));
    }

    boolean sendImage(long zxid, State state) {
        return enqueue(new Outgoing.Image(zxid, state), MESSAGE_BYTES);
    }

    private boolean enqueue(Outgoing outgoing, int bytes) {
        lock.lock();
        try {
            if (hungUp || ended) {
                return true;
            }
            queuedBytes += bytes;
            if (isInform(outgoing)) {
                queuedInformBytes += bytes;
            }
            if (queuedBytes > unsentBytesMax || queuedInformBytes > informBytesMax) {
                return false;
            }
            if (queue.isEmpty()) {
                queuedSinceNanos = System.nanoTime();
            }
            queue.add(outgoing);
            changed.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private static boolean isInform(Outgoing outgoing) {
        return outgoing instanceof Outgoing.Packet(Message message)
                && (message instanceof Message.Inform
                        || message instanceof Message.InformAndActivate);
    }

    /// Why {@link #send} returned false.
    String tooMuchWaits() {
        lock.lock();
        try {
            return queuedInformBytes > informBytesMax
                    ? "more than the "
                            + informBytesMax
                            + " bytes of observerMaster.sizeLimit wait for it: too slow"
                    : "more than " + unsentBytesMax + " bytes wait for it: too slow";
        } finally {
            lock.unlock();
        }
    }

    private static int bytesOf(Message message) {
        return switch (message) {
            case Message.Proposal proposal -> MESSAGE_BYTES + proposal.payload().length;
            case Message.Inform inform -> MESSAGE_BYTES + inform.payload().length;
            case Message.InformAndActivate inform -> MESSAGE_BYTES + inform.payload().length;
            case Message.Snap snap -> MESSAGE_BYTES;
            case Message.LearnerInfo info -> MESSAGE_BYTES;
            case Message.LeaderInfo info -> MESSAGE_BYTES;
            case Message.AckEpoch ack -> MESSAGE_BYTES;
            case Message.Diff diff -> MESSAGE_BYTES;
            case Message.Trunc trunc -> MESSAGE_BYTES;
            case Message.NewLeader newLeader -> MESSAGE_BYTES;
            case Message.UpToDate upToDate -> MESSAGE_BYTES;
            case Message.Ack ack -> MESSAGE_BYTES;
            case Message.Commit commit -> MESSAGE_BYTES;
            case Message.CommitAndActivate commit -> MESSAGE_BYTES;
            case Message.Ping ping -> MESSAGE_BYTES;
            case Message.Carried carried -> MESSAGE_BYTES;
        };
    }

    /// Ends the connection once everything sent is out. Nothing is to be heard of it any more.
    void hangUp() {
        lock.lock();
        try {
            hungUp = true;
            changed.signal();
            if (socket == null) {
                ended = true;
                return;
            }
        } finally {
            lock.unlock();
        }
        // The other end may not read: what was sent is not worth waiting for then.
        Thread.ofVirtual()
                .name("banyan-quorum-linger")
                .start(() -> {
                    try {
                        Thread.sleep(LINGER_MILLIS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    end();
                });
    }

    /// Closes the connection.
    ///
    /// @return whether its end is news: nobody hung up, and nobody else noticed before
    boolean end() {
        lock.lock();
        try {
            boolean news = !ended && !hungUp;
            ended = true;
            queue.clear();
            Sockets.close(socket);
            changed.signal();
            return news;
        } finally {
            lock.unlock();
        }
    }

    /// Whether what comes in is still wanted.
    boolean isOpen() {
        lock.lock();
        try {
            return !ended && !hungUp;
        } finally {
            lock.unlock();
        }
    }

    /// The writer's life: returns when the connection was hung up or ended.
    void write(Taken taken) throws IOException, InterruptedException {
        OutputStream out = requireSocket().getOutputStream();
        var bytes = new JuteWriter(CHUNK_BYTES);
        for (var batch = take(taken); batch != null; batch = take(taken)) {
            for (Outgoing each : batch) {
                switch (each) {
                    case Outgoing.Packet packet -> PeerCodec.encode(packet.message(), bytes);
                    case Outgoing.Image image -> {
                        PeerCodec.encode(new Message.Snap(image.zxid(), image.state()), bytes);
                        flush(bytes, out);
                        Images.write(image.state(), out);
                    }
                }
                if (bytes.length() >= CHUNK_BYTES) {
                    flush(bytes, out);
                }
            }
            flush(bytes, out);
            sent(batch);
        }
        end();
    }

    private static void flush(JuteWriter bytes, OutputStream out) throws IOException {
        out.write(bytes.array(), 0, bytes.length());
        bytes.clear();
    }

    /// Everything that waits; null if there will be no more.
    private @Nullable ArrayDeque<Outgoing> take(Taken told) throws InterruptedException {
        ArrayDeque<Outgoing> taken;
        long sinceNanos;
        lock.lock();
        try {
            while (queue.isEmpty() && !hungUp && !ended) {
                changed.await(1, TimeUnit.MINUTES);
            }
            if (ended || queue.isEmpty()) {
                return null;
            }
            taken = queue;
            sinceNanos = queuedSinceNanos;
            queue = new ArrayDeque<>();
            queuedBytes = 0;
            queuedInformBytes = 0;
        } finally {
            lock.unlock();
        }
        told.batch(taken.size(), System.nanoTime() - sinceNanos);
        return taken;
    }

    private Socket requireSocket() {
        lock.lock();
        try {
            if (socket == null) {
                throw new IllegalStateException("link " + number + " is not connected");
            }
            return socket;
        } finally {
            lock.unlock();
        }
    }
}
