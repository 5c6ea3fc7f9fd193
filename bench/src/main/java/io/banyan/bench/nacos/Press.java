package io.banyan.bench.nacos;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// Some callers at once, each as fast as it is answered.
public final class Press {
    private static final long NANOS_MAX = 60_000_000_000L;

    private Press() {}

    /// What one caller asks.
    public interface Asking {
        /// @param caller 0 to the number of callers
        /// @param count counts up
        byte[] request(int caller, long count);
    }

    /// @param nanos of each call
    public record Pressed(double perSecond, Histogram nanos) {}

    public static Pressed run(
            InetSocketAddress address, int callers, int warmMillis, int millis, Asking asking)
            throws IOException {
        var recording = new AtomicBoolean();
        var over = new AtomicBoolean();
        var failure = new AtomicReference<@Nullable IOException>();
        var histograms = new ArrayList<Histogram>();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < callers; i++) {
            int caller = i;
            var histogram = new Histogram(NANOS_MAX, 3);
            histograms.add(histogram);
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                try (var http = new HttpCaller(address)) {
                                    for (long n = 0; !over.get(); n++) {
                                        byte[] request = asking.request(caller, n);
                                        long began = System.nanoTime();
                                        http.call(request);
                                        if (recording.get()) {
                                            histogram.recordValue(System.nanoTime() - began);
                                        }
                                    }
                                } catch (IOException e) {
                                    failure.compareAndSet(null, e);
                                }
                            }));
        }
        long took = time(recording, over, warmMillis, millis, threads);
        IOException failed = failure.get();
        if (failed != null) {
            throw failed;
        }
        var all = new Histogram(NANOS_MAX, 3);
        histograms.forEach(all::add);
        return new Pressed(all.getTotalCount() * 1e9 / took, all);
    }

    private static long time(
            AtomicBoolean recording,
            AtomicBoolean over,
            int warmMillis,
            int millis,
            List<Thread> threads)
            throws IOException {
        try {
            Thread.sleep(warmMillis);
            long began = System.nanoTime();
            recording.set(true);
            Thread.sleep(millis);
            recording.set(false);
            long took = System.nanoTime() - began;
            over.set(true);
            for (Thread each : threads) {
                each.join();
            }
            return took;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
