package io.banyan.client.recipes;

import io.banyan.client.Banyan;
import java.time.Duration;
import java.util.Optional;

/// A lock that is given in the order in which it was asked for.
///
/// ```java
/// var lock = new FairLock(banyan, "/locks/orders");
/// try (Lease lease = lock.acquire()) {
///     var multi = new Multi();
///     lease.guard(multi);                      // nothing happens unless the lock is held
///     multi.set("/orders/total", total);
///     banyan.multi(multi);
/// }
/// ```
///
/// Holds: at most one lease at a time is one that {@link Lease#guard} lets through, among all
/// clients that use this path; tokens of later leases are greater. A waiter watches only the one
/// before it, so a release wakes one client.
///
/// When the session of the holder is lost, the lease is lost with it, no later than a server can
/// give the lock to the next; see {@link Lease}. When a waiter's session is lost, it goes on
/// waiting in a new session, at the end of the line. A crash releases the lock when the session
/// times out; nothing else is left behind.
///
/// Not reentrant: a thread that holds it and asks again waits for itself. See {@link
/// ReentrantLock}. Thread-safe; leases may be closed by any thread.
public final class FairLock {
    private static final String PREFIX = "lock-";

    private final Line line;

    /// @param path where the waiters stand; for this lock alone
    public FairLock(Banyan banyan, String path) {
        line = new Line(banyan, path);
    }

    /// Waits for it, as long as it takes.
    ///
    /// @throws io.banyan.client.BanyanException if there is no connection within the request
    ///   timeout, or the client has ended; then the lock is not held, and nothing is left of the
    ///   attempt
    public Lease acquire() throws InterruptedException {
        return line.enter(PREFIX, null, Line.EVERYONE, Deadline.never()).orElseThrow();
    }

    /// Waits for it at most so long, and for the round trips to a server; with a wait of zero it is
    /// taken if nobody has it.
    ///
    /// @return empty if somebody else held it all the while
    public Optional<Lease> tryAcquire(Duration wait) throws InterruptedException {
        return line.enter(PREFIX, null, Line.EVERYONE, Deadline.after(wait));
    }

    /// How many hold it or wait for it, by a server's word of just now.
    public int contenders() {
        return line.contenders().size();
    }
}
