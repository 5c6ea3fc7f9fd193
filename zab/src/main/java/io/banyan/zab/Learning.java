package io.banyan.zab;

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
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Following a leader, or observing it: the same but for the vote.
///
/// The order that nothing may change (ZOOKEEPER-3911, 4643, 4646, 4785, 4685): what the epoch
/// begins with is durable, then the current epoch is, then NEWLEADER is acknowledged, and only then
/// any proposal. Nothing of the new epoch is delivered before UPTODATE, since until then its leader
/// may turn out to be none.
final class Learning implements Role {
    private enum Phase {
        /// Connecting, perhaps again.
        DIALLING,
        /// Said who we are; LEADERINFO is next.
        INTRODUCED,
        /// The promise goes to disk.
        PROMISING,
        /// DIFF, TRUNC or SNAP is next.
        PROMISED,
        /// The log is being cut.
        TRUNCATING,
        /// What the epoch begins with comes in, up to NEWLEADER.
        SYNCING,
        /// It goes to disk, and the epoch after it.
        SETTLING,
        /// NEWLEADER is acknowledged; UPTODATE is next.
        SETTLED,
        SERVING
    }

    private static final int RETRY_MILLIS_MIN = 20;
    private static final int RETRY_MILLIS_MAX = 100;

    /// A leader that we elected before it knew of it itself listens soon. An observer master has
    /// nothing to wait for either before it answers.
    private static final int DIAL_MILLIS_MAX = 2_000;

    /// So long an observer that is to have an observer master asks those who could be one: a
    /// follower that has just elected its leader needs a moment.
    private static final int MASTERS_MILLIS_MAX = 5_000;

    private final Zab zab;
    private final long leaderId;
    private final boolean observing;

    private Phase phase = Phase.DIALLING;

    /// Whom we learn from: the leader, or an observer master.
    private long masterId;

    private long mastersEndMillis;
    private long link;
    private boolean linkUp;
    private long redialAtMillis;
    private int retryMillis = RETRY_MILLIS_MIN;
    private long beganMillis;
    private long heardMillis;

    private long epoch;
    private boolean banyanLeader;

    /// What arrived while the disk was at work.
    private final ArrayDeque<Message> deferred = new ArrayDeque<>();

    /// The state that replaces ours; null without SNAP.
    private @Nullable Object image;

    private long imageZxid;

    /// Where the proposals that come next have to follow.
    private long tailEnd;

    /// Proposals that are not in the log yet: from a sync, before its NEWLEADER.
    private final ArrayDeque<Entry> tail = new ArrayDeque<>();

    /// The last zxid known to be committed.
    private long committed;

    /// What was in the log when the epoch file was asked for.
    private long settlingZxid;

    /// Who should lead since the last change of the members; -1 if nothing was said.
    private long designated = -1;

    private long ackedZxid;

    /// For observers that learn from this follower; null while there cannot be any.
    private @Nullable ObserverMaster observers;

    Learning(Zab zab, long leaderId) {
        this.zab = zab;
        this.leaderId = leaderId;
        this.masterId = leaderId;
        this.observing = zab.observes();
        this.beganMillis = zab.nowMillis;
        this.heardMillis = zab.nowMillis;
    }

    void begin() {
        mastersEndMillis = zab.nowMillis + Math.min(MASTERS_MILLIS_MAX, zab.initMillis());
        turnToNext();
    }

    /// To the next observer master; to the leader if there are none to be, or none was to be had:
    /// better a load on the leader than an observer that serves nobody.
    private void turnToNext() {
        beganMillis = zab.nowMillis;
        boolean late = zab.nowMillis >= mastersEndMillis;
        masterId = observing && !late ? zab.nextObserverMaster(leaderId) : leaderId;
        if (masterId == leaderId && late) {
            zab.out.report("no observer master is to be had: leader " + leaderId + " is observed");
        }
        dial();
    }

    private void dial() {
        link = zab.newLink();
        if (isAtLeader()) {
            zab.out.dial(link, leaderId);
        } else {
            zab.out.dialObserverMaster(link, masterId);
        }
    }

    private boolean isAtLeader() {
        return masterId == leaderId;
    }

