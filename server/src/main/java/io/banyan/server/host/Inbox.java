package io.banyan.server.host;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// What one thread hears from the others: many may post, one takes everything that is there.
///
/// Producers post whole rounds, so the lock is taken once for many items. It has no bound of its
/// own; what is in it is bounded by who posts: gateways stop reading at `globalOutstandingLimit`,
/// the replica hands the log what it got from them.
final class Inbox<T> {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private List<T> filling = new ArrayList<>();
    private boolean waiting;

    void post(List<? extends T> items) {
        lock.lock();
        try {
            filling.addAll(items);
            if (waiting) {
                waiting = false;
                filled.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Takes all there is; waits for something up to a limit.
    ///
    /// @param emptied a list the taker is done with; it is filled from now on
    /// @return what was there, in the order in which it came; empty when the time was over
    List<T> take(List<T> emptied, long waitMillisMax) throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(waitMillisMax);
            while (filling.isEmpty() && left > 0) {
                waiting = true;
                left = filled.awaitNanos(left);
            }
            waiting = false;
            List<T> taken = filling;
            filling = emptied;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return filling.size();
        } finally {
            lock.unlock();
        }
    }
}
