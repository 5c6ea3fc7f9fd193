package io.banyan.zab;

import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Fast leader election: everybody proposes the best server it knows of, until a quorum proposes
/// the same.
///
/// Best is the one with the newest history: by current epoch, then last zxid, then id. A server
/// votes with what is durable: it begins once its disk has settled (ZOOKEEPER-2845).
///
/// A server that does not know its past, since its disk was lost, takes no part: what it once
/// promised and acknowledged is forgotten. It waits until others have a leader, and learns.
///
/// Unlike ZooKeeper, which always waits 200 ms for a better vote, an election is over at once when
/// everybody who can be reached agrees. What makes a wrong choice harmless is not the wait but
/// discovery ({@link Leading}).
final class Looking implements Role {
    private static final int SETTLE_MILLIS = 200;
    private static final int RESEND_MILLIS_MIN = 200;
    private static final int RESEND_MILLIS_MAX = 1_000;

    private final Zab zab;
    private final Quorums quorums;

    /// Who is to lead without an election; -1 if nobody is known to.
    private final long designated;

    /// The last vote of each voter in this round.
    private final SortedMap<Long, Notification> votes = new TreeMap<>();

    /// What servers that are not looking say, of whatever round.
    private final SortedMap<Long, Notification> settled = new TreeMap<>();

    /// When a server that is no voter here was answered last.
    private final SortedMap<Long, Long> answeredMillis = new TreeMap<>();

    private boolean voting;
    private Notification initial;
    private Notification proposal;
    private long resendAtMillis;
    private int resendMillis = RESEND_MILLIS_MIN;

    /// When the vote of a quorum is taken for good; -1 while there is none.
    private long decideAtMillis = -1;

    /// @param designated who is to lead without an election; -1 for nobody
    Looking(Zab zab, long designated) {
        this.zab = zab;
        this.quorums = zab.quorums();
        this.designated = designated;
        this.initial = zab.ownVote();
        this.proposal = initial;
    }

    /// Votes as soon as the disk has settled.
    void begin() {
        if (zab.isDiskSettled() && designated >= 0) {
            initial = zab.ownVote();
            zab.elected(
                    new Notification(
                            PeerState.LOOKING,
                            designated,
                            zab.history.last(),
                            zab.round,
                            zab.currentEpoch));
        } else if (zab.isDiskSettled()) {
            voting = true;
            zab.round++;
            initial = zab.ownVote();
            propose(initial);
            conclude();
        }
    }

    @Override
    public PeerState state() {
        return PeerState.LOOKING;
    }

    @Override
    public void diskAdvanced() {
        if (!voting) {
            begin();
        }
    }

    @Override
    public void timePassed() {
        if (!voting) {
            return;
        }
        if (decideAtMillis >= 0 && zab.nowMillis >= decideAtMillis) {
            conclude();
        } else if (zab.nowMillis >= resendAtMillis) {
            resendMillis = Math.min(2 * resendMillis, RESEND_MILLIS_MAX);
            tellAll();
        }
    }

    @Override
    public void forgive(long millis) {
        // Votes are not hurried: whoever is not heard now is asked again.
    }

    @Override
    public long wakeAtMillis() {
        if (!voting) {
            return Long.MAX_VALUE;
        }
        return decideAtMillis >= 0 ? Math.min(decideAtMillis, resendAtMillis) : resendAtMillis;
    }

    void notified(long from, Notification n) {
        if (!voting) {
            return;
        }
        if (!quorums.isVoter(from)) {
            // One that is settled answers us itself, as would another observer if we are one, and
            // the two of us would never stop.
            if (n.state() == PeerState.LOOKING && zab.votes() && isTurnOf(from)) {
                zab.tell(from, proposal);
            }
            return;
        }
        if (!quorums.isVoter(n.leader())) {
            joinRound(n);
            return;
        }
        switch (n.state()) {
            case LOOKING -> onVote(from, n);
            case FOLLOWING, LEADING -> onSettled(from, n);
            case OBSERVING -> {
                // An observer has no say.
            }
        }
    }

    /// Where the members change, and where this server's file does not name the other one, two
    /// servers may each take the other for none, or for one that has to be answered: not every
    /// time, or they never stop.
    private boolean isTurnOf(long stranger) {
        if (!zab.config.reconfig() && quorums.isMember(stranger)) {
            return true;
        }
        Long before = answeredMillis.get(stranger);
        if (before != null && zab.nowMillis - before < RESEND_MILLIS_MIN / 2) {
            return false;
        }
        answeredMillis.put(stranger, zab.nowMillis);
        return true;
    }

    void electionLink(long serverId, boolean up) {
        if (!voting) {
            return;
        }
        if (up) {
            zab.tell(serverId, proposal);
        } else {
            // One less to wait for.
            conclude();
        }
    }

