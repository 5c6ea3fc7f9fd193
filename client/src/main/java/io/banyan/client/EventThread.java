package io.banyan.client;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where futures complete and watchers and listeners run, one after another, in the order of {@link
/// #add}.
///
/// What waits is bounded by what is asked for: requests in flight, one-shot watches. Events of
/// persistent watches are bounded by nothing but the rate of changes; `ClientMetrics.eventsWaiting`
/// shows a watcher that does not keep up.
final class EventThread {
    private static final Logger LOG = LoggerFactory.getLogger(EventThread.class);

    private final Thread thread;
    private final Object lock = new Object();
    private List<Runnable> waiting = new ArrayList<>();
    private boolean ending;

    EventThread(String name) {
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    boolean isCurrent() {
        return Thread.currentThread().equals(thread);
    }

    /// @param batch empty afterwards
    /// @return how many wait now
    int add(List<Runnable> batch) {
        synchronized (lock) {
            boolean wasIdle = waiting.isEmpty();
            waiting.addAll(batch);
            if (wasIdle) {
                lock.notifyAll();
            }
            batch.clear();
            return waiting.size();
        }
    }

    /// Ends the thread behind what was added before.
    void end() {
        synchronized (lock) {
            ending = true;
            lock.notifyAll();
        }
    }

    void join(long millis) throws InterruptedException {
        if (!isCurrent()) {
            thread.join(millis);
        }
    }

    private void run() {
        List<Runnable> batch = new ArrayList<>();
        while (true) {
            synchronized (lock) {
                while (waiting.isEmpty()) {
                    if (ending) {
                        return;
                    }
                    try {
                        lock.wait();
                    } catch (InterruptedException e) {
                        // A callback interrupted its own thread: that ends the callback's waits,
                        // not the thread.
                        LOG.debug("an interrupt of the event thread ends nothing");
                    }
                }
                List<Runnable> empty = batch;
                batch = waiting;
                waiting = empty;
            }
            for (Runnable each : batch) {
                runOne(each);
            }
            batch.clear();
        }
    }

    private static void runOne(Runnable each) {
        try {
            each.run();
        } catch (Throwable e) {
            LOG.error("a callback threw; the others go on", e);
        }
    }
}
