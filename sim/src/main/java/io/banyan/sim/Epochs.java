package io.banyan.sim;

import io.banyan.wire.Zxid;
import java.util.HashMap;
import java.util.Map;

/// Promise 3: the epochs that a server promised never fall, an epoch has one leader, and only that
/// one proposes in it.
final class Epochs {
    private static final String PROMISE = "Epochs";

    private final long counterEnd;
    private final Map<Integer, Long> accepted = new HashMap<>();
    private final Map<Integer, Long> current = new HashMap<>();
    private final Map<Long, Integer> leaders = new HashMap<>();
    private long servedMax;

    /// @param counterEnd no transaction of a leader of others has a counter as large as this
    Epochs(long counterEnd) {
        this.counterEnd = counterEnd;
    }

    /// A server was told that its promise is on disk.
    void acceptedSaved(int server, long epoch) {
        rise(accepted, server, epoch, "acceptedEpoch");
    }

    /// A server was told that it is on disk that it holds the beginning of this epoch.
    void currentSaved(int server, long epoch) {
        rise(current, server, epoch, "currentEpoch");
        Violation.unless(
                accepted.getOrDefault(server, 0L) >= epoch,
                PROMISE,
                "server " + server + " has currentEpoch " + epoch + " without having accepted it");
    }

    /// A server starts with these.
    void recovered(int server, long acceptedEpoch, long currentEpoch) {
        rise(accepted, server, acceptedEpoch, "acceptedEpoch");
        rise(current, server, currentEpoch, "currentEpoch");
    }

    /// Its disk was emptied.
    void forget(int server) {
        accepted.remove(server);
        current.remove(server);
    }

    private static void rise(Map<Integer, Long> of, int server, long epoch, String what) {
        long before = of.getOrDefault(server, 0L);
        Violation.unless(
                epoch >= before,
                PROMISE,
                what + " of server " + server + " fell from " + before + " to " + epoch);
        of.put(server, epoch);
    }

    /// A server serves clients in this epoch.
    void served(long epoch) {
        servedMax = Math.max(servedMax, epoch);
    }

    /// The last epoch that any server served in: leaders of earlier ones are deposed, whether they
    /// know it or not.
    long servedMax() {
        return servedMax;
    }

    /// A server serves as the leader of this epoch.
    void leads(int server, long epoch) {
        Integer other = leaders.putIfAbsent(epoch, server);
        Violation.unless(
                other == null || other == server,
                PROMISE,
                "servers " + other + " and " + server + " lead epoch " + epoch);
    }

    /// A server made a new transaction.
    void proposed(int server, long zxid) {
        leads(server, Zxid.epoch(zxid));
        Violation.unless(
                current.getOrDefault(server, 0L) == Zxid.epoch(zxid),
                PROMISE,
                "server "
                        + server
                        + " proposes "
                        + History.hex(zxid)
                        + " in epoch "
                        + current.get(server));
        Violation.unless(
                Zxid.counter(zxid) < counterEnd,
                PROMISE,
                "server " + server + " proposes " + History.hex(zxid) + " behind its epoch's end");
    }
}
