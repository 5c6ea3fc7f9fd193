package io.banyan.client.recipes;

import io.banyan.client.Banyan;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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

    private final Line line;

    public ReadWriteLock(Banyan banyan, String path) {
        line = new Line(banyan, path);
    }

    /// Waits until no writer is before it.
    public Lease acquireRead() throws InterruptedException {
        return line.enter(READ, null, ReadWriteLock::lastWriter, Deadline.never()).orElseThrow();
    }

    /// @return empty if a writer was before it all the while
    public Optional<Lease> tryAcquireRead(Duration wait) throws InterruptedException {
        return line.enter(READ, null, ReadWriteLock::lastWriter, Deadline.after(wait));
    }

    /// Waits until nobody is before it.
    public Lease acquireWrite() throws InterruptedException {
        return line.enter(WRITE, null, Line::last, Deadline.never()).orElseThrow();
    }

    /// @return empty if somebody was before it all the while
    public Optional<Lease> tryAcquireWrite(Duration wait) throws InterruptedException {
        return line.enter(WRITE, null, Line::last, Deadline.after(wait));
    }

    private static @Nullable String lastWriter(List<Line.Place> ahead) {
        for (int i = ahead.size() - 1; i >= 0; i--) {
            if (ahead.get(i).name().startsWith(WRITE)) {
                return ahead.get(i).name();
            }
        }
        return null;
    }
}
