package io.banyan.server.operate;

import io.banyan.server.metrics.ServerStats;
import io.banyan.wire.OpCode;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A server that stands still, so that texts can be compared: the one whose answers were captured
/// from ZooKeeper 3.9.5 with two sessions.
public final class FixedFacts implements ServerFacts {
    public static final long FIRST = 0x100002107220000L;
    public static final long SECOND = 0x100002107220001L;

    public Serving serving = Serving.EVERYTHING;
    public String reason = "";
    public int connectionResets;
    public int trafficResets;

    /// Null: it stands alone.
    public @Nullable MemberFacts member;

    public SortedMap<Long, List<Long>> local = new TreeMap<>();

    private final ServerStats stats = new ServerStats();
    private final ServerStats.Recorder recorder = stats.recorder();

    /// Numbers as captured: 15 received, 14 sent, latencies 1, 7 on average, 26.
    public FixedFacts() {
        for (int i = 0; i < 15; i++) {
            recorder.received();
        }
        for (int i = 0; i < 14; i++) {
            recorder.sent();
        }
        recorder.answered(1, 16);
        recorder.answered(26, 89);
        recorder.answered(1, 34);
        recorder.answered(0, -1);
    }

    @Override
    public Serving serving() {
        return serving;
    }

    @Override
    public String notReadyBecause() {
        return reason;
    }

    @Override
    public String serverState() {
        return "standalone";
    }

    @Override
    public @Nullable MemberFacts member() {
        return member;
    }

    @Override
    public void resetLearnerTraffic() {
        trafficResets++;
    }

    @Override
    public long lastZxid() {
        return 6;
    }

    @Override
    public long znodeCount() {
        return 8;
    }

    @Override
    public long ephemeralCount() {
        return 2;
    }

    @Override
    public long approximateDataBytes() {
        return 58;
    }

    @Override
    public long sessionCount() {
        return 2;
    }

    @Override
    public SortedMap<Long, List<Long>> localSessions() {
        return local;
    }

    @Override
    public long watchCount() {
        return 7;
    }

    @Override
    public int connectionCount() {
        return 3;
    }

    @Override
    public long outstandingRequests() {
        return 0;
    }

    @Override
    public long uptimeMillis() {
        return 4683;
    }

    @Override
    public int clientPort() {
        return 22181;
    }

    @Override
    public int secureClientPort() {
        return -1;
    }

    @Override
    public List<DigestEntry> digests() {
        return List.of(new DigestEntry(0x80, 2, 1371985504L), new DigestEntry(0x100, 2, 77L));
    }

    @Override
    public LastSnapshot lastSnapshot() {
        return new LastSnapshot(0, 1795300545);
    }

    @Override
    public ServerStats stats() {
        return stats;
    }

    @Override
    public long elapsedMillis() {
        return 2_170_000;
    }

    @Override
    public List<ConnectionFacts> connections() {
        return List.of(
                new ConnectionFacts(
                        new InetSocketAddress("127.0.0.1", 40688),
                        false,
                        false,
                        false,
                        0,
                        1,
                        0,
                        0,
                        ConnectionFacts.NO_OPERATION,
                        1795300549000L,
                        0,
                        -1,
                        -1,
                        0,
                        0,
                        0,
                        0,
                        0,
                        2_180_000),
                new ConnectionFacts(
                        new InetSocketAddress("127.0.0.1", 40646),
                        false,
                        true,
                        false,
                        0,
                        9,
                        9,
                        FIRST,
                        OpCode.ADD_WATCH,
                        1795300547817L,
                        10000,
                        8,
                        4,
                        2167254,
                        1,
                        0,
                        8,
                        26,
                        2_180_000),
                new ConnectionFacts(
                        new InetSocketAddress("127.0.0.1", 40650),
                        false,
                        true,
                        false,
                        0,
                        3,
                        3,
                        SECOND,
                        OpCode.MULTI,
                        1795300548612L,
                        6000,
                        2,
                        6,
                        2167780,
                        6,
                        0,
                        3,
                        6,
                        2_180_000));
    }

    @Override
    public List<SessionFacts> sessions() {
        return List.of(
                new SessionFacts(SECOND, 6000, 2_174_000, List.of()),
                new SessionFacts(FIRST, 10000, 2_178_000, List.of("/a/e2", "/a/e")));
    }

    @Override
    public WatchFacts watches() {
        return new WatchFacts(
                Map.of(FIRST, List.of("/a", "/rec", "/per", "/zz"), SECOND, List.of("/a")));
    }

    @Override
    public void resetConnectionStats() {
        connectionResets++;
    }
}
