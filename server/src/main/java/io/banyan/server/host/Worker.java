package io.banyan.server.host;

import java.util.ArrayList;
import java.util.List;

/// A thread that works off what is posted to it, beside those who must not wait for it.
abstract class Worker<T> extends Thread {
    private static final long IDLE_WAIT_MILLIS = 10_000;

    private final Inbox<T> inbox = new Inbox<>();
    private volatile boolean stopping;

    Worker(String name) {
        super(name);
    }

    final void post(T wanted) {
        inbox.post(List.of(wanted));
    }

    /// Ends soon: the work at hand is interrupted, which ends reading and writing files, and what
    /// waits is not done any more.
    final void finish() throws InterruptedException {
        stopping = true;
        interrupt();
        join();
    }

    @Override
    public final void run() {
        List<T> taken = new ArrayList<>();
        while (!stopping) {
            try {
                taken.clear();
                taken = inbox.take(taken, IDLE_WAIT_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
            work(taken);
        }
    }

    /// Whether work that failed did so because it was told to end.
    final boolean stopping() {
        return stopping;
    }

    /// @param taken in the order posted; empty when nothing was for a while
    abstract void work(List<T> taken);
}