    /// Who does not know yet that it has a vote proposes nobody, but supports who is best in its
    /// own round: if that is a later one, all have to get there.
    private void joinRound(Notification n) {
        if (zab.config.reconfig() && n.state() == PeerState.LOOKING && n.round() > zab.round) {
            zab.round = n.round();
            votes.clear();
            initial = zab.ownVote();
            propose(initial);
        }
    }

    private void onVote(long from, Notification n) {
        if (n.zxid() == Past.UNKNOWN || initial.zxid() == Past.UNKNOWN) {
            return;
        }
        if (n.round() < zab.round) {
            // To an answer of an observer the voter would answer again, and so on for ever.
            if (zab.votes()) {
                zab.tell(from, proposal);
            }
            return;
        }
        if (n.round() > zab.round) {
            zab.round = n.round();
            votes.clear();
            initial = zab.ownVote();
            propose(beats(n, initial) ? n : initial);
        } else if (beats(n, proposal)) {
            propose(n);
        }
        votes.put(from, n);
        conclude();
    }

    private void onSettled(long from, Notification n) {
        if (n.round() == zab.round) {
            votes.put(from, n);
            if (isSettledOn(n, votes)) {
                zab.elected(n);
                return;
            }
        }
        settled.put(from, n);
        if (isSettledOn(n, settled)) {
            zab.round = n.round();
            zab.elected(n);
        }
    }

    /// Whether a quorum follows the leader that this vote names, and the leader says so itself. A
    /// quorum of the present members: the next ones stand in this server's log, and if the settled
    /// do not know of them, nor wait for this server, it would look for ever.
    private boolean isSettledOn(Notification n, SortedMap<Long, Notification> said) {
        var agreeing = new TreeSet<Long>();
        said.forEach((server, vote) -> {
            if (isSame(vote, n)) {
                agreeing.add(server);
            }
        });
        if (!quorums.current().electorate().isQuorum(agreeing)) {
            return false;
        }
        if (n.leader() == zab.config.serverId()) {
            return n.round() == zab.round;
        }
        Notification leaders = said.get(n.leader());
        return leaders != null && leaders.state() == PeerState.LEADING;
    }

    /// Members of a settled ensemble may remember its election differently: who was there compares
    /// everything, who came later got to know leader and epoch only (ZOOKEEPER-1732, 1805).
    private static boolean isSame(Notification a, Notification b) {
        if (a.leader() != b.leader() || a.peerEpoch() != b.peerEpoch()) {
            return false;
        }
        boolean looking = a.state() == PeerState.LOOKING || b.state() == PeerState.LOOKING;
        return !looking || (a.zxid() == b.zxid() && a.round() == b.round());
    }

    /// Ends the election if a quorum proposes what we propose, and nobody else can be waited for.
    private void conclude() {
        if (initial.zxid() == Past.UNKNOWN || !quorums.isVoter(proposal.leader())) {
            return;
        }
        SortedSet<Long> agreeing = new TreeSet<>();
        votes.forEach((server, vote) -> {
            if (isSame(vote, proposal)) {
                agreeing.add(server);
            }
        });
        if (!quorums.isQuorum(agreeing)) {
            decideAtMillis = -1;
            return;
        }
        if (decideAtMillis < 0) {
            decideAtMillis = zab.nowMillis + SETTLE_MILLIS;
        }
        if (zab.nowMillis >= decideAtMillis || nobodyMissing(agreeing)) {
            zab.elected(proposal);
        }
    }

    private boolean nobodyMissing(SortedSet<Long> agreeing) {
        for (long voter : quorums.voters()) {
            if (!agreeing.contains(voter) && zab.isReachable(voter)) {
                return false;
            }
        }
        return true;
    }

    private void propose(Notification vote) {
        proposal =
                new Notification(
                        PeerState.LOOKING, vote.leader(), vote.zxid(), zab.round, vote.peerEpoch());
        decideAtMillis = -1;
        resendMillis = RESEND_MILLIS_MIN;
        if (zab.votes()) {
            votes.put(zab.config.serverId(), proposal);
        }
        tellAll();
    }

    private void tellAll() {
        resendAtMillis = zab.nowMillis + resendMillis + zab.jitter(resendMillis / 4);
        for (long voter : quorums.voters()) {
            if (voter != zab.config.serverId()) {
                zab.tell(voter, proposal);
            }
        }
    }

    private boolean beats(Notification a, Notification b) {
        if (quorums.weightOf(a.leader()) == 0) {
            return false;
        }
        if (a.peerEpoch() != b.peerEpoch()) {
            return a.peerEpoch() > b.peerEpoch();
        }
        return a.zxid() != b.zxid() ? a.zxid() > b.zxid() : a.leader() > b.leader();
    }

    // ---- a server that looks has no links of its own; who dials us early waits in Zab

    @Override
    public void endRound() {}

    @Override
    public void linkOpened(long link) {}

    @Override
    public void linkLost(long link, String why) {}

    @Override
    public void received(long link, Message message) {}

    @Override
    public void leave(String why) {}
}
