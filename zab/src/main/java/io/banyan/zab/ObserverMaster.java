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
import org.jspecify.annotations.Nullable;

/// A follower's other face: to observers it is what a leader is, so that the leader need not send
/// everything to each of them (ZOOKEEPER-3140).
///
/// It lives as long as the follower serves under one leader. Its epoch is the leader's, and what it
/// tells is committed: nothing has to be agreed on with observers, so each gets what it misses, and
/// from then on every transaction as soon as it is committed here.
///
/// Another follower may have been faster. An observer that was with that one has committed
/// transactions that are not committed here yet: it waits until they are. Cutting them off would
/// take back what its clients have seen.
final class ObserverMaster {
    private final Zab zab;
    private final long epoch;
    private final LearnerFeed feed;
    private final LearnerLinks links;

    /// @param epoch of the leader that this server follows
    ObserverMaster(Zab zab, long epoch) {
        this.zab = zab;
        this.epoch = epoch;
        this.links = new LearnerLinks(zab, "an", "observer");
        this.feed = new LearnerFeed(zab, links, zab.history::delivered);
    }

    List<Zab.Learner> learners() {
        return links.introduced();
    }

    // ---- time

    void timePassed() {
        links.dropSilent();
        links.heartbeat(zab.history.delivered());
    }

    void forgive(long millis) {
        links.forgive(millis);
    }

    long wakeAtMillis() {
        return links.isEmpty() ? Long.MAX_VALUE : links.nextHeartbeatMillis();
    }

    // ---- links

    void linkOpened(long link) {
        links.opened(link);
    }

    void linkLost(long link, String why) {
        links.lost(link, why);
    }

    /// The leader is gone, and with it what observers could be told.
    void close() {
        links.hangUpAll();
    }

    // ---- what observers say

    void received(long link, Message message) {
        LearnerLink observer = links.heard(link);
        if (observer == null) {
            return;
        }
        switch (message) {
            case LearnerInfo info -> onLearnerInfo(observer, info);
            case AckEpoch ack -> onAckEpoch(observer, ack);
            case Ack ack -> onAck(observer, ack.zxid());
            case Ping ping -> {
                if (ping.touched() != null) {
                    zab.out.carried(link, observer.serverId, ping.touched());
                }
            }
            case Carried carried -> {
                if (observer.isForwarding()) {
                    zab.out.carried(link, observer.serverId, carried.load());
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
                    links.refuse(observer, message);
        }
    }

    private void onLearnerInfo(LearnerLink observer, LearnerInfo info) {
        if (observer.isIntroduced()) {
            links.refuse(observer, "introduced itself twice");
            return;
        }
        if (!info.observer()) {
            links.refuse(
                    observer,
                    "is server " + info.serverId() + ", a voter: only the leader helps it");
            return;
        }
        if (info.serverId() == zab.config.serverId()) {
            links.refuse(observer, "says it is server " + info.serverId() + ", and so are we");
            return;
        }
        if (info.acceptedEpoch() > epoch) {
            links.refuse(observer, "has promised epoch " + info.acceptedEpoch());
            return;
        }
        links.introduce(observer, info);
        observer.phase = Phase.ASKED;
        zab.out.send(observer.link, new LeaderInfo(epoch, true));
    }

    private void onAckEpoch(LearnerLink observer, AckEpoch ack) {
        if (observer.phase != Phase.ASKED) {
            links.refuse(observer, ack);
            return;
        }
        observer.phase = Phase.PROMISED;
        observer.lastZxid = ack.lastZxid();
        maybeSynchronise(observer);
    }

    private void maybeSynchronise(LearnerLink observer) {
        boolean ahead =
                Zxids.epoch(observer.lastZxid) == epoch
                        && observer.lastZxid > zab.history.delivered()
                        && !Zxids.isFirst(observer.lastZxid);
        if (!ahead) {
            feed.begin(observer, epoch);
        }
    }

    private void onAck(LearnerLink observer, long zxid) {
        if (zxid == Zxids.first(epoch) && observer.phase == Phase.SENT) {
            observer.phase = Phase.SERVING;
            zab.out.send(observer.link, new UpToDate());
        }
    }

    // ---- from the follower

    void historyRead(long link, @Nullable List<Entry> entries) {
        LearnerLink observer = links.find(link);
        if (observer != null) {
            feed.historyRead(observer, epoch, entries);
        }
    }

    void carry(long link, Object load) {
        links.carry(link, load);
    }

    /// These have just been delivered here.
    void delivered(List<Entry> entries) {
        for (LearnerLink each : links.all()) {
            if (each.isForwarding()) {
                links.inform(each, entries);
            } else if (each.phase == Phase.PROMISED) {
                maybeSynchronise(each);
            }
        }
    }

    boolean isEmpty() {
        return links.isEmpty();
    }
}
