package io.banyan.server.host;

import io.banyan.tree.State;
import io.banyan.zab.Message;
import io.banyan.zab.Notification;
import io.banyan.zab.PeerState;
import org.jspecify.annotations.Nullable;

/// The way from the replica's thread to the other servers. Calls return at once.
public interface PeerOutlet {
    /// Of a server that stands alone: it has nobody to talk to.
    PeerOutlet NOBODY =
            new PeerOutlet() {
                @Override
                public void notify(long serverId, Notification notification) {
                    throw new IllegalStateException("a server on its own notifies " + serverId);
                }

                @Override
                public void dial(long link, long serverId, boolean observerMaster) {
                    throw new IllegalStateException("a server on its own dials " + serverId);
                }

                @Override
                public void send(long link, Message message) {
                    throw new IllegalStateException("a server on its own sends " + message);
                }

                @Override
                public void sendImage(long link, long zxid, State state) {
                    throw new IllegalStateException("a server on its own sends an image");
                }

                @Override
                public void became(PeerState state) {
                    throw new IllegalStateException("a server on its own became " + state);
                }

                @Override
                public void hangUp(long link, @Nullable String why) {
                    throw new IllegalStateException("a server on its own hangs up " + link);
                }
            };

    /// Tells a server our vote. It may be late or lost; a newer one replaces one still waiting.
    void notify(long serverId, Notification notification);

    /// Connects to a server's quorum port.
    ///
    /// @param link its number from now on, negative and never used before
    /// @param observerMaster to the port where a follower serves observers instead
    void dial(long link, long serverId, boolean observerMaster);

    /// Nothing happens if the link is gone.
    void send(long link, Message message);

    /// Sends SNAP with this state behind it.
    void sendImage(long link, long zxid, State state);

    /// What this server is from now on; a port that only followers have opens and closes with it.
    void became(PeerState state);

    /// Closes a link, after what was sent before.
    ///
    /// @param why for the log, null if it is not worth a line
    void hangUp(long link, @Nullable String why);
}
