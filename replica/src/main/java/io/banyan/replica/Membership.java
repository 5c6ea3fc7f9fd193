package io.banyan.replica;

import io.banyan.zab.PeerState;
import io.banyan.zab.Zab;
import java.util.List;

/// What a member is in its ensemble at this moment, for operators.
///
/// @param serving whether clients are served
/// @param readOnly whether clients are served, but only those who only read
/// @param leaderId -1 while there is no leader
/// @param epoch led or followed; the current one while there is no leader
/// @param loggedZxid last in the log, committed or not
/// @param committedZxid last applied
/// @param learners who learn from this server, which leads or serves observers as a follower
/// @param observerMasterId whom this observer learns from, the leader or a follower; -1 if this
///   server does not observe
/// @param pendingSyncs that this leader owes an answer
public record Membership(
        PeerState state,
        boolean serving,
        boolean readOnly,
        long leaderId,
        long epoch,
        long loggedZxid,
        long committedZxid,
        List<Zab.Learner> learners,
        long observerMasterId,
        int pendingSyncs) {}
