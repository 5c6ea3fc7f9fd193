package io.banyan.server.host;

import io.banyan.zab.PeerState;
import org.jspecify.annotations.Nullable;

/// How long a member looks for a leader, takes over its history, and serves nobody. Confined to the
/// replica's thread; times in milliseconds of one monotonic clock.
final class RoleWatch {
    private final HostEvents events;
    private @Nullable PeerState state;
    private long stateSinceMillis;
    private boolean serving;
    private long unavailableSinceMillis;

    RoleWatch(HostEvents events, long nowMillis) {
        this.events = events;
        this.unavailableSinceMillis = nowMillis;
    }

    /// The state of now; to be told before what this round did about clients.
    ///
    /// @return whether it is another one than before
    boolean saw(PeerState now, long nowMillis) {
        if (now == state) {
            return false;
        }
        if (now == PeerState.LOOKING) {
            events.looking();
        } else if (state == PeerState.LOOKING) {
            events.elected(nowMillis - stateSinceMillis);
        }
        state = now;
        stateSinceMillis = nowMillis;
        return true;
    }

    /// Clients are served from now on.
    void serves(long nowMillis) {
        PeerState as = state;
        if (!serving && as != null) {
            serving = true;
            events.available(as, nowMillis - stateSinceMillis, nowMillis - unavailableSinceMillis);
        }
    }

    /// They are not any more.
    void ceases(long nowMillis) {
        if (serving) {
            serving = false;
            unavailableSinceMillis = nowMillis;
        }
    }
}
