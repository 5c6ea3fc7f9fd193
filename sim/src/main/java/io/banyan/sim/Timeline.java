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

    private final PriorityQueue<Event> queue = new PriorityQueue<>();
    private long nowMicros;
    private long sequence;
    private long events;

    long nowMicros() {
        return nowMicros;
    }

    long events() {
        return events;
    }

    /// Events of one time happen in the order in which they were asked for.
    void after(long delayMicros, Runnable action) {
        queue.add(new Event(nowMicros + Math.max(0, delayMicros), sequence++, action));
    }

    void runUntil(long micros) {
        for (Event next = queue.peek();
                next != null && next.micros <= micros;
                next = queue.peek()) {
            queue.poll();
            nowMicros = next.micros;
            events++;
            next.action.run();
        }
        nowMicros = micros;
    }
}
