package io.banyan.server.host;

import io.banyan.zab.PeerState;
import java.util.ArrayList;
import java.util.List;

/// What was told of a member's life, as text.
final class ToldEvents implements HostEvents {
    final List<String> told = new ArrayList<>();

    @Override
    public void synced(int txns, long nanos) {}

    @Override
    public void snapshotTaken(long zxid, long bytes, long nanos) {}

    @Override
    public void snapshotFailed(long zxid, Throwable cause) {}

    @Override
    public void serving(boolean serving, String why) {}

    @Override
    public void looking() {
        told.add("looking");
    }

    @Override
    public void elected(long millis) {
        told.add("elected " + millis);
    }

    @Override
    public void available(PeerState as, long syncMillis, long unavailableMillis) {
        told.add("available " + as + " " + syncMillis + " " + unavailableMillis);
    }

    @Override
    public void learnerSynced(boolean image) {}

    @Override
    public void acknowledged(int txns, long millis) {
        told.add("acknowledged " + txns + " " + millis);
    }

    @Override
    public void followed(int proposals, int commits) {}

    @Override
    public void halted(String reason) {}
}