    /// As far as can be said before it has told its epoch.
    private boolean isMasterAsked() {
        return !isAtLeader() && (phase == Phase.DIALLING || phase == Phase.INTRODUCED);
    }

    private String master() {
        return isAtLeader() ? "leader " + leaderId : "observer master " + masterId;
    }

    @Override
    public PeerState state() {
        return observing ? PeerState.OBSERVING : PeerState.FOLLOWING;
    }

    long leaderId() {
        return leaderId;
    }

    /// -1 if we do not observe.
    long observerMasterId() {
        return observing ? masterId : -1;
    }

    long epoch() {
        return phase == Phase.SERVING ? epoch : zab.currentEpoch;
    }

    // ---- time

    @Override
    public void timePassed() {
        if (phase == Phase.DIALLING && !linkUp) {
            if (redialAtMillis > 0 && zab.nowMillis >= redialAtMillis) {
                redialAtMillis = 0;
                if (isAtLeader()) {
                    dial();
                } else {
                    turnToNext();
                }
            }
        }
        if (zab.nowMillis >= deadlineMillis()) {
            if (isMasterAsked()) {
                zab.out.hangUp(link, null);
                linkUp = false;
                phase = Phase.DIALLING;
                turnToNext();
            } else {
                zab.look("no word from " + master() + " for too long while " + phase);
                return;
            }
        }
        if (observers != null) {
            observers.timePassed();
        }
    }

    @Override
    public void forgive(long millis) {
        beganMillis += millis;
        heardMillis += millis;
        mastersEndMillis += millis;
        if (observers != null) {
            observers.forgive(millis);
        }
    }

    private long deadlineMillis() {
        if (isMasterAsked()) {
            return beganMillis + Math.min(DIAL_MILLIS_MAX, zab.initMillis());
        }
        return switch (phase) {
            case DIALLING -> beganMillis + Math.min(DIAL_MILLIS_MAX, zab.initMillis());
            // What our own disk takes is not the leader's silence.
            case PROMISING, TRUNCATING, SETTLING -> Long.MAX_VALUE;
            case INTRODUCED, PROMISED, SYNCING -> heardMillis + zab.initMillis();
            case SETTLED -> heardMillis + zab.syncMillis();
            case SERVING ->
                    heardMillis
                            + (banyanLeader
                                    ? Math.min(zab.config.silenceMillis(), zab.syncMillis())
                                    : zab.syncMillis());
        };
    }

    @Override
    public long wakeAtMillis() {
        long deadline = deadlineMillis();
        if (observers != null) {
            deadline = Math.min(deadline, observers.wakeAtMillis());
        }
        return redialAtMillis > 0 ? Math.min(redialAtMillis, deadline) : deadline;
    }

    @Override
    public void endRound() {
        zab.syncAppended();
    }

    // ---- the link

    @Override
    public void linkOpened(long opened) {
        if (opened != link) {
            zab.out.hangUp(opened, null);
            return;
        }
        linkUp = true;
        heardMillis = zab.nowMillis;
        phase = Phase.INTRODUCED;
        zab.out.send(
                link,
                new LearnerInfo(
                        zab.config.serverId(),
                        observing,
                        zab.acceptedEpoch,
                        zab.config.reconfig() ? zab.quorums().current().version() : 0,
                        true));
    }

    /// An observer came to this server's port for observers.
    void observerLinkOpened(long opened) {
        if (observers == null) {
            zab.out.hangUp(opened, null);
        } else {
            observers.linkOpened(opened);
        }
    }

    @Override
    public void linkLost(long lost, String why) {
        if (lost != link) {
            if (observers != null) {
                observers.linkLost(lost, why);
            }
            return;
        }
        if (linkUp && !isMasterAsked()) {
            linkUp = false;
            zab.look("lost " + master() + ": " + why);
            return;
        }
        linkUp = false;
        phase = Phase.DIALLING;
        redialAtMillis = zab.nowMillis + retryMillis + zab.jitter(retryMillis / 2);
        retryMillis = Math.min(2 * retryMillis, RETRY_MILLIS_MAX);
    }

