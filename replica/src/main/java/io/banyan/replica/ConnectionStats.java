package io.banyan.replica;

import io.banyan.wire.OpCode;

/// What operators ask of one connection. Confined to the gateway's thread; read by running there.
public final class ConnectionStats {
    private final long establishedWallMillis;
    private long received;
    private long sent;
    private int lastOpcode = Integer.MIN_VALUE;
    private int lastXid = -1;
    private long lastZxid = -1;
    private long lastResponseMillis;
    private long lastLatencyMillis;
    private long minLatencyMillis = Long.MAX_VALUE;
    private long maxLatencyMillis;
    private long latencySumMillis;
    private long latencyCount;

    ConnectionStats(long establishedWallMillis) {
        this.establishedWallMillis = establishedWallMillis;
    }

    void received() {
        received++;
    }

    /// Something went out that is no answer with a latency: an event, an auth reply.
    void sent() {
        sent++;
    }

    void answered(int opcode, int xid, long zxid, long nowNanos, long latencyNanos) {
        long millis = Math.max(0, latencyNanos) / 1_000_000;
        sent++;
        lastOpcode = opcode;
        lastXid = xid;
        lastZxid = zxid;
        lastResponseMillis = nowNanos / 1_000_000;
        lastLatencyMillis = millis;
        minLatencyMillis = Math.min(minLatencyMillis, millis);
        maxLatencyMillis = Math.max(maxLatencyMillis, millis);
        latencySumMillis += millis;
        latencyCount++;
    }

    /// Forgets counts and latencies, as the word `crst` asks.
    public void reset() {
        received = 0;
        sent = 0;
        lastOpcode = Integer.MIN_VALUE;
        lastXid = -1;
        lastZxid = -1;
        lastResponseMillis = 0;
        lastLatencyMillis = 0;
        minLatencyMillis = Long.MAX_VALUE;
        maxLatencyMillis = 0;
        latencySumMillis = 0;
        latencyCount = 0;
    }

    public long establishedWallMillis() {
        return establishedWallMillis;
    }

    public long packetsReceived() {
        return received;
    }

    public long packetsSent() {
        return sent;
    }

    /// The {@link OpCode} answered last, `Integer.MIN_VALUE` if none was.
    public int lastOpcode() {
        return lastOpcode;
    }

    /// The xid answered last, -1 if none was.
    public int lastXid() {
        return lastXid;
    }

    public long lastZxid() {
        return lastZxid;
    }

    /// On the monotonic clock.
    public long lastResponseMillis() {
        return lastResponseMillis;
    }

    public long lastLatencyMillis() {
        return lastLatencyMillis;
    }

    public long minLatencyMillis() {
        return latencyCount == 0 ? 0 : minLatencyMillis;
    }

    public long avgLatencyMillis() {
        return latencyCount == 0 ? 0 : latencySumMillis / latencyCount;
    }

    public long maxLatencyMillis() {
        return maxLatencyMillis;
    }
}
