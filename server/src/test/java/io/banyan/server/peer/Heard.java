package io.banyan.server.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.banyan.zab.Message;
import io.banyan.zab.Notification;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Everything that one server's ports told, in order, for tests that wait for it.
final class Heard implements PeerEvents {
    private static final long LIMIT_SECONDS = 20;

    sealed interface Event {}

    record Vote(long serverId, Notification notification) implements Event {}

    record Election(long serverId, boolean up) implements Event {}

    /// What a quorum link tells; the election's connections come and go in between.
    sealed interface OfLink extends Event {}

    record Opened(long link) implements OfLink {}

    record ObserverOpened(long link) implements OfLink {}

    record Lost(long link, String why) implements OfLink {}

    record Came(long link, Message message) implements OfLink {}

    record Failed(String why) implements Event {}

    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();

    /// Not an event: how packets fall into batches is nobody's promise.
    private final Map<Long, Long> served = new ConcurrentHashMap<>();

    @Override
    public void notified(long serverId, Notification notification) {
        events.add(new Vote(serverId, notification));
    }

    @Override
    public void electionLink(long serverId, boolean up) {
        events.add(new Election(serverId, up));
    }

    @Override
    public void linkOpened(long link) {
        events.add(new Opened(link));
    }

    @Override
    public void observerLinkOpened(long link) {
        events.add(new ObserverOpened(link));
    }

    @Override
    public void linkLost(long link, String why) {
        events.add(new Lost(link, why));
    }

    @Override
    public void received(long link, List<Message> messages) {
        messages.forEach(message -> events.add(new Came(link, message)));
    }

    @Override
    public void learnerServed(long serverId, int packets, long waitedNanos) {
        assertThat(waitedNanos).isNotNegative();
        served.merge(serverId, (long) packets, Long::sum);
    }

    /// How many packets were written to a learner, or are about to be.
    long served(long serverId) {
        return served.getOrDefault(serverId, 0L);
    }

    @Override
    public void portFailed(String why) {
        events.add(new Failed(why));
    }

    /// Waits for the next event of a kind; what comes before it is forgotten.
    <E extends Event> E next(Class<E> kind) {
        try {
            while (true) {
                Event event = events.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
                if (event == null) {
                    throw new AssertionError("no " + kind.getSimpleName() + " came");
                }
                if (kind.isInstance(event)) {
                    return kind.cast(event);
                }
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// The next event of a quorum link, whatever it is.
    OfLink nextOfLink() {
        return next(OfLink.class);
    }

    /// The next event, whatever it is.
    Event next() {
        return next(Event.class);
    }

    /// Waits for this event; what comes before it is forgotten.
    void await(Event wanted) {
        while (!next().equals(wanted)) {
            // Others come before it.
        }
    }

    /// Waits for this event, and asks for it again each second: for what may be lost with a
    /// connection that a busy machine was too slow for.
    void await(Event wanted, Runnable ask) {
        ask.run();
        try {
            for (int silent = 0; silent < LIMIT_SECONDS; ) {
                Event event = events.poll(1, TimeUnit.SECONDS);
                if (event == null) {
                    silent++;
                    ask.run();
                } else if (event.equals(wanted)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        throw new AssertionError(wanted + " never came");
    }

    /// What is here already.
    List<Event> rest() {
        return List.copyOf(events);
    }
}
