package io.banyan.zab;

import io.banyan.zab.LearnerLink.Phase;
import io.banyan.zab.Message.Ack;
import io.banyan.zab.Message.AckEpoch;
import io.banyan.zab.Message.Carried;
import io.banyan.zab.Message.Commit;
import io.banyan.zab.Message.CommitAndActivate;
import io.banyan.zab.Message.Diff;
import io.banyan.zab.Message.Inform;
import io.banyan.zab.Message.InformAndActivate;
import io.banyan.zab.Message.LeaderInfo;
import io.banyan.zab.Message.LearnerInfo;
import io.banyan.zab.Message.NewLeader;
import io.banyan.zab.Message.Ping;
import io.banyan.zab.Message.Proposal;
import io.banyan.zab.Message.Snap;
import io.banyan.zab.Message.Trunc;
import io.banyan.zab.Message.UpToDate;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Leading: discovery (which epoch, and is our history the newest), synchronisation (a quorum takes
/// it over), then broadcast.
///
/// Elected is not established: until a quorum has acknowledged NEWLEADER nothing is proposed,
/// delivered or served. An acknowledgement counts only from a voter that acknowledged NEWLEADER
/// before: of one that did not, the epoch file is older than its log, and it could lose an election
/// that it has to win.
final class Leading implements Role {
    private enum Stage {
        /// A quorum has to say which epochs it promised.
        GATHERING,
        /// The new epoch goes to our disk.
        PROMISING,
        /// A quorum has to promise it.
        DISCOVERING,
        /// It becomes our current one on disk.
        SETTLING,
        /// A quorum has to take over our history.
        SYNCHRONISING,
        BROADCASTING
    }

    /// Who elected us dials at once and for two seconds; waiting longer for a quorum of them only
    /// keeps this server from finding out who leads instead.
    private static final int GATHERING_MILLIS_MAX = 5_000;

    private final Zab zab;
    private final History history;
    private final long serverId;
    private final LearnerLinks links;
    private final LearnerFeed feed;

    /// Voters that promised the epoch, until enough did.
    private final SortedSet<Long> promised = new TreeSet<>();

    private Stage stage = Stage.GATHERING;
    private long epoch;
    private long stageEndsMillis;

    /// Since when too few voters are with us; -1 while enough are.
    private long aloneSinceMillis = -1;

    private long lastZxid;

    /// Whether we still lead, asked by number: to be sent, sent, and answered by a quorum.
    private long askedQuestion;

    private long sentQuestion;
    private long confirmedQuestion;

    Leading(Zab zab) {
        this.zab = zab;
        this.history = zab.history;
        this.serverId = zab.config.serverId();
        this.lastZxid = history.last();
        this.links = new LearnerLinks(zab, "a", "learner");
        this.feed = new LearnerFeed(zab, links, this::syncEnd);
        enter(Stage.GATHERING);
    }

    void begin() {
        maybeDecideEpoch();
    }

    @Override
    public PeerState state() {
        return PeerState.LEADING;
    }

    long epoch() {
        return stage == Stage.BROADCASTING ? epoch : zab.currentEpoch;
    }

    List<Zab.Learner> learners() {
        return links.introduced();
    }

    private void enter(Stage next) {
        stage = next;
        int patience =
                next == Stage.GATHERING
                        ? Math.min(GATHERING_MILLIS_MAX, zab.initMillis())
                        : zab.initMillis();
        stageEndsMillis = zab.nowMillis + patience;
    }

    // ---- time

    @Override
    public void timePassed() {
        if (stage != Stage.BROADCASTING
                && stage != Stage.PROMISING
                && stage != Stage.SETTLING
                && zab.nowMillis >= stageEndsMillis) {
            zab.look("no quorum came together while " + stage);
            return;
        }
        links.dropSilent();
        if (stage == Stage.BROADCASTING && !hasQuorum()) {
            return;
        }
        links.heartbeat(sentQuestion);
    }

    @Override
    public void forgive(long millis) {
        stageEndsMillis += millis;
        if (aloneSinceMillis >= 0) {
            aloneSinceMillis += millis;
        }
        links.forgive(millis);
    }

    /// A leader that has lost its quorum cannot commit; after a tick it makes room for another.
    private boolean hasQuorum() {
        var with = new TreeSet<Long>();
        with.add(serverId);
        for (LearnerLink each : links.all()) {
            if (each.counts()) {
                with.add(each.serverId);
            }
        }
        if (zab.quorums().isQuorum(with)) {
            aloneSinceMillis = -1;
            return true;
        }
        if (aloneSinceMillis < 0) {
            aloneSinceMillis = zab.nowMillis;
        }
        if (zab.nowMillis - aloneSinceMillis < zab.config.tickMillis()) {
            return true;
        }
        zab.look("only " + with + " of the voters are left");
        return false;
    }

    @Override
    public long wakeAtMillis() {
        return Math.min(
                links.nextHeartbeatMillis(),
                stage == Stage.BROADCASTING ? Long.MAX_VALUE : stageEndsMillis);
    }

    // ---- links

    @Override
    public void linkOpened(long link) {
        links.opened(link);
    }

    @Override
    public void linkLost(long link, String why) {
        links.lost(link, why);
    }

    @Override
    public void leave(String why) {
        links.hangUpAll();
    }

    // ---- what learners say

    @Override
    public void received(long link, Message message) {
        LearnerLink learner = links.heard(link);
        if (learner == null) {
            return;
        }
        switch (message) {
            case LearnerInfo info -> onLearnerInfo(learner, info);
            case AckEpoch ack -> onAckEpoch(learner, ack);
            case Ack ack -> onAck(learner, ack.zxid());
            case Ping ping -> onPing(learner, ping);
            case Carried carried -> {
                if (learner.isForwarding() && stage == Stage.BROADCASTING) {
                    zab.out.carried(link, learner.serverId, carried.load());
                }
            }
            case LeaderInfo _,
                    Diff _,
                    Trunc _,
                    Snap _,
                    NewLeader _,
                    UpToDate _,
                    Proposal _,
                    Commit _,
                    CommitAndActivate _,
                    Inform _,
                    InformAndActivate _ ->
                    links.refuse(learner, message);
        }
    }

    private void onLearnerInfo(LearnerLink learner, LearnerInfo info) {
        if (learner.isIntroduced()) {
            links.refuse(learner, "introduced itself twice");
            return;
        }
        if (info.serverId() == serverId) {
            links.refuse(
                    learner, "says it is server " + serverId + ", and so are we: check its myid");
            return;
        }
        // Who is to become a member follows before it is one, without a vote here: by a change of
        // the members, or because its file names it already and ours does not yet.
        if (zab.config.reconfig() && info.configVersion() > zab.quorums().lastSeen().version()) {
            links.refuse(
                    learner,
                    "says it is server "
                            + info.serverId()
                            + " and knows configuration "
                            + Zxids.hex(info.configVersion())
                            + ", which is newer than ours");
            return;
        }
        links.introduce(learner, info);
        learner.phase = Phase.INTRODUCED;
        maybeDecideEpoch();
        if (stage != Stage.GATHERING && stage != Stage.PROMISING) {
            tellEpoch(learner);
        }
    }

    private void maybeDecideEpoch() {
        if (stage != Stage.GATHERING) {
            return;
        }
        var reported = new TreeSet<Long>();
        reported.add(serverId);
        long newest = zab.acceptedEpoch;
        for (LearnerLink each : links.all()) {
            if (each.isIntroduced() && !each.guest) {
                newest = Math.max(newest, each.acceptedEpoch);
                if (votes(each)) {
                    reported.add(each.serverId);
                }
            }
        }
        if (zab.quorums().isQuorum(reported)) {
            epoch = newest + 1;
            enter(Stage.PROMISING);
            zab.saveAcceptedEpoch(epoch);
        }
    }

    private void tellEpoch(LearnerLink learner) {
        if (learner.acceptedEpoch > epoch) {
            if (votes(learner)) {
                // It promised a leader that came to nothing; only a newer epoch brings it back.
                zab.look(
                        "server "
                                + learner.serverId
                                + " has promised epoch "
                                + learner.acceptedEpoch);
            } else {
                links.refuse(learner, "has promised epoch " + learner.acceptedEpoch);
            }
            return;
        }
        learner.phase = Phase.ASKED;
        zab.out.send(learner.link, new LeaderInfo(epoch, true));
    }

    private void onAckEpoch(LearnerLink learner, AckEpoch ack) {
        if (learner.phase != Phase.ASKED) {
            links.refuse(learner, ack);
            return;
        }
        learner.phase = Phase.PROMISED;
        learner.lastZxid = ack.lastZxid();
        if (stage == Stage.DISCOVERING) {
            if (!votes(learner) || ack.lastZxid() == Past.UNKNOWN) {
                return;
            }
            if (ack.currentEpoch() == -1) {
                // It promised this epoch before, perhaps to another candidate, and does not count:
                // if we need it, a newer epoch is the way.
                stageEndsMillis =
                        Math.min(stageEndsMillis, zab.nowMillis + zab.config.tickMillis());
            } else {
                if (isNewerThanOurs(ack)) {
                    zab.look("server " + learner.serverId + " has a newer history");
                    return;
                }
                promised.add(learner.serverId);
                maybeSettle();
            }
        } else if (stage != Stage.SETTLING) {
            synchronise(learner);
        }
    }

    /// Whether what it promises counts. Where the members change, an observer may not know yet that
    /// it has a vote; a promise of its is as good as others', and NEWLEADER will tell it.
    private boolean votes(LearnerLink learner) {
        return zab.quorums().isVoter(learner.serverId)
                && (!learner.observer || zab.config.reconfig());
    }

    private boolean isNewerThanOurs(AckEpoch ack) {
        return ack.currentEpoch() != zab.currentEpoch
                ? ack.currentEpoch() > zab.currentEpoch
                : ack.lastZxid() > lastZxid;
    }

    private void maybeSettle() {
        if (zab.quorums().isQuorum(promised)) {
            enter(Stage.SETTLING);
            zab.nameConfiguration(epoch);
            zab.saveCurrentEpoch(epoch);
        }
    }

    private void onAck(LearnerLink learner, long zxid) {
        if (zxid == Zxids.first(epoch) && learner.phase == Phase.SENT) {
            learner.phase = Phase.SETTLED;
            learner.owingSinceMillis = history.isAllDelivered() ? -1 : zab.nowMillis;
            if (stage == Stage.BROADCASTING) {
                serve(learner);
            } else {
                maybeEstablish();
            }
            return;
        }
        if (zxid <= Zxids.first(epoch) || zxid > lastZxid || zxid <= learner.ackedZxid) {
            // The answer to UPTODATE, or about what an older epoch committed.
            return;
        }
        learner.ackedZxid = zxid;
        learner.owingSinceMillis = zxid == lastZxid ? -1 : zab.nowMillis;
    }

    private void onPing(LearnerLink learner, Ping ping) {
        if (learner.answeredQuestion < ping.zxid() && ping.zxid() <= sentQuestion) {
            learner.answeredQuestion = ping.zxid();
            maybeConfirm();
        }
        Object touched = ping.touched();
        if (touched != null && stage == Stage.BROADCASTING) {
            zab.out.carried(learner.link, learner.serverId, touched);
        }
    }

    // ---- what our disk says

    @Override
    public void diskAdvanced() {
        if (stage == Stage.PROMISING && zab.acceptedEpoch >= epoch) {
            enter(Stage.DISCOVERING);
            promised.add(serverId);
            for (LearnerLink each : List.copyOf(links.all())) {
                if (each.phase == Phase.INTRODUCED) {
                    tellEpoch(each);
                    if (!zab.isRole(this)) {
                        return;
                    }
                }
            }
            maybeSettle();
        } else if (stage == Stage.SETTLING && zab.currentEpoch >= epoch) {
            enter(Stage.SYNCHRONISING);
            for (LearnerLink each : List.copyOf(links.all())) {
                if (each.phase == Phase.PROMISED) {
                    synchronise(each);
                }
            }
            maybeEstablish();
        }
    }

    // ---- synchronisation

    /// What learners begin with: everything we have before the epoch is established, what is
    /// committed after.
    private long syncEnd() {
        return stage == Stage.BROADCASTING ? history.delivered() : history.last();
    }

    private void synchronise(LearnerLink learner) {
        feed.begin(learner, epoch);
    }

    void historyRead(long link, @Nullable List<Entry> entries) {
        LearnerLink learner = links.find(link);
        if (learner != null) {
            feed.historyRead(learner, epoch, entries);
        }
    }

    private void maybeEstablish() {
        if (stage != Stage.SYNCHRONISING) {
            return;
        }
        var settled = new TreeSet<Long>();
        settled.add(serverId);
        for (LearnerLink each : links.all()) {
            if (each.counts()) {
                settled.add(each.serverId);
            }
        }
        if (!zab.quorums().isQuorum(settled)) {
            return;
        }
        stage = Stage.BROADCASTING;
        lastZxid = Zxids.first(epoch);
        zab.settleVote(serverId, epoch);
        zab.deliverUpTo(history.last());
        zab.activateUpTo(Zxids.first(epoch));
        long designated = designatedLeader();
        if (designated != serverId) {
            // The members that the last epoch left behind are led by one of themselves.
            zab.lookFor(designated, "this server has no vote any more");
            return;
        }
        zab.out.leading(epoch);
        for (LearnerLink each : links.all()) {
            if (each.phase == Phase.SETTLED) {
                serve(each);
            }
        }
    }

    private void serve(LearnerLink learner) {
        learner.phase = Phase.SERVING;
        zab.out.send(learner.link, new UpToDate());
    }

    // ---- broadcast

    void propose(long zxid, byte[] payload) {
        Check.that(stage == Stage.BROADCASTING, "only an established leader proposes");
        Check.that(zxid == lastZxid + 1, "proposals are contiguous", zxid, lastZxid);
        lastZxid = zxid;
        zab.append(new Entry(zxid, payload));
        var proposal = new Proposal(zxid, payload);
        for (LearnerLink each : links.all()) {
            if (each.isForwarding() && !each.observer) {
                zab.out.send(each.link, proposal);
                if (each.owingSinceMillis < 0) {
                    each.owingSinceMillis = zab.nowMillis;
                }
            }
        }
    }

    void carry(long link, Object load) {
        links.carry(link, load);
    }

    /// See {@link Zab#confirm}.
    long confirm() {
        askedQuestion = sentQuestion + 1;
        return askedQuestion;
    }

    @Override
    public void endRound() {
        zab.syncAppended();
        if (stage == Stage.BROADCASTING && !history.isAllDelivered()) {
            maybeCommit();
        }
        if (askedQuestion > sentQuestion) {
            sentQuestion = askedQuestion;
            links.ping(sentQuestion, true);
            maybeConfirm();
        }
    }

    private void maybeConfirm() {
        var answers = new TreeSet<Long>();
        answers.add(sentQuestion);
        for (LearnerLink each : links.all()) {
            if (each.counts()) {
                answers.add(each.answeredQuestion);
            }
        }
        // New questions may be asked faster than old ones are answered: the newest that counts.
        for (long question : answers.descendingSet()) {
            if (question <= confirmedQuestion) {
                return;
            }
            var having = new TreeSet<Long>();
            having.add(serverId);
            for (LearnerLink each : links.all()) {
                if (each.counts() && each.answeredQuestion >= question) {
                    having.add(each.serverId);
                }
            }
            if (zab.quorums().isQuorum(having)) {
                confirmedQuestion = question;
                zab.out.confirmed(question);
                return;
            }
        }
    }

    private void maybeCommit() {
        long change = zab.quorums().isPending() ? zab.quorums().lastSeen().version() : -1;
        long agreed = agreedZxid();
        if (change > history.delivered() && change < agreed) {
            // What comes after a change of the members is for them to decide.
            agreed = change;
        }
        if (agreed <= history.delivered() || Zxids.epoch(agreed) != epoch) {
            return;
        }
        List<Entry> entries = history.between(history.delivered(), agreed);
        if (entries.isEmpty()) {
            // They agree on the beginning of the epoch, which is no transaction.
            return;
        }
        if (agreed != change) {
            tellAllCommitted(entries);
            zab.deliverUpTo(agreed);
            return;
        }
        Entry last = entries.getLast();
        tellAllCommitted(entries.subList(0, entries.size() - 1));
        zab.deliverUpTo(agreed);
        long designated = designatedLeader();
        for (LearnerLink each : links.all()) {
            if (each.isForwarding()) {
                zab.out.send(
                        each.link,
                        each.observer
                                ? new InformAndActivate(last.zxid(), designated, last.payload())
                                : new CommitAndActivate(last.zxid(), designated));
            }
        }
        if (designated == serverId) {
            maybeCommit();
        } else {
            zab.lookFor(designated, "this server has no vote any more");
        }
    }

    /// Who leads the present members: this server if it is one where it was before; else who has
    /// most of the history.
    private long designatedLeader() {
        Configuration members = zab.quorums().current();
        if (!zab.config.reconfig() || members.electorate().contains(serverId)) {
            return serverId;
        }
        long best = -1;
        long bestZxid = -1;
        for (LearnerLink each : links.all()) {
            if (!each.observer
                    && each.phase.compareTo(Phase.SETTLED) >= 0
                    && members.electorate().contains(each.serverId)
                    && members.electorate().weightOf(each.serverId) > 0
                    && each.ackedZxid > bestZxid) {
                best = each.serverId;
                bestZxid = each.ackedZxid;
            }
        }
        return best;
    }

    /// Whether enough of these members are with us to decide.
    boolean isSynced(Configuration members) {
        var with = new TreeSet<Long>();
        with.add(serverId);
        for (LearnerLink each : links.all()) {
            if (each.counts()) {
                with.add(each.serverId);
            }
        }
        return members.electorate().isQuorum(with);
    }

    private void tellAllCommitted(List<Entry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        for (LearnerLink each : links.all()) {
            if (each.isForwarding()) {
                tellCommitted(each, entries);
            }
        }
    }

    private void tellCommitted(LearnerLink to, List<Entry> entries) {
        if (to.observer) {
            links.inform(to, entries);
        } else if (to.banyan) {
            zab.out.send(to.link, new Commit(entries.getLast().zxid()));
        } else {
            for (Entry entry : entries) {
                zab.out.send(to.link, new Commit(entry.zxid()));
            }
        }
    }

    /// The newest zxid that a quorum has on disk.
    private long agreedZxid() {
        var candidates = new TreeSet<Long>();
        candidates.add(zab.durableZxid());
        for (LearnerLink each : links.all()) {
            if (each.counts()) {
                candidates.add(each.ackedZxid);
            }
        }
        for (long zxid : candidates.descendingSet()) {
            if (zxid <= history.delivered()) {
                break;
            }
            var having = new TreeSet<Long>();
            if (zab.durableZxid() >= zxid) {
                having.add(serverId);
            }
            for (LearnerLink each : links.all()) {
                if (each.counts() && each.ackedZxid >= zxid) {
                    having.add(each.serverId);
                }
            }
            if (zab.quorums().isQuorum(having)) {
                return zxid;
            }
        }
        return history.delivered();
    }
}
