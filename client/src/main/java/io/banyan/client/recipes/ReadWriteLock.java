package io.banyan.client.recipes;

import io.banyan.client.Banyan;
import java.time.Duration;
import java.util.Optional;

/// A lock that many may hold to read, or one to write, in the order in which they asked: readers
/// who come after a waiting writer wait for it, so that no writer starves.
///
/// Holds: while a write lease is let through by {@link Lease#guard}, no other lease of this lock
/// is. A waiting reader watches the last writer before it, a waiting writer the one before it. What
/// happens when sessions are lost, and after a crash, is as for {@link FairLock}.
///
/// Neither half is reentrant, and a reader that asks to write waits for itself. Thread-safe.
public final class ReadWriteLock {
    private static final String READ = "read-";
    private static final String WRITE = "write-";

    /// Readers stand beside each other.
    private static final Line.Rule READERS = name -> name.startsWith(WRITE);

    private final Line line;

    public ReadWriteLock(Banyan banyan, String path) {
        line = new Line(banyan, path);
    }

    /// Waits until no writer is before it.
    public Lease acquireRead() throws InterruptedException {
        return line.enter(READ, null, READERS, Deadline.never()).orElseThrow();
    }

    /// @return empty if a writer was before it all the while
    public Optional<Lease> tryAcquireRead(Duration wait) throws InterruptedException {
        return line.enter(READ, null, READERS, Deadline.after(wait));
    }

    /// Waits until nobody is before it.
    public Lease acquireWrite() throws InterruptedException {
        return line.enter(WRITE, null, Line.EVERYONE, Deadline.never()).orElseThrow();
    }

    /// @return empty if somebody was before it all the while
    public Optional<Lease> tryAcquireWrite(Duration wait) throws InterruptedException {
        return line.enter(WRITE, null, Line.EVERYONE, Deadline.after(wait));
    }
}
