package io.banyan.server;

import io.banyan.server.config.ServerConfig;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Notices when the whole process stood still (`jvm.pause.monitor`): it sleeps, and what it slept
/// too long was a pause of the collector or of the machine. On a thread of its own.
final class PauseMonitor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PauseMonitor.class);

    /// How time passes.
    interface Sleep {
        void millis(long millis) throws InterruptedException;
    }

    private final ServerConfig.PauseMonitor config;
    private final LongConsumer pauses;
    private final LongSupplier nanos;
    private final LongSupplier collectorMillis;
    private final Sleep sleep;
    private @Nullable Thread thread;

    /// @param pauses told of each measured pause in milliseconds, on the monitor's thread
    /// @param nanos monotonic
    /// @param collectorMillis what the collectors have spent since the start
    PauseMonitor(
            ServerConfig.PauseMonitor config,
            LongConsumer pauses,
            LongSupplier nanos,
            LongSupplier collectorMillis,
            Sleep sleep) {
        this.config = config;
        this.pauses = pauses;
        this.nanos = nanos;
        this.collectorMillis = collectorMillis;
        this.sleep = sleep;
    }

    /// What this JVM's collectors have spent since its start.
    static long ofCollectorsMillis() {
        long sum = 0;
        for (GarbageCollectorMXBean each : ManagementFactory.getGarbageCollectorMXBeans()) {
            sum += Math.max(0, each.getCollectionTime());
        }
        return sum;
    }

    void start() {
        thread = Thread.ofPlatform().daemon().name("banyan-pauses").start(this::run);
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                look();
            }
        } catch (InterruptedException e) {
            // Closed.
            Thread.currentThread().interrupt();
        }
    }

    /// One sleep and what it tells.
    void look() throws InterruptedException {
        long begin = nanos.getAsLong();
        long collectedBefore = collectorMillis.getAsLong();
        sleep.millis(config.sleepMillis());
        long millis = Math.max(0, (nanos.getAsLong() - begin) / 1_000_000 - config.sleepMillis());
        pauses.accept(millis);
        if (millis > config.warnThresholdMillis()) {
            LOG.warn(
                    "the process stood still millis={} ofCollector={}",
                    millis,
                    collectorMillis.getAsLong() - collectedBefore);
        } else if (millis > config.infoThresholdMillis()) {
            LOG.info(
                    "the process stood still millis={} ofCollector={}",
                    millis,
                    collectorMillis.getAsLong() - collectedBefore);
        }
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
