package io.banyan.zab;

import io.banyan.zab.LearnerLink.Phase;
import io.banyan.zab.Message.Ack;
import io.banyan.zab.Message.AckEpoch;
import io.banyan.zab.Message.Carried;
import io.banyan.zab.Message.Commit;
import io.banyan.zab.Message.Diff;
import io.banyan.zab.Message.Inform;
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
    private final Electorate electorate;
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
        this.electorate = zab.config.electorate();
        this.serverId = zab.config.serverId();
        this.lastZxid = history.last();
        this.links = new LearnerLinks(zab, "a", "learner");
        this.feed = new LearnerFeed(zab, this::syncEnd);
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
        if (electorate.isQuorum(with)) {
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
                    Inform _ ->
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
        boolean voter = electorate.contains(info.serverId());
        if (!zab.config.isMember(info.serverId())) {
            links.refuse(
                    learner, "says it is server " + info.serverId() + ", which is not a member");
            return;
        }
        links.introduce(learner, info);
        learner.votes = voter && !info.observer();
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
            if (each.isIntroduced()) {
                newest = Math.max(newest, each.acceptedEpoch);
                if (each.votes) {
                    reported.add(each.serverId);
                }
            }
        }
        if (electorate.isQuorum(reported)) {
            epoch = newest + 1;
            enter(Stage.PROMISING);
            zab.saveAcceptedEpoch(epoch);
        }
    }

    private void tellEpoch(LearnerLink learner) {
        if (learner.acceptedEpoch > epoch) {
            if (learner.votes) {
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
            if (!learner.votes || ack.lastZxid() == Past.UNKNOWN) {
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

    private boolean isNewerThanOurs(AckEpoch ack) {
        return ack.currentEpoch() != zab.currentEpoch
                ? ack.currentEpoch() > zab.currentEpoch
                : ack.lastZxid() > lastZxid;
    }

    private void maybeSettle() {
        if (electorate.isQuorum(promised)) {
            enter(Stage.SETTLING);
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
        if (!electorate.isQuorum(settled)) {
            return;
        }
        stage = Stage.BROADCASTING;
        lastZxid = Zxids.first(epoch);
        zab.settleVote(serverId, epoch);
        zab.deliverUpTo(history.last());
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
            if (electorate.isQuorum(having)) {
                confirmedQuestion = question;
                zab.out.confirmed(question);
                return;
            }
        }
    }

    private void maybeCommit() {
        long agreed = agreedZxid();
        if (agreed <= history.delivered() || Zxids.epoch(agreed) != epoch) {
            return;
        }
        List<Entry> entries = history.between(history.delivered(), agreed);
        if (entries.isEmpty()) {
            // They agree on the beginning of the epoch, which is no transaction.
            return;
        }
        for (LearnerLink each : links.all()) {
            if (each.isForwarding()) {
                tellCommitted(each, entries);
            }
        }
        zab.deliverUpTo(agreed);
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
            if (electorate.isQuorum(having)) {
                return zxid;
            }
        }
        return history.delivered();
    }
}
