package io.banyan.e2e.client;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;

/// Collects what a watcher is told, as `type path` for nodes and `state` for the connection.
final class Events implements Watcher {

    private final LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();

    @Override
    public void process(WatchedEvent event) {
        told.add(
                event.getType() == Event.EventType.None
                        ? event.getState().name()
                        : event.getType().name() + " " + event.getPath());
    }

    /// The next thing told, or "nothing" when 20 s went by.
    String next() throws InterruptedException {
        String event = told.poll(20, TimeUnit.SECONDS);
        return event == null ? "nothing" : event;
    }

    /// Waits for one thing and skips others before it.
    void await(String wanted) throws InterruptedException {
        StringBuilder seen = new StringBuilder();
        String event;
        do {
            event = next();
            seen.append(event).append(", ");
            if (event.equals("nothing")) {
                throw new AssertionError("waited for " + wanted + ", was told " + seen);
            }
        } while (!event.equals(wanted));
    }

    boolean isEmpty() {
        return told.isEmpty();
    }
}
