package io.banyan.server.metrics;

/// One thread's part of a counter.
public final class CounterCell extends Cell {
    private final long[] slot = new long[1];

    CounterCell(Era era) {
        super(era);
    }

    /// Owner only.
    public void increment() {
        add(1);
    }

    /// Owner only.
    public void add(long amount) {
        keepUp();
        set(slot, 0, get(slot, 0) + amount);
    }

    @Override
    void turn(int before, int now) {
        if (!Era.sameReset(before, now)) {
            set(slot, 0, 0);
        }
    }

    /// Any thread.
    long value() {
        return Era.sameReset(stamp(), era.now()) ? get(slot, 0) : 0;
    }
}
