package io.banyan.client;

import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Which server is dialled next, and after which pause; and which one is asked for a quorum while
/// the client is with one that has none. Mutable, confined to the core's thread.
final class Rotation {
    private static final long PROBE_NANOS_MIN = 1_000_000_000L;
    private static final long PROBE_NANOS_MAX = 60_000_000_000L;

    private final List<ConnectString.Server> all;
    private final long backoffMinNanos;
    private final long backoffMaxNanos;
    private final RandomGenerator random;

    private int current;
    private int next;

    /// Dials and connections in a row that came to nothing.
    private int failures;

    private long probeAtNanos;
    private long probePauseNanos;
    private int probed;

    /// @param shuffled in the order in which they are dialled
    Rotation(List<ConnectString.Server> shuffled, CoreConfig config, RandomGenerator random) {
        all = List.copyOf(shuffled);
        backoffMinNanos = config.backoffMinNanos();
        backoffMaxNanos = config.backoffMaxNanos();
        this.random = random;
    }

    int count() {
        return all.size();
    }

    /// The one that was dialled last.
    ConnectString.Server current() {
        return all.get(current);
    }

    /// The one to dial now.
    ConnectString.Server next() {
        current = next;
        next = (current + 1) % all.size();
        return current();
    }

    /// That one is dialled next, and at once.
    void prefer(ConnectString.Server server) {
        next = all.indexOf(server);
        failures = 0;
    }

    void failed() {
        failures++;
    }

    /// What comes next is the first failure of its kind.
    void forgetFailures() {
        failures = 0;
    }

    /// How long to wait before the next dial. A round over all servers is made at once; before the
    /// next one there is a pause, longer each time, of which half is random, so that clients do not
    /// come back in step.
    long pauseNanos() {
        if (failures == 0 || failures % all.size() != 0) {
            return 0;
        }
        int rounds = failures / all.size();
        long longest = Math.min(backoffMinNanos << Math.min(rounds - 1, 20), backoffMaxNanos);
        return longest / 2 + random.nextLong(longest / 2 + 1);
    }

    // ---- without a quorum

    void beginProbing(long now) {
        probePauseNanos = PROBE_NANOS_MIN;
        probeAtNanos = now + probePauseNanos;
    }

    /// When the next server is to be asked for its quorum.
    long probeAtNanos() {
        return probeAtNanos;
    }

    /// @return the server to ask now, null if it is not time yet
    ConnectString.@Nullable Server probeDue(long now) {
        if (now - probeAtNanos < 0) {
            return null;
        }
        probeAtNanos = now + probePauseNanos;
        probePauseNanos = Math.min(2 * probePauseNanos, PROBE_NANOS_MAX);
        ConnectString.Server asked = all.get(probed);
        probed = (probed + 1) % all.size();
        return asked;
    }
}
