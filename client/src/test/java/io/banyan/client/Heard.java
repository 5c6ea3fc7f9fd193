package io.banyan.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What watchers and listeners were told, in order.
public final class Heard<T> {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final LinkedBlockingQueue<T> queue = new LinkedBlockingQueue<>();

    public static Heard<WatchEvent> events() {
        return new Heard<>();
    }

    public void add(T each) {
        queue.add(each);
    }

    /// The next one; waits for it.
    public T next() {
        T next = nextWithin(LIMIT);
        if (next == null) {
            throw new AssertionError("nothing was heard within " + LIMIT);
        }
        return next;
    }

    public @Nullable T nextWithin(Duration limit) {
        try {
            return queue.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// Skips what is not wanted.
    public T await(T wanted) {
        var others = new ArrayList<T>();
        for (T each = nextWithin(LIMIT); each != null; each = nextWithin(LIMIT)) {
            if (each.equals(wanted)) {
                return each;
            }
            others.add(each);
        }
        throw new AssertionError("not heard: " + wanted + " but " + others);
    }

    /// What is there already.
    public List<T> soFar() {
        var all = new ArrayList<T>();
        queue.drainTo(all);
        return all;
    }
}
