package io.banyan.server.net;

import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// How many connections there may be, from one address and in all. Thread-safe.
final class Admission {
    private final int perAddressMax;
    private final int totalMax;
    private final ConcurrentHashMap<InetAddress, Integer> perAddress = new ConcurrentHashMap<>();
    private final AtomicInteger total = new AtomicInteger();

    /// @param perAddressMax `maxClientCnxns`, 0 for no limit
    /// @param totalMax `maxCnxns`, 0 for no limit
    Admission(int perAddressMax, int totalMax) {
        this.perAddressMax = perAddressMax;
        this.totalMax = totalMax;
    }

    /// @return null if the connection may stay, else why not; only who may stay must {@link #leave}
    @Nullable String enter(InetAddress from) {
        int all = total.incrementAndGet();
        if (totalMax > 0 && all > totalMax) {
            total.decrementAndGet();
            return "maxCnxns=" + totalMax + " reached";
        }
        int same = perAddress.merge(from, 1, Integer::sum);
        if (perAddressMax > 0 && same > perAddressMax) {
            leave(from);
            return "maxClientCnxns=" + perAddressMax + " reached for " + from.getHostAddress();
        }
        return null;
    }

    void leave(InetAddress from) {
        total.decrementAndGet();
        perAddress.computeIfPresent(from, (address, count) -> count == 1 ? null : count - 1);
    }

    int total() {
        return total.get();
    }
}