    @Override
    public void leave(String why) {
        if (observers != null) {
            observers.close();
        }
        if (linkUp || redialAtMillis == 0) {
            zab.out.hangUp(link, null);
        }
    }

    // ---- what the leader says

    @Override
    public void received(long from, Message message) {
        if (from != link) {
            if (observers != null) {
                observers.received(from, message);
            }
            return;
        }
        heardMillis = zab.nowMillis;
        if (isDiskAtWork()) {
            if (message instanceof Ping ping) {
                onPing(ping);
            } else {
                deferred.add(message);
            }
            return;
        }
        handle(message);
    }

    private boolean isDiskAtWork() {
        return phase == Phase.PROMISING || phase == Phase.TRUNCATING || phase == Phase.SETTLING;
    }

    /// Goes on with what arrived meanwhile, until the disk has to work again.
    private void resume() {
        while (!deferred.isEmpty() && !isDiskAtWork() && zab.isRole(this)) {
            handle(deferred.remove());
        }
    }

    private void handle(Message message) {
        switch (message) {
            case LeaderInfo info -> onLeaderInfo(info);
            case Diff diff -> {
                if (isNext(Phase.PROMISED, message)) {
                    beginSync(zab.history.last());
                }
            }
            case Trunc trunc -> onTrunc(trunc);
            case Snap snap -> onSnap(snap);
            case Proposal proposal -> onProposal(new Entry(proposal.zxid(), proposal.payload()));
            case Commit commit -> onCommit(commit.zxid());
            case CommitAndActivate commit -> {
                designated = commit.designatedLeader();
                onCommit(commit.zxid());
                maybeChangeRole();
            }
            case Inform inform -> onInform(inform);
            case InformAndActivate inform -> {
                designated = inform.designatedLeader();
                onInform(new Inform(inform.zxid(), inform.payload()));
                maybeChangeRole();
            }
            case NewLeader newLeader -> onNewLeader(newLeader);
            case UpToDate upToDate -> onUpToDate();
            case Ping ping -> onPing(ping);
            case Carried carried -> {
                if (phase == Phase.SERVING) {
                    zab.out.carried(link, leaderId, carried.load());
                }
            }
            case LearnerInfo info -> refuse("a learner's introduction");
            case AckEpoch ack -> refuse("a learner's promise");
            case Ack ack -> refuse("an acknowledgement");
        }
    }

    private void refuse(String what) {
        zab.look(master() + " sent " + what + " while " + phase);
    }

    private boolean isNext(Phase expected, Message message) {
        if (phase == expected) {
            return true;
        }
        refuse(message.getClass().getSimpleName());
        return false;
    }

    private void onLeaderInfo(LeaderInfo info) {
        if (!isNext(Phase.INTRODUCED, info)) {
            return;
        }
        epoch = info.epoch();
        banyanLeader = info.banyan();
        if (epoch < zab.acceptedEpoch) {
            zab.look(
                    master()
                            + " has epoch "
                            + epoch
                            + ", older than "
                            + zab.acceptedEpoch
                            + " that was promised");
        } else if (epoch > zab.acceptedEpoch) {
            phase = Phase.PROMISING;
            zab.saveAcceptedEpoch(epoch);
        } else {
            phase = Phase.PROMISED;
            zab.out.send(link, new AckEpoch(zab.history.last(), -1));
        }
    }

    private void onTrunc(Trunc trunc) {
        if (!isNext(Phase.PROMISED, trunc)) {
            return;
        }
        if (trunc.zxid() > zab.history.last()) {
            refuse("TRUNC to " + Zxids.hex(trunc.zxid()) + ", which is not in this history,");
        } else if (trunc.zxid() == zab.history.last()) {
            beginSync(trunc.zxid());
        } else {
            phase = Phase.TRUNCATING;
            zab.truncate(trunc.zxid());
        }
    }

    private void onSnap(Snap snap) {
        if (isNext(Phase.PROMISED, snap)) {
            image = snap.image();
            imageZxid = snap.zxid();
            beginSync(snap.zxid());
        }
    }

    private void beginSync(long from) {
        phase = Phase.SYNCING;
        tailEnd = from;
        committed = from;
    }

