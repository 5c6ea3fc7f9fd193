package io.banyan.server.host;

import java.util.ArrayDeque;

/// How long a leader's proposals take until a quorum has them. Those of one round are one entry:
/// they were proposed, and are synced, together. Confined to the replica's thread.
final class ProposalClock {
    /// @param lastZxid of the round
    private record Round(long lastZxid, int txns, long millis) {}

    private final HostEvents events;
    private final ArrayDeque<Round> underWay = new ArrayDeque<>();
    private int txns;
    private long lastZxid;

    ProposalClock(HostEvents events) {
        this.events = events;
    }

    void proposed(long zxid) {
        txns++;
        lastZxid = zxid;
    }

    /// After the effects of a round.
    void endRound(long nowMillis) {
        if (txns > 0) {
            underWay.add(new Round(lastZxid, txns, nowMillis));
            txns = 0;
        }
    }

    /// Everything up to here is committed.
    void committed(long zxid, long nowMillis) {
        for (Round first = underWay.peek();
                first != null && first.lastZxid() <= zxid;
                first = underWay.peek()) {
            underWay.remove();
            events.acknowledged(first.txns(), nowMillis - first.millis());
        }
    }

    /// This server leads no more: nobody knows what becomes of the rest.
    void forget() {
        underWay.clear();
        txns = 0;
    }
}
