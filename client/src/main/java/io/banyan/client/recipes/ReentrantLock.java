package io.banyan.client.recipes;

import io.banyan.client.Banyan;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// A {@link FairLock} that a thread which holds it may take again. It is given back when every
/// {@link Hold} of the thread is closed.
///
/// What holds, and what happens when a session is lost, is as for {@link FairLock}, with one lease
/// for all holds of a thread. A thread whose lease was lost and which asks again waits for a new
/// lease; its older holds stay lost.
///
/// Thread-safe. A hold is closed by the thread that took it.
public final class ReentrantLock {
    /// One of the times that a thread has taken the lock.
    public final class Hold implements AutoCloseable {
        private final Owned owned;
        private boolean closed;

        private Hold(Owned owned) {
            this.owned = owned;
        }

        /// The lease of all holds of this thread.
        public Lease lease() {
            return owned.lease;
        }

        /// @throws IllegalStateException in another thread than the one that took it
        @Override
        public void close() {
            if (!owned.thread.equals(Thread.currentThread())) {
                throw new IllegalStateException(
                        "taken by " + owned.thread + ", closed by " + Thread.currentThread());
            }
            if (!closed) {
                closed = true;
                leave(owned);
            }
        }
    }

    /// Confined to its thread.
    private static final class Owned {
        final Thread thread;
        final Lease lease;
        int holds;

        Owned(Thread thread, Lease lease) {
            this.thread = thread;
            this.lease = lease;
        }
    }

    private final FairLock lock;
    private final ConcurrentMap<Thread, Owned> owners = new ConcurrentHashMap<>();

    public ReentrantLock(Banyan banyan, String path) {
        lock = new FairLock(banyan, path);
    }

    /// Waits for it, unless this thread has it.
    public Hold acquire() throws InterruptedException {
        Owned owned = owners.get(Thread.currentThread());
        return enter(owned != null && owned.lease.isHeld() ? owned : own(lock.acquire()));
    }

    /// Waits for it at most so long, unless this thread has it.
    public Optional<Hold> tryAcquire(Duration wait) throws InterruptedException {
        Owned owned = owners.get(Thread.currentThread());
        if (owned != null && owned.lease.isHeld()) {
            return Optional.of(enter(owned));
        }
        return lock.tryAcquire(wait).map(lease -> enter(own(lease)));
    }

    private Owned own(Lease lease) {
        var owned = new Owned(Thread.currentThread(), lease);
        owners.put(owned.thread, owned);
        return owned;
    }

    private Hold enter(Owned owned) {
        owned.holds++;
        return new Hold(owned);
    }

    private void leave(Owned owned) {
        owned.holds--;
        if (owned.holds == 0) {
            owners.remove(owned.thread, owned);
            owned.lease.close();
        }
    }
}
