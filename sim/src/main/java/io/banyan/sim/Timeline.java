package io.banyan.sim;

import java.util.PriorityQueue;

/// Simulated time: a queue of events by (time, sequence). Time jumps from one event to the next.
/// Confined to one thread.
final class Timeline {
    private record Event(long micros, long sequence, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(micros, other.micros);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    /// Far more than any of these small worlds can make sense of.
    private static final int EVENTS_PER_SECOND_MAX = 200_000;

    private final PriorityQueue<Event> queue = new PriorityQueue<>();
    private static final long FNV_PRIME = 0x100000001b3L;

    private long hash = 0xcbf29ce484222325L;
    private long nowMicros;
    private long sequence;
    private long events;
    private long eventsAtSecond;

    long nowMicros() {
        return nowMicros;
    }

    /// Of when everything happened.
    long hash() {
        return hash;
    }

    long events() {
        return events;
    }

    /// Events of one time happen in the order in which they were asked for.
    void after(long delayMicros, Runnable action) {
        queue.add(new Event(nowMicros + Math.max(0, delayMicros), sequence++, action));
    }

    /// Servers that talk to each other without end would stop time.
    private void requireCalm(long micros) {
        if (micros / 1_000_000 != nowMicros / 1_000_000) {
            eventsAtSecond = events;
        }
        Violation.unless(
                events - eventsAtSecond <= EVENTS_PER_SECOND_MAX,
                "Liveness",
                "more than " + EVENTS_PER_SECOND_MAX + " events within a second");
    }

    void runUntil(long micros) {
        for (Event next = queue.peek();
                next != null && next.micros <= micros;
                next = queue.peek()) {
            queue.poll();
            requireCalm(next.micros);
            nowMicros = next.micros;
            events++;
            hash = (hash ^ next.micros ^ next.sequence << 40) * FNV_PRIME;
            next.action.run();
        }
        nowMicros = micros;
    }
}
