package io.banyan.server.operate;

import io.banyan.server.config.ServerConfig;
import io.banyan.server.metrics.ServerStats;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the server's host tells about it. Implemented once, over the gateways and the replica.
///
/// Any thread may call, but never a gateway's or the replica's own: the methods that gather from
/// all of them ({@link #connections}, {@link #sessions}, {@link #watches}) block until everyone has
/// answered, or for a second at most, and then leave out whoever did not. All others return at
/// once.
public interface ServerFacts {
    /// Which requests are being answered.
    enum Serving {
        /// None: starting, stopping, or without a quorum.
        NOTHING,
        /// Reads of read-only clients.
        READ_ONLY,
        EVERYTHING
    }

    Serving serving();

    /// The members of this moment.
    ///
    /// @param configured those that the server's configuration names
    default ServerConfig.Ensemble members(ServerConfig.Ensemble configured) {
        return configured;
    }

    /// Why the server does not (or not well) serve reads and writes: a short sentence for `/ready`;
    /// empty if it does. Tells the truth about a full disk, a failed log, a stop under way.
    String notReadyBecause();

    /// `standalone`, `leader`, `follower`, `observer` or `read-only`.
    String serverState();

    /// What this server is in its ensemble; null if it stands alone.
    default @Nullable MemberFacts member() {
        return null;
    }

    /// The last transaction that readers here can see.
    long lastZxid();

    /// Znodes as ZooKeeper counts them: every znode of the tree, and the root once more. A fresh
    /// tree has 5.
    long znodeCount();

    /// Znodes that go with their session.
    long ephemeralCount();

    /// Sum of the lengths of all paths and of all data, in bytes.
    long approximateDataBytes();

    /// Sessions known here, of whatever server.
    long sessionCount();

    /// Sessions that only this server knows.
    default long localSessionCount() {
        return 0;
    }

    /// Watches of clients of this server, of every kind. Gathers too.
    long watchCount();

    /// Client connections, with those that have no session yet.
    int connectionCount();

    /// The chance, from 0 to 1, that the next client is turned away for want of tokens.
    default double dropChance() {
        return 0;
    }

    /// Requests received and not answered.
    long outstandingRequests();

    /// Since serving began, in milliseconds.
    long uptimeMillis();

    /// The port that clients are served on, -1 if none.
    int clientPort();

    /// -1 if none.
    int secureClientPort();

    /// Digests of the tree at earlier transactions, oldest first; empty if none are kept.
    List<DigestEntry> digests();

    /// The newest snapshot on disk.
    LastSnapshot lastSnapshot();

    /// Numbers of `srvr`; the same object always.
    ServerStats stats();

    /// The clock of {@link SessionFacts#expiresAtMillis} and of {@link
    /// ConnectionFacts#lastResponseMillis}: milliseconds since an arbitrary moment.
    long elapsedMillis();

    /// Every client connection, also the one that asks.
    List<ConnectionFacts> connections();

    /// Every session, of whatever server, with its ephemerals.
    List<SessionFacts> sessions();

    /// Sessions that only this server knows, by the time of {@link SessionFacts#expiresAtMillis}.
    default SortedMap<Long, List<Long>> localSessions() {
        return new TreeMap<>();
    }

    /// Who watches what.
    WatchFacts watches();

    /// Packet counts and latencies of every connection start again (`crst`).
    void resetConnectionStats();

    /// What was counted of learners' connections starts again (`orst`).
    default void resetLearnerTraffic() {}

    /// @param version of the digest's algorithm
    record DigestEntry(long zxid, int version, long digest) {}

    /// @param zxid -1 if there is no snapshot
    /// @param writtenAtSeconds wall clock; 0 if there is none
    record LastSnapshot(long zxid, long writtenAtSeconds) {}
}
