package io.banyan.nacos;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How many connections there are on all ports of the door, and how many there may be. Thread-safe.
///
/// Armeria has such a limit as well, but tells nobody how often it was reached.
final class Connections {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

    /// Who is refused comes again at once, and so do the others: one line for all of them.
    private static final long LOG_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final int max;
    private final LongSupplier nowNanos;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong loggedNanos;

    Connections(int max, LongSupplier nowNanos) {
        this.max = max;
        this.nowNanos = nowNanos;
        loggedNanos = new AtomicLong(nowNanos.getAsLong() - LOG_NANOS);
    }

    /// Counts one that was just accepted, for as long as it lives.
    ///
    /// @return false if it is one too many; then it is closed
    boolean admit(Channel channel) {
        if (open.incrementAndGet() <= max) {
            channel.closeFuture().addListener(closed -> open.decrementAndGet());
            return true;
        }
        open.decrementAndGet();
        refused.incrementAndGet();
        // At once, and without an entry in the kernel's table that outlives it by a minute.
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        channel.close();
        long last = loggedNanos.get();
        long now = nowNanos.getAsLong();
        if (now - last >= LOG_NANOS && loggedNanos.compareAndSet(last, now)) {
            LOG.warn(
                    "a connection was refused nacos.connectionsMax={} refused={}",
                    max,
                    refused.get());
        }
        return false;
    }

    /// At this moment.
    int open() {
        return open.get();
    }

    /// Since the start.
    long refused() {
        return refused.get();
    }
}
