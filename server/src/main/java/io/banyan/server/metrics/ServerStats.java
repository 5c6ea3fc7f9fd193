package io.banyan.server.metrics;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/// The numbers of `srvr`: packets, latencies and sizes of replies since the start or the last
/// `srst`.
///
/// Each network thread writes through a {@link Recorder} of its own; everything else may be called
/// by any thread.
public final class ServerStats {
    private final Era era = new Era();
    private final List<Recorder> recorders = new CopyOnWriteArrayList<>();
    private final AtomicLong slowSyncs = new AtomicLong();
    private final AtomicLong failedAuths = new AtomicLong();

    /// One thread's part. Owner only; no lock, no allocation.
    public static final class Recorder {
        private final CounterCell received;
        private final CounterCell sent;
        private final SummaryCell latency;
        private final SummaryCell responseBytes;
        private final long[] lastResponseBytes = {-1};

        private Recorder(Era era) {
            received = new CounterCell(era);
            sent = new CounterCell(era);
            latency = new SummaryCell(era);
            responseBytes = new SummaryCell(era);
        }

        /// A frame or a four-letter word came in.
        public void received() {
            received.increment();
        }

        /// A reply or an event went out.
        public void sent() {
            sent.increment();
        }

        /// A request was answered.
        ///
        /// @param latencyMillis from its arrival to its reply
        /// @param replyBytes of the reply's frame, or -1 if it had none
        public void answered(long latencyMillis, int replyBytes) {
            latency.add(latencyMillis);
            if (replyBytes >= 0) {
                responseBytes.add(replyBytes);
                Cell.set(lastResponseBytes, 0, replyBytes);
            }
        }
    }

    /// For a new network thread.
    public Recorder recorder() {
        var recorder = new Recorder(era);
        recorders.add(recorder);
        return recorder;
    }

    /// A sync of the log took longer than `fsync.warningthresholdms`.
    public void slowSync() {
        slowSyncs.incrementAndGet();
    }

    /// A client's credentials were refused.
    public void authFailed() {
        failedAuths.incrementAndGet();
    }

    /// All but the counts of slow syncs and failed auths starts again (`srst`).
    public void reset() {
        era.reset();
    }

    /// The numbers of now.
    public Values values() {
        long received = 0;
        long sent = 0;
        long last = -1;
        var latency = new SummaryValue.Sum();
        var bytes = new SummaryValue.Sum();
        for (Recorder recorder : recorders) {
            received += recorder.received.value();
            sent += recorder.sent.value();
            recorder.latency.addTo(latency);
            long before = bytes.count();
            recorder.responseBytes.addTo(bytes);
            if (bytes.count() > before) {
                last = Cell.get(recorder.lastResponseBytes, 0);
            }
        }
        SummaryValue latencies = latency.value();
        SummaryValue sizes = bytes.value();
        boolean any = sizes.count() > 0;
        return new Values(
                received,
                sent,
                latencies.min(),
                latencies.average(),
                latencies.max(),
                last,
                any ? sizes.min() : -1,
                any ? sizes.max() : -1,
                slowSyncs.get(),
                failedAuths.get());
    }

    /// @param latencyAverageMillis with four decimals at most
    /// @param responseBytesLast -1 before the first reply; with several network threads that of one
    ///   of them
    public record Values(
            long received,
            long sent,
            long latencyMillisMin,
            double latencyAverageMillis,
            long latencyMillisMax,
            long responseBytesLast,
            long responseBytesMin,
            long responseBytesMax,
            long slowSyncs,
            long authFailures) {}
}
