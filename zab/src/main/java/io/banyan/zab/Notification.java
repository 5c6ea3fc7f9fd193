package io.banyan.zab;

import org.jspecify.annotations.Nullable;

/// A vote, as servers tell it each other on the election port.
///
/// @param state of the sender
/// @param leader id of the proposed or settled leader
/// @param zxid last logged by the proposed leader when the vote was made
/// @param round the sender's logical clock: which election this is about
/// @param peerEpoch current epoch of the proposed leader
/// @param configuration the newest one that the sender knows to be committed; null where the
///   members never change, or if it cannot be read
public record Notification(
        PeerState state,
        long leader,
        long zxid,
        long round,
        long peerEpoch,
        @Nullable Configuration configuration) {
    public Notification(PeerState state, long leader, long zxid, long round, long peerEpoch) {
        this(state, leader, zxid, round, peerEpoch, null);
    }

    Notification with(@Nullable Configuration known) {
        return new Notification(state, leader, zxid, round, peerEpoch, known);
    }
}
