package io.banyan.server.door;

import io.banyan.tree.State;
import io.banyan.wire.WatcherEvent;
import java.util.List;

/// Told what a gateway showed the sessions of a door.
public interface RoundListener {
    /// Comes before any reply of the round is given out.
    ///
    /// @param state what the gateway had adopted at the end of the round; holds every change that
    ///   an event of this round or a reply of it tells of
    /// @param events of the watches of all sessions, in zxid order for each session
    void onRound(State state, List<WatcherEvent> events);
}