    private void onProposal(Entry entry) {
        if (phase != Phase.SYNCING && phase != Phase.SETTLED && phase != Phase.SERVING) {
            refuse("a proposal");
            return;
        }
        if (phase == Phase.SERVING && observing) {
            return;
        }
        if (entry.zxid() <= tailEnd) {
            // Told twice, once by the sync and once as outstanding: it is in its place already.
            return;
        }
        if (!Zxids.follows(tailEnd, entry.zxid())) {
            refuse(
                    "proposal "
                            + Zxids.hex(entry.zxid())
                            + " after "
                            + Zxids.hex(tailEnd)
                            + ", a gap,");
            return;
        }
        tailEnd = entry.zxid();
        if (phase == Phase.SYNCING) {
            tail.add(entry);
        } else {
            zab.append(entry);
        }
    }

    private void onCommit(long zxid) {
        if (phase != Phase.SYNCING && phase != Phase.SETTLED && phase != Phase.SERVING) {
            refuse("a commit");
            return;
        }
        if (phase == Phase.SERVING && observing) {
            return;
        }
        if (zxid > tailEnd) {
            refuse("commit " + Zxids.hex(zxid) + " of what it never proposed");
            return;
        }
        // One for something delivered already is harmless (ZOOKEEPER-4394).
        committed = Math.max(committed, zxid);
        if (phase == Phase.SERVING) {
            deliver();
        }
    }

    private void deliver() {
        if (observers == null || observers.isEmpty()) {
            zab.deliverUpTo(committed);
            return;
        }
        List<Entry> entries = zab.history.between(zab.history.delivered(), committed);
        zab.deliverUpTo(committed);
        observers.delivered(entries);
    }

    private void onInform(Inform inform) {
        if (phase != Phase.SYNCING && phase != Phase.SETTLED && phase != Phase.SERVING) {
            refuse("an inform");
            return;
        }
        if (inform.zxid() <= tailEnd) {
            committed = Math.max(committed, inform.zxid());
            if (phase == Phase.SERVING) {
                zab.deliverUpTo(committed);
            }
            return;
        }
        if (!Zxids.follows(tailEnd, inform.zxid())) {
            refuse("inform " + Zxids.hex(inform.zxid()) + " after " + Zxids.hex(tailEnd));
            return;
        }
        tailEnd = inform.zxid();
        committed = inform.zxid();
        var entry = new Entry(inform.zxid(), inform.payload());
        if (phase == Phase.SYNCING) {
            tail.add(entry);
            return;
        }
        zab.append(entry);
        if (phase == Phase.SERVING) {
            zab.deliverUpTo(committed);
        }
    }

    /// History to disk, then the epoch. What is not committed yet stays out of it: it is
    /// acknowledged one by one, after NEWLEADER.
    private void onNewLeader(NewLeader newLeader) {
        if (!isNext(Phase.SYNCING, newLeader)) {
            return;
        }
        if (newLeader.epoch() != epoch) {
            refuse("NEWLEADER of epoch " + newLeader.epoch() + " instead of " + epoch);
            return;
        }
        if (!adoptQuorums(newLeader)) {
            return;
        }
        phase = Phase.SETTLING;
        if (image != null) {
            zab.install(imageZxid, image);
            image = null;
        }
        while (!tail.isEmpty() && tail.peek().zxid() <= committed) {
            zab.append(tail.remove());
        }
        settlingZxid = zab.history.last();
        zab.saveCurrentEpoch(epoch);
    }

    /// Takes over who decides, as the leader knows it, before the history that it belongs to is on
    /// disk: from now on this server may hold a change of the members that is not committed.
    ///
    /// @return false if that ended this role
    private boolean adoptQuorums(NewLeader newLeader) {
        Configuration newest = newLeader.newest();
        if (!zab.config.reconfig() || newest == null) {
            return true;
        }
        if (observing && newest.electorate().contains(zab.config.serverId())) {
            zab.returnAsFollower(leaderId);
            return false;
        }
        if (newest.version() < zab.quorums().current().version()) {
            zab.look(
                    master()
                            + " knows "
                            + newest
                            + " only, this server "
                            + zab.quorums().current());
            return false;
        }
        if (image != null) {
            zab.forgetChanges();
        }
        // What is proposed and not committed comes by itself, behind this message.
        long upTo = Math.max(committed, Zxids.first(epoch));
        zab.learnQuorums(newest.version() <= upTo ? newest : null, newLeader.committed());
        return true;
    }

