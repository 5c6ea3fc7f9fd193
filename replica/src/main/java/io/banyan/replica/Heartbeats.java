package io.banyan.replica;

import java.util.ArrayList;
import java.util.Arrays;

/// Who was heard since the replica was told last: what keeps sessions alive.
///
/// Confined to the gateway's thread.
final class Heartbeats {
    private final ArrayList<Connection> heard = new ArrayList<>();

    void heard(Connection from, long nowNanos) {
        from.lastHeardNanos = nowNanos;
        if (!from.heardSinceReport) {
            from.heardSinceReport = true;
            heard.add(from);
        }
    }

    /// Begins anew after it.
    ///
    /// @param gapMillis since the last report
    Input.Heard report(int gateway, long gapMillis, long nowNanos) {
        int count = heard.size();
        var ids = new long[count];
        var ages = new int[count];
        var timeouts = new int[count];
        int n = 0;
        for (Connection each : heard) {
            each.heardSinceReport = false;
            if (each.sessionId != 0) {
                ids[n] = each.sessionId;
                ages[n] = (int) Math.min(gapMillis, (nowNanos - each.lastHeardNanos) / 1_000_000);
                timeouts[n] = each.timeoutMillis;
                n++;
            }
        }
        heard.clear();
        return new Input.Heard(
                gateway, Arrays.copyOf(ids, n), Arrays.copyOf(ages, n), Arrays.copyOf(timeouts, n));
    }
}
