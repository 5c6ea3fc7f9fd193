package io.banyan.server.peer;

import io.banyan.zab.Message;
import io.banyan.zab.Notification;
import java.util.List;

/// What comes from the other servers. Called on the threads of the links; what one link brings
/// comes in its order. Must return soon.
public interface PeerEvents {
    /// A vote.
    void notified(long serverId, Notification notification);

    /// The connection to a server's election port is there, or is gone: a process that dies takes
    /// it along at once.
    void electionLink(long serverId, boolean up);

    /// A connection on the quorum port is there.
    ///
    /// @param link negative if we dialled; else positive, never used before, and its first message
    ///   is a learner's introduction
    void linkOpened(long link);

    /// An observer has connected to the port where a follower serves observers.
    ///
    /// @param link as a positive one in {@link #linkOpened}
    void observerLinkOpened(long link);

    /// A connection is gone, or could not be made.
    void linkLost(long link, String why);

    void received(long link, List<Message> messages);

    /// Packets that waited for a learner are being written to it.
    ///
    /// @param waitedNanos how long the oldest of them waited
    void learnerServed(long serverId, int packets, long waitedNanos);

    /// A port cannot be had: the server must stop.
    ///
    /// @param why with the port and what to do
    void portFailed(String why);
}
