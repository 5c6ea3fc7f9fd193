package io.banyan.replica;

/// What operators ask of a gateway as a whole. Confined to the gateway's thread; read by running
/// there.
public final class GatewayStats {
    private long packetsReceived;
    private long packetsSent;
    private long reads;
    private long writes;
    private long readNanos;
    private long latencyCount;
    private long latencySumMillis;
    private long latencyMinMillis = Long.MAX_VALUE;
    private long latencyMaxMillis;
    private long watchesFired;
    private long authFailures;
    private int lastReplyBytes = -1;
    private int minReplyBytes = -1;
    private int maxReplyBytes = -1;

    /// Told of each write's latency and each read's, in nanoseconds; the server feeds its summaries
    /// from it.
    public interface LatencySink {
        void read(long nanos);

        void write(long nanos);
    }

    private LatencySink sink =
            new LatencySink() {
                @Override
                public void read(long nanos) {}

                @Override
                public void write(long nanos) {}
            };

    public void feed(LatencySink newSink) {
        sink = newSink;
    }

    void received() {
        packetsReceived++;
    }

    void sentEvent() {
        packetsSent++;
        watchesFired++;
    }

    void authFailed() {
        authFailures++;
    }

    void answeredRead(long latencyNanos, int replyBytes) {
        reads++;
        readNanos += latencyNanos;
        sink.read(latencyNanos);
        answered(latencyNanos, replyBytes);
    }

    void answeredWrite(long latencyNanos, int replyBytes) {
        writes++;
        sink.write(latencyNanos);
        answered(latencyNanos, replyBytes);
    }

    private void answered(long latencyNanos, int replyBytes) {
        long millis = Math.max(0, latencyNanos) / 1_000_000;
        packetsSent++;
        latencyCount++;
        latencySumMillis += millis;
        latencyMinMillis = Math.min(latencyMinMillis, millis);
        latencyMaxMillis = Math.max(latencyMaxMillis, millis);
        lastReplyBytes = replyBytes;
        minReplyBytes = minReplyBytes < 0 ? replyBytes : Math.min(minReplyBytes, replyBytes);
        maxReplyBytes = Math.max(maxReplyBytes, replyBytes);
    }

    /// Forgets all, as the word `srst` asks.
    public void reset() {
        packetsReceived = 0;
        packetsSent = 0;
        resetLatency();
    }

    public void resetLatency() {
        latencyCount = 0;
        latencySumMillis = 0;
        latencyMinMillis = Long.MAX_VALUE;
        latencyMaxMillis = 0;
    }

    public long packetsReceived() {
        return packetsReceived;
    }

    public long packetsSent() {
        return packetsSent;
    }

    public long reads() {
        return reads;
    }

    public long writes() {
        return writes;
    }

    public long readNanos() {
        return readNanos;
    }

    public long latencyCount() {
        return latencyCount;
    }

    public long latencySumMillis() {
        return latencySumMillis;
    }

    public long latencyMinMillis() {
        return latencyCount == 0 ? 0 : latencyMinMillis;
    }

    public long latencyMaxMillis() {
        return latencyMaxMillis;
    }

    public long watchesFired() {
        return watchesFired;
    }

    public long authFailures() {
        return authFailures;
    }

    /// Bytes of the last reply, -1 if there was none.
    public int lastReplyBytes() {
        return lastReplyBytes;
    }

    public int minReplyBytes() {
        return minReplyBytes;
    }

    public int maxReplyBytes() {
        return maxReplyBytes;
    }
}
