package io.banyan.nacos.held;

import java.util.concurrent.atomic.AtomicLong;

/// Bytes that all connections together may make the server hold: bodies that are being read,
/// requests that hang, answers that their clients have not taken. Thread-safe.
///
/// What is small passes whatever is held: a server that is full of answers nobody takes still
/// publishes, registers and listens. So what is held is at most this, and a little for each
/// request.
public final class Budget {
    /// What one request may hold in any case.
    public static final int SMALL_BYTES = 16 * 1024;

    /// What somebody is told whose request or answer does not pass.
    public static final String REFUSAL =
            "this server holds as much as it may (nacos.heldBytesMax) of large requests and of"
                    + " answers that are not read, try again";

    private final long bytesMax;
    private final AtomicLong held = new AtomicLong();

    public Budget(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /// For a request that begins.
    public Holding open() {
        return new Holding();
    }

    /// What all requests hold.
    public long heldBytes() {
        return held.get();
    }

    /// What one request holds.
    public final class Holding {
        private long bytes;
        private boolean closed;

        private Holding() {}

        /// @return false if there is no room; then nothing is taken
        public synchronized boolean take(long more) {
            if (closed) {
                return true; // Nobody waits for it any more, and it goes at once.
            }
            if (held.addAndGet(more) > bytesMax && bytes + more > SMALL_BYTES) {
                held.addAndGet(-more);
                return false;
            }
            bytes += more;
            return true;
        }

        /// Gives back what was taken so far.
        public synchronized void giveBack() {
            held.addAndGet(-bytes);
            bytes = 0;
        }

        /// Gives back everything: the request is over.
        public synchronized void close() {
            closed = true;
            giveBack();
        }
    }
}