    private void onUpToDate() {
        if (phase == Phase.SERVING) {
            return;
        }
        if (phase != Phase.SETTLED) {
            refuse("UPTODATE");
            return;
        }
        phase = Phase.SERVING;
        zab.settleVote(leaderId, epoch);
        // What the sync left in our log is the leader's history, and that is committed now.
        committed = Math.max(committed, settlingZxid);
        zab.deliverUpTo(committed);
        zab.activateUpTo(Math.max(committed, Zxids.first(epoch)));
        zab.out.send(link, new Ack(Zxids.first(epoch)));
        if (observing != zab.observes()) {
            zab.lookFor(leaderId, "the members have changed, and with them this server's role");
            return;
        }
        if (!observing && zab.config.observerMasters()) {
            observers = new ObserverMaster(zab, epoch);
        }
        zab.out.following(leaderId, epoch, observing);
    }

    /// After a change of the members this server may be something else, or another one may lead.
    private void maybeChangeRole() {
        if (!zab.isRole(this) || phase != Phase.SERVING || !zab.config.reconfig()) {
            return;
        }
        if (designated >= 0 && designated != leaderId && zab.quorums().isVoter(designated)) {
            zab.lookFor(designated, "server " + designated + " is to lead the present members");
        } else if (observing != zab.observes()) {
            zab.lookFor(leaderId, "the members have changed, and with them this server's role");
        }
    }

    private void onPing(Ping ping) {
        if (phase == Phase.SETTLED || phase == Phase.SERVING) {
            zab.out.send(link, new Ping(ping.zxid(), zab.out.touched()));
        }
    }

    void carry(Object load) {
        zab.out.send(link, new Carried(load));
    }

    /// To an observer that learns from this follower.
    void carryToObserver(long to, Object load) {
        if (observers != null) {
            observers.carry(to, load);
        }
    }

    void historyRead(long of, @Nullable List<Entry> entries) {
        if (observers != null) {
            observers.historyRead(of, entries);
        }
    }

    List<Zab.Learner> observers() {
        return observers == null ? List.of() : observers.learners();
    }

    // ---- what our disk says

    @Override
    public void diskAdvanced() {
        switch (phase) {
            case PROMISING -> {
                if (zab.acceptedEpoch >= epoch) {
                    phase = Phase.PROMISED;
                    zab.out.send(link, new AckEpoch(zab.history.last(), zab.currentEpoch));
                    resume();
                }
            }
            case TRUNCATING -> {
                if (zab.isDiskSettled()) {
                    beginSync(zab.history.last());
                    resume();
                }
            }
            case SETTLING -> {
                if (zab.isDiskSettled() && zab.currentEpoch == epoch) {
                    onSettled();
                }
            }
            case SETTLED, SERVING -> acknowledge();
            case DIALLING, INTRODUCED, PROMISED, SYNCING -> {
                // Nothing of ours is under way.
            }
        }
    }

    private void onSettled() {
        phase = Phase.SETTLED;
        ackedZxid = settlingZxid;
        zab.out.send(link, new Ack(Zxids.first(epoch)));
        while (!tail.isEmpty()) {
            zab.append(tail.remove());
        }
        resume();
    }

    /// Acknowledges what has become durable.
    private void acknowledge() {
        long durable = zab.durableZxid();
        if (observing || durable <= ackedZxid) {
            return;
        }
        if (banyanLeader) {
            zab.out.send(link, new Ack(durable));
        } else {
            // Whatever comes after NEWLEADER is of this epoch, without a gap.
            long next = Math.max(ackedZxid, Zxids.first(epoch)) + 1;
            for (long zxid = next; zxid <= durable; zxid++) {
                zab.out.send(link, new Ack(zxid));
            }
        }
        ackedZxid = durable;
    }
}
