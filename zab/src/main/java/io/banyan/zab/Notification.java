package io.banyan.zab;

/// A vote, as servers tell it each other on the election port.
///
/// @param state of the sender
/// @param leader id of the proposed or settled leader
/// @param zxid last logged by the proposed leader when the vote was made
/// @param round the sender's logical clock: which election this is about
/// @param peerEpoch current epoch of the proposed leader
public record Notification(PeerState state, long leader, long zxid, long round, long peerEpoch) {}
