package io.banyan.server.operate;

import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a server is in its ensemble.
///
/// @param leaderId -1 while there is no leader
/// @param epoch led or followed; the current one while there is no leader
/// @param learners who learn from this server, which leads or serves observers as a follower
/// @param observerMasterId whom this observer learns from, the leader or a follower; -1 if this
///   server does not observe
/// @param pendingSyncs that this leader owes an answer
/// @param proposals sizes of what was proposed or logged
public record MemberFacts(
        Role role,
        boolean serving,
        long leaderId,
        long epoch,
        long loggedZxid,
        List<Learner> learners,
        long observerMasterId,
        int pendingSyncs,
        ProposalSizes proposals) {

    public enum Role {
        LOOKING("election", ""),
        FOLLOWING("following", "follower"),
        LEADING("leading", "leader"),
        OBSERVING("observing", "observer");

        private final String verb;
        private final String mode;

        Role(String verb, String mode) {
            this.verb = verb;
            this.mode = mode;
        }

        /// As `srvr` calls it; empty while there is none.
        public String mode() {
            return mode;
        }
    }

    /// One of those who learn from this server.
    ///
    /// @param traffic null if its connection has just ended
    public record Learner(
            long serverId,
            boolean observer,
            boolean synced,
            long ackedZxid,
            @Nullable Traffic traffic) {}

    /// What went over the connection of a learner.
    ///
    /// @param establishedMillis wall clock
    /// @param queuedBytes about what waits to be sent
    /// @param requests of its clients
    /// @param lastZxid last that it was told; 0 for none
    public record Traffic(
            InetSocketAddress remote,
            long establishedMillis,
            int queuedPackets,
            long queuedBytes,
            long packetsReceived,
            long packetsSent,
            long requests,
            long lastZxid) {}

    /// Bytes of a transaction; -1 while there was none.
    public record ProposalSizes(int last, int min, int max) {
        public static final ProposalSizes NONE = new ProposalSizes(-1, -1, -1);

        public ProposalSizes with(int bytes) {
            return new ProposalSizes(
                    bytes, min < 0 ? bytes : Math.min(min, bytes), Math.max(max, bytes));
        }
    }

    public MemberFacts {
        learners = List.copyOf(learners);
    }

    /// As `zabstate` tells it: election, synchronization or broadcast.
    public String zabState() {
        if (role == Role.LOOKING) {
            return "election";
        }
        return serving ? "broadcast" : "synchronization";
    }

    /// As `mntr` tells it: `leading - broadcast`.
    public String peerState() {
        return role == Role.LOOKING ? "looking" : role.verb + " - " + zabState();
    }

    /// Learners that take part.
    public long synced(boolean observers) {
        return learners.stream().filter(l -> l.synced() && l.observer() == observers).count();
    }
}
