package io.banyan.replica;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// When sessions die: ZooKeeper's buckets of one tick, on a clock that runs only while we serve.
///
/// A session touched at `t` is due at `((t + timeout) / tick + 1) * tick`. The clock behind `t` is
/// not the monotonic clock but the sum of its steps, each counted up to {@link #stepMillisMax}: a
/// server that was stopped, collected garbage or waited for its disk for a minute has not listened
/// to its clients for a minute, and that is not their fault. And it expires nobody before every
/// gateway has reported whom it heard up to then.
///
/// Confined to the replica thread.
final class SessionExpiry {
    /// A session as the deciding server knows it.
    static final class Live {
        final long id;
        int timeoutMillis;

        /// End of its bucket, or -1 while it is closing.
        long dueMillis;

        /// Who may write under this session; null while its client has not come back after a
        /// restart, or to a new leader.
        @Nullable Owner owner;

        boolean closing;

        Live(long id, int timeoutMillis) {
            this.id = id;
            this.timeoutMillis = timeoutMillis;
        }
    }

    private final int tickMillis;
    private final int stepMillisMax;
    private final Map<Long, Live> sessions = new java.util.LinkedHashMap<>();
    private final NavigableMap<Long, LinkedHashSet<Live>> buckets = new TreeMap<>();

    /// Session clock at the last report of each gateway.
    private final long[] reportedMillis;

    private long lastTickMillis;
    private long clockMillis;

    SessionExpiry(int tickMillis, int stepMillisMax, int gateways, long nowMillis) {
        this.tickMillis = tickMillis;
        this.stepMillisMax = stepMillisMax;
        this.reportedMillis = new long[gateways];
        this.lastTickMillis = nowMillis;
    }

    void tick(long nowMillis) {
        long step = Math.max(0, nowMillis - lastTickMillis);
        clockMillis += Math.min(step, stepMillisMax);
        lastTickMillis = nowMillis;
    }

    /// Time went on, but we did not serve: it does not count.
    void stand(long nowMillis) {
        lastTickMillis = nowMillis;
    }

    void reported(int gateway) {
        reportedMillis[gateway] = clockMillis;
    }

    Live open(long id, int timeoutMillis) {
        var live = new Live(id, timeoutMillis);
        sessions.put(id, live);
        touch(live, timeoutMillis, 0);
        return live;
    }

    @Nullable Live find(long id) {
        return sessions.get(id);
    }

    int count() {
        return sessions.size();
    }

    /// @param ageMillis how long ago it was heard
    void touch(Live live, int timeoutMillis, int ageMillis) {
        if (live.closing) {
            return;
        }
        // A client that came back with a shorter timeout is given up earlier, as ZooKeeper does.
        boolean isShorter = timeoutMillis < live.timeoutMillis;
        live.timeoutMillis = timeoutMillis;
        long heardMillis = clockMillis - ageMillis;
        long due = ((heardMillis + timeoutMillis) / tickMillis + 1) * tickMillis;
        // Otherwise never earlier than before: gateways may report the same time in any order.
        if (due == live.dueMillis || (due < live.dueMillis && !isShorter)) {
            return;
        }
        leaveBucket(live);
        live.dueMillis = due;
        buckets.computeIfAbsent(due, d -> new LinkedHashSet<>()).add(live);
    }

    void close(Live live) {
        leaveBucket(live);
        live.closing = true;
    }

    void forget(long id) {
        Live live = sessions.remove(id);
        if (live != null) {
            leaveBucket(live);
        }
    }

    /// Unless the id is a living session's again.
    void forgetClosed(long id) {
        Live live = sessions.get(id);
        if (live != null && live.closing) {
            sessions.remove(id);
        }
    }

    /// Sessions that are due; each is closing from now on.
    List<Live> expire() {
        long safeMillis = clockMillis;
        for (long reported : reportedMillis) {
            safeMillis = Math.min(safeMillis, reported);
        }
        var due = new ArrayList<Live>();
        for (var first = buckets.firstEntry();
                first != null && first.getKey() <= safeMillis;
                first = buckets.firstEntry()) {
            buckets.pollFirstEntry();
            for (Live live : first.getValue()) {
                live.closing = true;
                live.dueMillis = -1;
                due.add(live);
            }
        }
        return due;
    }

    /// For operators: the ends of the buckets, as milliseconds from now on the session clock, with
    /// the ids in each.
    NavigableMap<Long, List<Long>> dueInMillis() {
        var result = new TreeMap<Long, List<Long>>();
        buckets.forEach((due, lives) ->
                result.put(due - clockMillis, lives.stream().map(l -> l.id).toList()));
        return result;
    }

    private void leaveBucket(Live live) {
        var bucket = buckets.get(live.dueMillis);
        if (bucket != null) {
            bucket.remove(live);
            if (bucket.isEmpty()) {
                buckets.remove(live.dueMillis);
            }
        }
        live.dueMillis = -1;
    }
}
