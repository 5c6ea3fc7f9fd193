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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private static final int OBSERVERS_MAX = 1_000;

    private final Zab zab;
    private final long epoch;
    private final LearnerFeed feed;
    private final Map<Long, LearnerLink> links = new LinkedHashMap<>();
    private long nextHeartbeatMillis;
    private long nextPingMillis;

    /// @param epoch of the leader that this server follows
    ObserverMaster(Zab zab, long epoch) {
        this.zab = zab;
        this.epoch = epoch;
        this.feed = new LearnerFeed(zab, zab.history::delivered);
    }

    List<Zab.Learner> learners() {
        var result = new ArrayList<Zab.Learner>();
        for (LearnerLink each : links.values()) {
            if (each.isIntroduced()) {
                result.add(
                        new Zab.Learner(
                                each.link, each.serverId, true, each.phase == Phase.SERVING, 0));
            }
        }
        return result;
    }

    // ---- time

    void timePassed() {
        for (LearnerLink each : List.copyOf(links.values())) {
            boolean settled = each.phase.compareTo(Phase.SETTLED) >= 0;
            int patience = settled ? zab.syncMillis() : zab.initMillis();
            if (zab.nowMillis - each.heardMillis > patience) {
                drop(each, "silent for too long while " + each.phase);
            }
        }
        heartbeat();
    }

    void forgive(long millis) {
        for (LearnerLink each : links.values()) {
            each.heardMillis += millis;
        }
    }

    long wakeAtMillis() {
        return links.isEmpty() ? Long.MAX_VALUE : Math.min(nextPingMillis, nextHeartbeatMillis);
    }

    private void heartbeat() {
        boolean pingAll = zab.nowMillis >= nextPingMillis;
        if (!pingAll && zab.nowMillis < nextHeartbeatMillis) {
            return;
        }
        if (pingAll) {
            nextPingMillis = zab.nowMillis + zab.config.tickMillis() / 2;
        }
        nextHeartbeatMillis = zab.nowMillis + zab.config.heartbeatMillis();
        var ping = new Ping(zab.history.delivered(), null);
        for (LearnerLink each : links.values()) {
            if (each.isForwarding() && (pingAll || each.banyan)) {
                zab.out.send(each.link, ping);
            }
        }
    }

    // ---- links

    void linkOpened(long link) {
        if (links.size() >= OBSERVERS_MAX) {
            zab.out.hangUp(
                    link, "there are " + OBSERVERS_MAX + " connections of observers already");
            return;
        }
        links.put(link, new LearnerLink(link, zab.nowMillis));
    }

    void linkLost(long link, String why) {
        LearnerLink observer = links.remove(link);
        if (observer != null) {
            reportLost(observer, why);
        }
    }

    private void drop(LearnerLink observer, String why) {
        links.remove(observer.link);
        zab.out.hangUp(observer.link, null);
        reportLost(observer, why);
    }

    private void reportLost(LearnerLink observer, String why) {
        if (observer.isIntroduced()) {
            zab.out.report("observer " + observer.serverId + " is gone: " + why);
        }
    }

    /// The leader is gone, and with it what observers could be told.
    void close() {
        for (LearnerLink each : links.values()) {
            zab.out.hangUp(each.link, null);
        }
        links.clear();
    }

    // ---- what observers say

    void received(long link, Message message) {
        LearnerLink observer = links.get(link);
        if (observer == null) {
            return;
        }
        observer.heardMillis = zab.nowMillis;
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
            case LeaderInfo m -> refuse(observer, m);
            case Diff m -> refuse(observer, m);
            case Trunc m -> refuse(observer, m);
            case Snap m -> refuse(observer, m);
            case NewLeader m -> refuse(observer, m);
            case UpToDate m -> refuse(observer, m);
            case Proposal m -> refuse(observer, m);
            case Commit m -> refuse(observer, m);
            case Inform m -> refuse(observer, m);
        }
    }

    private void refuse(LearnerLink observer, Message message) {
        refuse(observer, "sent " + message.getClass().getSimpleName() + " while " + observer.phase);
    }

    private void refuse(LearnerLink observer, String why) {
        links.remove(observer.link);
        zab.out.hangUp(
                observer.link,
                (observer.isIntroduced() ? "observer " + observer.serverId : "an observer")
                        + ' '
                        + why);
    }

    private void onLearnerInfo(LearnerLink observer, LearnerInfo info) {
        if (observer.isIntroduced()) {
            refuse(observer, "introduced itself twice");
            return;
        }
        if (!info.observer()) {
            refuse(
                    observer,
                    "is server " + info.serverId() + ", a voter: only the leader helps it");
            return;
        }
        if (info.serverId() == zab.config.serverId() || !zab.config.isMember(info.serverId())) {
            refuse(observer, "says it is server " + info.serverId() + ", which is no other member");
            return;
        }
        if (info.acceptedEpoch() > epoch) {
            refuse(observer, "has promised epoch " + info.acceptedEpoch());
            return;
        }
        for (LearnerLink each : List.copyOf(links.values())) {
            if (each.isIntroduced() && each.serverId == info.serverId()) {
                drop(each, "connected anew (or two servers have the same myid)");
            }
        }
        observer.serverId = info.serverId();
        observer.observer = true;
        observer.banyan = info.banyan();
        observer.acceptedEpoch = info.acceptedEpoch();
        observer.phase = Phase.ASKED;
        zab.out.send(observer.link, new LeaderInfo(epoch, true));
    }

    private void onAckEpoch(LearnerLink observer, AckEpoch ack) {
        if (observer.phase != Phase.ASKED) {
            refuse(observer, ack);
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
        LearnerLink observer = links.get(link);
        if (observer != null) {
            feed.historyRead(observer, epoch, entries);
        }
    }

    void carry(long link, Object load) {
        if (links.containsKey(link)) {
            zab.out.send(link, new Carried(load));
        }
    }

    /// These have just been delivered here.
    void delivered(List<Entry> entries) {
        for (LearnerLink each : links.values()) {
            if (each.isForwarding()) {
                for (Entry entry : entries) {
                    zab.out.send(each.link, new Inform(entry.zxid(), entry.payload()));
                }
            } else if (each.phase == Phase.PROMISED) {
                maybeSynchronise(each);
            }
        }
    }

    boolean isEmpty() {
        return links.isEmpty();
    }
}
